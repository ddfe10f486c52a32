/// How a rollout's arguments become values.
public enum RunArguments {
  /// Why arguments could not be worked out. `description` is Argo's text where Argo has one.
  public enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
    case field(FieldPath.Problem)
    /// The stable hash was asked for and no such ReplicaSet exists. Argo's pass ends in a panic
    /// that is recovered, and is tried again.
    case noStableRevision(argument: String)

    public var description: String {
      switch self {
      case .field(let problem): problem.description
      case .noStableRevision(let argument):
        "argument '\(argument)' needs the stable ReplicaSet, which does not exist"
      }
    }
  }

  /// The values of `arguments`, in order, repeated names included.
  ///
  /// A bad `metadata` path ends the work at once. A bad path elsewhere leaves empty text and is
  /// forgotten as soon as a later field argument can be read: only the last one read decides. So
  /// a misspelt path may pass as an empty value; this is Argo's way, found by reading.
  ///
  /// - Parameters:
  ///   - latest: pod hash of the desired revision.
  ///   - stable: pod hash of the stable revision, `nil` when it has no ReplicaSet.
  ///   - object: the whole rollout as JSON, status included.
  public static func resolve(
    _ arguments: [AnalysisBlock.Argument], latest: String, stable: String?, object: TreeValue
  ) throws(Problem) -> [RunArgument] {
    var resolved: [RunArgument] = []
    var unread: FieldPath.Problem?
    for argument in arguments {
      let value: String
      switch argument.value {
      case nil: value = ""
      case .literal(let text): value = text
      case .latestHash: value = latest
      case .stableHash:
        guard let stable else { throw .noStableRevision(argument: argument.name) }
        value = stable
      case .field(let path):
        do {
          value = try FieldPath.read(path, in: object)
          unread = nil
        } catch {
          guard !path.hasPrefix("metadata") else { throw .field(error) }
          value = ""
          unread = error
        }
      }
      resolved.append(RunArgument(argument.name, value: value))
    }
    if let unread { throw .field(unread) }
    return resolved
  }
}
