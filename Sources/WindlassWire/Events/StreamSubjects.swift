/// What the events of a stream are about, read off its name: `rollout-shop/cart@eu-1` is about an
/// application and a cluster, `lease-eu-1` about a cluster.
public struct StreamSubjects: Equatable, Sendable {
  /// `nil` for none.
  public var application: String?
  public var cluster: String?

  public init(of stream: String) {
    guard let hyphen = stream.firstIndex(of: "-") else { return }
    let id = stream[stream.index(after: hyphen)...]
    switch stream[..<hyphen] {
    case "application", "refusals": application = String(id)
    case "cluster", "lease": cluster = String(id)
    case "rollout":
      guard let at = id.firstIndex(of: "@") else { return }
      application = String(id[..<at])
      cluster = String(id[id.index(after: at)...])
    default: break
    }
  }
}
