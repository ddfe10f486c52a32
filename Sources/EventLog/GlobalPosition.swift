/// The place of an event in the log. The first event is at 0 and there are no holes, so a `next`
/// position is also the number of events before it.
public struct GlobalPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The position of the first event.
  public static let zero = GlobalPosition(0)

  public var index: UInt64

  public init(_ index: UInt64) { self.index = index }

  public var description: String { String(index) }

  public static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}
