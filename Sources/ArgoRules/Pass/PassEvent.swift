/// A Kubernetes event a pass emits.
public struct PassEvent: Equatable, Sendable {
  public var isWarning: Bool
  public var reason: String
  public var message: String

  public init(isWarning: Bool, reason: String, message: String) {
    self.isWarning = isWarning
    self.reason = reason
    self.message = message
  }

  public static func normal(_ reason: String, _ message: String) -> PassEvent {
    PassEvent(isWarning: false, reason: reason, message: message)
  }

  public static func warning(_ reason: String, _ message: String) -> PassEvent {
    PassEvent(isWarning: true, reason: reason, message: message)
  }
}
