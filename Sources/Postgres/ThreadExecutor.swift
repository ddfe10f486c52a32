import Glibc
import Synchronization

/// Runs the jobs of one actor on a thread of its own, so that calls that block never hold one of the
/// few threads of the shared pool.
@safe
public final class ThreadExecutor: SerialExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var stopped = false
  }

  /// A mutex and a condition variable at a fixed address, freed with the executor.
  @safe
  private final class Signal: @unchecked Sendable {
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
      unsafe pthread_mutex_init(mutex, nil)
      unsafe pthread_cond_init(condition, nil)
    }

    deinit {
      unsafe pthread_cond_destroy(condition)
      unsafe pthread_mutex_destroy(mutex)
      unsafe condition.deallocate()
      unsafe mutex.deallocate()
    }
  }

  private let signal = Signal()
  private let state = Mutex(State())

  /// Starts the thread. It lives until ``stop()``.
  public init() {
    let context = unsafe Unmanaged.passRetained(self).toOpaque()
    var thread = pthread_t()
    let result = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<ThreadExecutor>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context)
    // Without a thread no job would ever run: there is nothing to fall back to.
    precondition(result == 0, "no thread: pthread_create says \(result)")
    pthread_detach(thread)
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    unsafe pthread_mutex_lock(signal.mutex)
    state.withLock { $0.jobs.append(unowned) }
    unsafe pthread_cond_signal(signal.condition)
    unsafe pthread_mutex_unlock(signal.mutex)
  }

  /// Ends the thread once the jobs already enqueued have run. Only when no actor uses it any more.
  public func stop() {
    unsafe pthread_mutex_lock(signal.mutex)
    state.withLock { $0.stopped = true }
    unsafe pthread_cond_signal(signal.condition)
    unsafe pthread_mutex_unlock(signal.mutex)
  }

  private func run() {
    while true {
      unsafe pthread_mutex_lock(signal.mutex)
      while state.withLock({ $0.jobs.isEmpty && !$0.stopped }) {
        unsafe pthread_cond_wait(signal.condition, signal.mutex)
      }
      unsafe pthread_mutex_unlock(signal.mutex)
      let jobs = state.withLock { state in
        defer { state.jobs.removeAll(keepingCapacity: true) }
        return state.jobs
      }
      if jobs.isEmpty { return }
      for job in jobs { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
    }
  }
}
