import Crypto
import EventLog
import Foundation
import WindlassWire

/// Where the next page of a read begins. Opaque to callers: 1 character for the direction, the
/// position, and a check that ties both to the filter, so that a cursor neither goes with another
/// question nor can be made up by accident.
struct LogCursor: Equatable {
  var position: GlobalPosition
  var direction: ReadDirection

  func text(for filter: EventFilter) -> String {
    "\(direction == .forwards ? "f" : "b")\(Self.hex(position.index))\(check(filter))"
  }

  init(position: GlobalPosition, direction: ReadDirection) {
    self.position = position
    self.direction = direction
  }

  /// - Returns: `nil` for a text that is no cursor of this question.
  init?(_ text: String, for filter: EventFilter, _ direction: ReadDirection) {
    guard text.utf8.count == 33,
      text.utf8.first == UInt8(ascii: direction == .forwards ? "f" : "b"),
      let index = UInt64(text.dropFirst().prefix(16), radix: 16), index <= UInt64(Int64.max)
    else { return nil }
    self.init(position: GlobalPosition(index), direction: direction)
    guard self.text(for: filter) == text else { return nil }
  }

  private func check(_ filter: EventFilter) -> String {
    var hash = SHA256()
    hash.update(data: Data(filter.encoded()))
    hash.update(data: Data("\(position.index) \(direction)".utf8))
    return hash.finalize().prefix(8).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }

  private static func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
