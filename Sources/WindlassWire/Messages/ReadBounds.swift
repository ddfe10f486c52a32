internal import Protobuf
public import RolloutCore

/// Which part of the log a question is about, and how much of it must be known to answer.
public struct ReadBounds: Equatable, Sendable {
  public enum AsOf: Equatable, Sendable {
    /// When the log had so many events; 1 or more.
    case position(UInt64)
    /// After the last event whose recorded `now` is at most this moment.
    case instant(Timestamp)
  }

  /// Wait, within the deadline, until this many of the log's events are folded.
  public var atLeast: UInt64
  /// `nil`: as it is.
  public var asOf: AsOf?

  public init(atLeast: UInt64 = 0, asOf: AsOf? = nil) {
    self.atLeast = atLeast
    self.asOf = asOf
  }

  init(
    wire atLeast: UInt64, asOfPosition: UInt64, asOfMicroseconds: Int64
  ) throws(WireError) {
    self.init(atLeast: try logCount(atLeast, "at_least_position"))
    guard asOfPosition == 0 || asOfMicroseconds == 0 else {
      throw WireError(
        field: "as_of_position", reason: "cannot be given together with as_of_microseconds")
    }
    guard asOfMicroseconds >= 0 else {
      throw WireError(field: "as_of_microseconds", reason: "must not be negative")
    }
    if asOfPosition > 0 {
      asOf = .position(try logCount(asOfPosition, "as_of_position"))
    } else if asOfMicroseconds > 0 {
      asOf = .instant(Timestamp(microseconds: asOfMicroseconds))
    }
  }

  var asOfPosition: UInt64 {
    if case .position(let position) = asOf { return position }
    return 0
  }

  var asOfMicroseconds: Int64 {
    if case .instant(let instant) = asOf { return instant.microseconds }
    return 0
  }
}

/// A question that can ask for a part of the log.
public protocol BoundedRequest: WireMessage {
  /// How many of the log's events must be known to answer.
  var atLeastPosition: UInt64 { get set }
}

/// An answer that says how much of the log it rests on.
public protocol PositionedReply: WireMessage {
  /// So many of the log's events.
  var logPosition: UInt64 { get }
}

/// A number of the log's events: positions are signed on disk.
func logCount(_ value: UInt64, _ field: String) throws(WireError) -> UInt64 {
  guard value <= UInt64(Int64.max) else {
    throw WireError(field: field, reason: "must be at most \(Int64.max)")
  }
  return value
}
