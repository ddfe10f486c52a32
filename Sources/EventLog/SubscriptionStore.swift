/// How far named readers of the log have come, kept for them across restarts of theirs and ours.
///
/// A subscription has one consumer at a time: opening it fences whoever had it before.
public protocol SubscriptionStore: Sendable {
  /// Opens a subscription under a new epoch, making it if there is none of this name.
  ///
  /// - Parameters:
  ///   - name: see ``SubscriptionRules/isName(_:)``.
  ///   - filter: at most 16 KiB, compared byte by byte with that of the first opening.
  ///   - start: where a new one begins; without meaning for one that exists.
  ///   - consumer: who asks, at most 128 bytes.
  func openSubscription(
    _ name: String, filter: [UInt8], from start: GlobalPosition, consumer: String
  ) async throws(ReadError) -> SubscriptionOpening

  /// Records that everything before `position` has been dealt with. Never moves backwards: a late
  /// acknowledgement of less is harmless.
  func acknowledge(
    _ name: String, epoch: UInt64, before position: GlobalPosition
  ) async throws(ReadError) -> Acknowledgement

  /// Moves a subscription to any position of the log, backwards too, under a new epoch: whoever has
  /// it open is fenced and begins there the next time.
  func moveSubscription(
    _ name: String, to position: GlobalPosition
  ) async throws(ReadError) -> Acknowledgement

  /// All subscriptions by name; at most ``SubscriptionRules/countMax``.
  func subscriptions() async throws(ReadError) -> [SubscriptionReading]

  /// - Returns: whether there was one.
  func deleteSubscription(_ name: String) async throws(ReadError) -> Bool
}
