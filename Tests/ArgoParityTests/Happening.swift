import RolloutCore
import RolloutTestKit

/// One thing that happens to a rollout, in words that both worlds understand.
enum Happening: Equatable, Sendable {
  /// A template that was never seen before.
  case startNew
  /// The template of a revision seen before, counted from the newest: 0 is the newest.
  case startAgain(Int)
  case undo
  case promote
  case promoteFull
  case skipStep
  case pause
  case resume
  case abort
  case retry
  /// The run of that type that is active now, if one is, ends like this.
  case runEnds(RunType, RunResult.Phase)
  /// At most so many pods of a revision become available from now on; `nil`: all. The revision is
  /// counted from the newest; -1 is the one that comes next.
  case podsAvailable(of: Int, atMost: Int?)
  /// What the router says of weights from now on.
  case weightsVerified(Bool?)
  case wait(seconds: Int64)
}

extension Happening: CustomStringConvertible {
  var description: String {
    switch self {
    case .startNew: "a new template"
    case .startAgain(let back): "the template of the revision \(back) before the newest"
    case .undo: "undo"
    case .promote: "promote"
    case .promoteFull: "promote in full"
    case .skipStep: "skip the step"
    case .pause: "pause"
    case .resume: "resume"
    case .abort: "abort"
    case .retry: "retry"
    case .runEnds(let type, let phase): "the \(type.rawValue) run ends \(phase.rawValue)"
    case .podsAvailable(let back, let most):
      (back < 0 ? "of the next revision " : "of the revision \(back) before the newest ")
        + (most.map { "at most \($0) pods are available" } ?? "all pods become available")
    case .weightsVerified(let verified):
      "the router "
        + (verified.map { $0 ? "confirms weights" : "denies weights" } ?? "says nothing")
    case .wait(let seconds): "\(seconds) s pass"
    }
  }

  /// Durations of pauses, delays and deadlines are taken from 20, 30, 60 and 100 s, so that waits
  /// end before, exactly at and just after them.
  static func random(_ random: inout SeededGenerator) -> Happening {
    switch Int.random(in: 0..<100, using: &random) {
    case ..<14: .startNew
    case ..<20: .startAgain(Int.random(in: 0...3, using: &random))
    case ..<22: .undo
    case ..<30: .promote
    case ..<33: .promoteFull
    case ..<36: .skipStep
    case ..<39: .pause
    case ..<43: .resume
    case ..<47: .abort
    case ..<51: .retry
    case ..<73:
      .runEnds(
        random.pick([
          .background, .step, .step, .experiment, .plugin, .prePromotion, .postPromotion,
        ])
          ?? .step,
        random.pick([
          .successful, .successful, .successful, .successful, .failed, .error, .inconclusive,
          .inconclusive,
        ]) ?? .successful)
    case ..<82:
      .podsAvailable(
        of: Int.random(in: -1...2, using: &random),
        atMost: random.pick([nil, nil, 0, 1, 2, 3]) ?? nil)
    case ..<84: .weightsVerified(random.pick([nil, true, false]) ?? nil)
    default:
      .wait(
        seconds: random.pick([1, 10, 19, 20, 21, 29, 30, 31, 59, 60, 61, 99, 100, 101, 102, 700])
          ?? 1)
    }
  }
}
