/// The version of the last event of a stream: events are numbered 1, 2, 3 ... and 0 is "no stream".
public struct StreamVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// A stream that has no event yet.
  public static let none = StreamVersion(0)

  public var index: UInt64

  public init(_ index: UInt64) { self.index = index }

  public var description: String { String(index) }

  public static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}
