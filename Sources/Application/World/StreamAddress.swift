public import EventLog
public import RolloutCore

/// Which stream of the log, by what it is about.
public enum StreamAddress: Hashable, Sendable {
  case application(ApplicationName)
  case rollout(RolloutName)
  case cluster(ClusterName)
  case lease(ClusterName)
  case refusals(ApplicationName)

  /// `<category>-<id>`, for example `rollout-shop/checkout@eu-west-1`.
  public var stream: StreamName {
    let text =
      switch self {
      case .application(let name): "application-\(name)"
      case .rollout(let name): "rollout-\(name)"
      case .cluster(let name): "cluster-\(name)"
      case .lease(let name): "lease-\(name)"
      case .refusals(let name): "refusals-\(name)"
      }
    do {
      return try StreamName(validating: text)
    } catch {
      // Names are at most 63 bytes a label, so the longest stream name has 201 bytes.
      preconditionFailure("a stream name of validated names is valid: \(error)")
    }
  }

  /// - Returns: `nil` for a stream that is none of ours.
  public init?(_ stream: StreamName) {
    let id = String(stream.id)
    do {
      switch stream.category {
      case "application": self = .application(try ApplicationName(validating: id))
      case "refusals": self = .refusals(try ApplicationName(validating: id))
      case "cluster": self = .cluster(try ClusterName(validating: id))
      case "lease": self = .lease(try ClusterName(validating: id))
      case "rollout":
        let parts = id.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self = .rollout(
          RolloutName(
            try ApplicationName(validating: String(parts[0])),
            on: try ClusterName(validating: String(parts[1]))))
      default: return nil
      }
    } catch {
      return nil
    }
  }
}
