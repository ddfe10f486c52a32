/// A place in the log: the first event is 0. Core's own word for the log's position, so that the
/// core depends on no log.
public struct LogPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var index: UInt64
  public init(_ index: UInt64) { self.index = index }
  public var description: String { "\(index)" }
  public static func < (a: Self, b: Self) -> Bool { a.index < b.index }
}

/// A revision of an application: 1, 2, 3 ... in the order of first registration, never renumbered,
/// the same in every cluster.
public struct RevisionNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var value: UInt32
  public init(_ value: UInt32) { self.value = value }
  public var description: String { "\(value)" }
  public static func < (a: Self, b: Self) -> Bool { a.value < b.value }
}

/// An attempt of a rollout: 1, 2, 3 ...
public struct AttemptNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var value: UInt32
  public init(_ value: UInt32) { self.value = value }
  public var description: String { "\(value)" }
  public static func < (a: Self, b: Self) -> Bool { a.value < b.value }
}

/// A strategy of an application: 1, 2, 3 ...
public struct StrategyVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var value: UInt32
  public init(_ value: UInt32) { self.value = value }
  public var description: String { "\(value)" }
  public static func < (a: Self, b: Self) -> Bool { a.value < b.value }
}
