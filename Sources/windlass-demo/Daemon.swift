import Foundation
import Subprocess
import Synchronization
import SystemPackage

/// A program that runs until it is told to end. Its output goes to a file.
final class Daemon: Sendable {
  let name: String
  let log: URL
  private let orders: AsyncStream<Order>.Continuation
  private let life: Task<Void, Never>
  private let state = Mutex(State())

  private enum Order: Sendable {
    case line(String)
    case stop
  }

  private struct State {
    var pid: Int32?
    var failure: String?
    var hasEnded = false
  }

  init(
    _ name: String, _ executable: URL, _ arguments: [String], environment: [String: String],
    log: URL, onStart: @escaping @Sendable (Int32) -> Void = { _ in }
  ) throws {
    self.name = name
    self.log = log
    let (stream, orders) = AsyncStream.makeStream(of: Order.self)
    self.orders = orders
    let output = try FileDescriptor.open(
      FilePath(log.path()), .writeOnly, options: [.create, .append, .closeOnExec],
      permissions: [.ownerReadWrite])
    var options = PlatformOptions()
    // Ctrl-C in a terminal reaches the demo alone, which then ends the others in order.
    options.processGroupID = 0
    let configuration = Configuration(
      executable: .path(FilePath(executable.path())), arguments: Arguments(arguments),
      environment: .custom(
        Dictionary(
          uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), $1) })),
      platformOptions: options)
    let box = Box()
    life = Task {
      do {
        _ = try await Subprocess.run(
          configuration, input: .inputWriter,
          output: .fileDescriptor(output, closeAfterSpawningProcess: true),
          error: .combinedWithOutput
        ) { execution in
          box.daemon.withLock { $0 }?.started(execution.processIdentifier.value)
          onStart(execution.processIdentifier.value)
          for await order in stream {
            switch order {
            case .line(let line): _ = try await execution.standardInputWriter.write(line + "\n")
            case .stop:
              await execution.teardown(using: [
                .gracefulShutDown(allowedDurationToNextStep: .seconds(10))
              ])
              return
            }
          }
        }
      } catch {
        box.daemon.withLock { $0 }?.failed("\(error)")
      }
      box.daemon.withLock { $0 }?.ended()
    }
    box.daemon.withLock { $0 = self }
  }

  /// Lets the task know its daemon, which is made after it.
  private final class Box: Sendable {
    let daemon = Mutex<Daemon?>(nil)
  }

  private func started(_ pid: Int32) { state.withLock { $0.pid = pid } }
  private func failed(_ why: String) { state.withLock { $0.failure = why } }
  private func ended() { state.withLock { $0.hasEnded = true } }

  /// A line on its standard input.
  func send(_ line: String) { orders.yield(.line(line)) }

  /// Asks it to end and waits until it has; after ten seconds it is killed.
  func stop() async {
    orders.yield(.stop)
    await life.value
  }

  var text: String {
    do {
      return String(decoding: try Data(contentsOf: log), as: UTF8.self)
    } catch {
      return ""
    }
  }
}
