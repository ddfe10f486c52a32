/// Who asked for something: the authenticated principal, and beside it what the caller claims.
/// The claim is kept for the reader and never trusted.
public struct Requester: Equatable, Codable, Sendable {
  /// The authenticated principal, at most 256 bytes; `anonymous` where nobody is authenticated,
  /// `unknown` for changes made outside Windlass.
  public var principal: String
  /// The person or job that the caller says it acts for; may be empty; at most 256 bytes.
  public var claimedActor: String
  /// In the caller's words; may be empty; at most 2 KiB.
  public var reason: String

  public init(principal: String, claimedActor: String = "", reason: String = "") {
    self.principal = principal
    self.claimedActor = claimedActor
    self.reason = reason
  }
}
