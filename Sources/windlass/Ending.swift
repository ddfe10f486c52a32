/// How the command line ends, as pipelines read it.
enum Ending: Int32, CaseIterable, Sendable {
  /// Allowed, nothing to do, or promoted.
  case done = 0
  case refused = 10
  /// At the time-out a person has to act.
  case waitingForPerson = 11
  /// At the time-out it goes on by itself.
  case inProgress = 12
  case superseded = 13
  /// Aborted or withdrawn.
  case aborted = 14
  /// The command cannot be meant as written, or its manifests cannot be read.
  case usage = 20
  case unauthenticated = 21
  case forbidden = 22
  /// Nothing was recorded: no answer was to be had.
  case unreachable = 23
  /// The idempotency key belongs to another command.
  case conflict = 24
  /// `--expected-version` is not the rollout's version any more.
  case stale = 25
  /// Sent, and nobody knows whether it was recorded. Repeat with the same key.
  case unknown = 26
  /// Ctrl-C.
  case interrupted = 130

  /// The word that `--output json` prints.
  var name: String {
    switch self {
    case .done: "done"
    case .refused: "refused"
    case .waitingForPerson: "waiting-for-person"
    case .inProgress: "in-progress"
    case .superseded: "superseded"
    case .aborted: "aborted"
    case .usage: "usage"
    case .unauthenticated: "unauthenticated"
    case .forbidden: "forbidden"
    case .unreachable: "unreachable"
    case .conflict: "conflict"
    case .stale: "stale"
    case .unknown: "unknown"
    case .interrupted: "interrupted"
    }
  }

  /// From best to worst. What is merely not over yet comes first; then what changed nothing; then
  /// a release that failed; then what a person must set right before anything can be said; last
  /// what leaves a pipeline without an answer.
  static let fromBestToWorst: [Ending] = [
    .done, .inProgress, .waitingForPerson, .superseded, .refused, .stale, .conflict, .aborted,
    .usage, .forbidden, .unauthenticated, .unreachable, .unknown, .interrupted,
  ]

  /// The one that counts when several rollouts ended differently; ``done`` for none.
  static func worst(of statuses: some Sequence<Ending>) -> Ending {
    let present = Set(statuses)
    return fromBestToWorst.last(where: present.contains) ?? .done
  }
}
