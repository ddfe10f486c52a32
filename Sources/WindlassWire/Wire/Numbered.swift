internal import RolloutCore

/// Counts from 1; 0 on the wire means none.
protocol Numbered {
  var value: UInt32 { get }
  init(_ value: UInt32)
}

extension RevisionNumber: Numbered {}
extension AttemptNumber: Numbered {}
extension StrategyVersion: Numbered {}

extension Numbered {
  init(required value: UInt32, _ field: String) throws(WireError) {
    guard value > 0 else { throw WireError(field: field, reason: "must be 1 or more") }
    self.init(value)
  }

  init?(optional value: UInt32) {
    guard value > 0 else { return nil }
    self.init(value)
  }
}

extension Optional where Wrapped: Numbered {
  /// 0 for none.
  var wire: UInt32 { self?.value ?? 0 }
}
