import Synchronization

/// A signal that asks the process to end, and what to say then.
final class Interruption: Sendable {
  private struct State {
    var note: String?
    var noteAtSignal: String?
    var signal: Int32?
  }

  /// The process's own; signals are process-wide.
  static let process = Interruption()

  private let state = Mutex(State())

  /// What goes on, or is in doubt, although the command line stops; set by whoever is waiting,
  /// `nil` for nothing.
  var note: String? {
    get { state.withLock { $0.note } }
    set { state.withLock { $0.note = newValue } }
  }

  /// The signal that came, if one did.
  var signal: Int32? { state.withLock { $0.signal } }

  /// The note as it was when the signal came: those who waited take theirs back as they end.
  var finalNote: String? { state.withLock { $0.noteAtSignal } }

  /// - Returns: false when there was a signal before.
  func begin(signal: Int32) -> Bool {
    state.withLock { state in
      guard state.signal == nil else { return false }
      state.signal = signal
      state.noteAtSignal = state.note
      return true
    }
  }
}
