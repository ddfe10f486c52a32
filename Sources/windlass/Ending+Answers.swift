import GRPC
import RolloutCore
import WindlassWire

extension Ending {
  /// What a decision means for the caller, before any waiting.
  init(_ decision: Decision) {
    self =
      switch decision.result {
      case .allowed, .alreadySatisfied: .done
      case .refused: decision.rule == .versionMoved ? .stale : .refused
      case .conflict: .conflict
      case .unknown: .unknown
      case .unavailable: .unreachable
      }
  }

  /// How an attempt ended.
  init(_ verdict: Verdict) {
    self =
      switch verdict {
      case .promoted: .done
      case .aborted, .withdrawn: .aborted
      case .superseded: .superseded
      }
  }

  /// What a failed call means.
  ///
  /// - Parameter mayHaveActed: a command that may have reached the server; false for reads.
  init(_ code: RPCCode, mayHaveActed: Bool) {
    let silence: Ending = mayHaveActed ? .unknown : .unreachable
    self =
      switch code {
      case .ok: .done
      case .unauthenticated: .unauthenticated
      case .permissionDenied: .forbidden
      case .invalidArgument, .notFound, .outOfRange, .unimplemented: .usage
      case .aborted, .failedPrecondition: .refused
      case .alreadyExists: .conflict
      case .unavailable, .deadlineExceeded, .cancelled, .unknown, .internal, .dataLoss: silence
      // The server says so before it looks at the command.
      case .resourceExhausted: .unreachable
      }
  }
}

extension RPCCode {
  /// The same call may have another answer later.
  var isPassing: Bool {
    switch self {
    case .unavailable, .deadlineExceeded, .resourceExhausted, .cancelled, .unknown, .internal: true
    case .ok, .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .failedPrecondition,
      .aborted, .outOfRange, .unimplemented, .dataLoss, .unauthenticated:
      false
    }
  }
}
