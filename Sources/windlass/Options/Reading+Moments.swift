import ArgumentParser
import Foundation
import RolloutCore
import WindlassWire

extension Reading {
  /// `2026-11-23T09:00:00Z`, with a fraction and another offset if need be, or how long ago: `90m`.
  static func moment(_ text: String) throws -> Timestamp {
    if let moment = rfc3339(text) { return moment }
    if let first = text.utf8.first, (0x30...0x39).contains(first), !text.contains(":"),
      !text.contains("-")
    {
      let ago = try duration(text)
      let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
      let (seconds, attoseconds) = ago.components
      return Timestamp(
        microseconds: max(1, now - seconds * 1_000_000 - attoseconds / 1_000_000_000_000))
    }
    throw ValidationError(
      "'\(SafeText.line(String(text.prefix(80))))': a moment is 2026-11-23T09:00:00Z, or how long ago "
        + "it was, as 90m or 2h")
  }

  /// A position of the log, or a moment.
  static func asOf(_ text: String) throws -> ReadBounds.AsOf {
    if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      return .position(try position(text))
    }
    return .instant(try moment(text))
  }

  static func position(_ text: String) throws -> UInt64 {
    guard let value = UInt64(text), value > 0, value <= UInt64(Int64.max) else {
      throw ValidationError(
        "'\(SafeText.line(String(text.prefix(80))))': a position of the log is 1 to \(Int64.max), as "
          + "answers name it")
    }
    return value
  }

  static func kind(_ text: String) throws -> String {
    guard EventFilter.isKind(text) else {
      throw ValidationError(
        "'\(SafeText.line(String(text.prefix(80))))': is no kind of event; kinds are listed in "
          + "docs/log.md, attempt-classified is one")
    }
    return text
  }

  static func rule(_ text: String) throws -> Rule {
    guard let rule = Rule(rawValue: text) else {
      throw ValidationError(
        "'\(SafeText.line(String(text.prefix(80))))': is no rule; rules are listed in "
          + "docs/decision-rules.md, rollback-by-number is one")
    }
    return rule
  }

  /// A name of a principal or an actor.
  static func who(_ text: String) throws -> String {
    guard (1...256).contains(text.utf8.count),
      !text.unicodeScalars.contains(where: SafeText.isUnsafe)
    else { throw ValidationError("a principal or actor has 1 to 256 bytes, no control characters") }
    return text
  }

  static func subscription(_ text: String) throws -> String {
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: false
      }
    }
    guard (1...100).contains(text.utf8.count), let first = text.utf8.first, isAlphanumeric(first),
      text.utf8.allSatisfy({ isAlphanumeric($0) || ".-_".utf8.contains($0) })
    else {
      throw ValidationError(
        "'\(SafeText.line(String(text.prefix(80))))': a subscription is named by 1 to 100 of A-Z, a-z, "
          + "0-9 and . _ -, beginning with a letter or digit")
    }
    return text
  }

  /// RFC 3339, years 1970 to 9999.
  private static func rfc3339(_ text: String) -> Timestamp? {
    let pattern =
      /(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d{2}):(\d{2}))/
    guard let match = text.wholeMatch(of: pattern)?.output,
      let year = Int64(match.1), year >= 1970, let month = Int64(match.2),
      (1...12).contains(month),
      let day = Int64(match.3), let hour = Int64(match.4), hour < 24,
      let minute = Int64(match.5), minute < 60, let second = Int64(match.6), second < 60
    else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day >= 1, day <= lengths[Int(month) - 1] else { return nil }
    let before = lengths.prefix(Int(month) - 1).reduce(0, +)
    let years = year - 1
    let days =
      years * 365 + years / 4 - years / 100 + years / 400 - 719_162 + before + day - 1
    var fraction: Int64 = 0
    if let digits = match.7 {
      fraction =
        Int64(String(digits.prefix(6)).padding(toLength: 6, withPad: "0", startingAt: 0)) ?? 0
    }
    var offset: Int64 = 0
    if let sign = match.9, let hours = match.10.flatMap({ Int64($0) }),
      let minutes = match.11.flatMap({ Int64($0) })
    {
      guard hours < 24, minutes < 60 else { return nil }
      offset = (hours * 60 + minutes) * (sign == "-" ? -60 : 60)
    }
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
    let microseconds = seconds * 1_000_000 + fraction
    return microseconds > 0 ? Timestamp(microseconds: microseconds) : nil
  }
}
