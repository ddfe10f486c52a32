import ArgoManifests
import ArgumentParser
import RolloutCore
import WindlassWire

/// Values as they are written on the command line. Each throws a `ValidationError` that says what
/// would be right.
enum Reading {
  static func application(_ text: String) throws -> ApplicationName {
    do throws(InvalidName) {
      return try ApplicationName(validating: text)
    } catch {
      throw ValidationError("\(quoted(text)): an application \(error.rule)")
    }
  }

  static func cluster(_ text: String) throws -> ClusterName {
    do throws(InvalidName) {
      return try ClusterName(validating: text)
    } catch {
      throw ValidationError("\(quoted(text)): a cluster \(error.rule)")
    }
  }

  /// `eu-1,eu-2`
  static func clusters(_ text: String) throws -> [ClusterName] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { try cluster(String($0)) }
  }

  /// `env=prod,wave=1`
  static func labels(_ text: String) throws -> [ClusterSelector.Label] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2, pair.allSatisfy({ isLabelText($0) }) else {
        throw ValidationError(
          "\(quoted(String(part))): a label is key=value, each 1 to 63 of A-Z, a-z, 0-9 and . _ / -"
        )
      }
      return ClusterSelector.Label(String(pair[0]), String(pair[1]))
    }
  }

  private static func isLabelText(_ text: Substring) -> Bool {
    (1...63).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "/"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  /// A number names a revision by its number, anything else by its release; `revision=N` and
  /// `release=ID` say which is meant.
  static func revision(_ text: String) throws -> RevisionRef {
    if text.hasPrefix("release=") {
      return .release(try release(String(text.dropFirst("release=".count))))
    }
    if text.hasPrefix("revision=") {
      return .number(try number(String(text.dropFirst("revision=".count))))
    }
    let isNumber = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    return isNumber ? .number(try number(text)) : .release(try release(text))
  }

  static func number(_ text: String) throws -> RevisionNumber {
    guard let value = UInt32(text), value > 0 else {
      throw ValidationError(
        "\(quoted(text)): a revision number is 1 to \(UInt32.max); write release=ID for a release "
          + "that looks like a number")
    }
    return RevisionNumber(value)
  }

  /// `1,2,5`
  static func numbers(_ text: String) throws -> [RevisionNumber] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { try number(String($0)) }
  }

  static func release(_ text: String) throws -> ReleaseID {
    do throws(InvalidName) {
      return try ReleaseID(validating: text)
    } catch {
      throw ValidationError("\(quoted(text)): a release \(error.rule)")
    }
  }

  static func attempt(_ text: String) throws -> AttemptNumber {
    guard let value = UInt32(text), value > 0 else {
      throw ValidationError("\(quoted(text)): an attempt is a number from 1")
    }
    return AttemptNumber(value)
  }

  /// `30s`, `10m`, `1h30m`: at most 30 days.
  static func duration(_ text: String) throws -> Duration {
    let interval: Interval
    do throws(DurationText.Invalid) {
      interval = try DurationText.parse(text, days: true)
    } catch {
      throw ValidationError(error.reason)
    }
    guard interval <= .seconds(30 * 86_400) else {
      throw ValidationError("\(quoted(text)): must be at most 30d")
    }
    return .microseconds(interval.microseconds)
  }

  static func key(_ text: String) throws -> String {
    guard (1...IdempotencyKey.bytesMax).contains(text.utf8.count),
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
      throw ValidationError(
        "a key is 1 to \(IdempotencyKey.bytesMax) printable ASCII characters without spaces")
    }
    return text
  }

  static func reason(_ text: String) throws -> String {
    guard text.utf8.count <= 2_048, !text.utf8.contains(0) else {
      throw ValidationError("a reason has at most 2048 bytes and no NUL")
    }
    return text
  }

  static func actor(_ text: String) throws -> String {
    guard text.utf8.count <= ClaimedActor.bytesMax, !text.utf8.contains(0) else {
      throw ValidationError("an actor has at most \(ClaimedActor.bytesMax) bytes and no NUL")
    }
    return text
  }

  private static func quoted(_ text: String) -> String {
    "'\(SafeText.line(String(text.prefix(80))))'"
  }
}
