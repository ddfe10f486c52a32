public import EventLog

/// A promise every event log makes, and how to find out whether it is kept.
public struct Rule: Sendable, CustomStringConvertible {
  /// A log under test; alone with the rule while it is checked, but not necessarily empty.
  public typealias Subject = any EventLog & LeaseStore & SubscriptionStore

  public let description: String
  /// Throws ``Broken`` or whatever the log threw.
  public let check: @Sendable (Subject) async throws -> Void

  init(_ description: String, _ check: @escaping @Sendable (Subject) async throws -> Void) {
    self.description = description
    self.check = check
  }

  /// All promises of `EventLog`, `LeaseStore` and `SubscriptionStore`.
  public static var all: [Rule] {
    order + refusals + repeats + reading + selections + leases + subscriptions
  }
}
