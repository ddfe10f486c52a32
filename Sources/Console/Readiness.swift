/// Whether a replica may be sent traffic, and if not, why.
public struct Readiness: Equatable, Sendable {
  /// Empty when ready; otherwise one short sentence each, for a person who reads `/readyz`.
  public var reasons: [String]

  public init(reasons: [String]) {
    self.reasons = reasons
  }

  public static let ready = Self(reasons: [])

  public static func notReady(_ reasons: String...) -> Self { Self(reasons: reasons) }

  public var isReady: Bool { reasons.isEmpty }
}
