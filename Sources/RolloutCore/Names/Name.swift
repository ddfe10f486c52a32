/// Why a name from outside was refused: which kind of name, and what the rule is.
public struct InvalidName: Error, Equatable, Sendable, CustomStringConvertible {
  public var field: String
  public var rule: String

  public init(field: String, rule: String) {
    self.field = field
    self.rule = rule
  }

  public var description: String { "\(field): \(rule)" }
}

/// Bytes that names are made of. Comparison of names is only safe because they are plain ASCII:
/// Swift compares strings by canonical equivalence, PostgreSQL by bytes.
enum NameBytes {
  static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
    (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z"))
      || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
  }

  /// `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`
  static func isLabel(_ bytes: some Collection<UInt8>) -> Bool {
    guard (1...63).contains(bytes.count), let first = bytes.first else { return false }
    var last = first
    for byte in bytes {
      guard isLowerAlphanumeric(byte) || byte == UInt8(ascii: "-") else { return false }
      last = byte
    }
    return isLowerAlphanumeric(first) && isLowerAlphanumeric(last)
  }
}

/// A deployable workload: `project/name`, both `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`.
public struct ApplicationName: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let text: String

  /// - Throws: ``InvalidName`` naming the rule.
  public init(validating text: String) throws(InvalidName) {
    // A second '/' is no byte of a label.
    guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")),
      NameBytes.isLabel(text.utf8[..<slash]),
      NameBytes.isLabel(text.utf8[text.utf8.index(after: slash)...])
    else {
      throw InvalidName(
        field: "application",
        rule: "must be project/name, each 1 to 63 of a-z, 0-9 and inner '-'")
    }
    self.text = text
  }

  public var description: String { text }
  public static func < (a: Self, b: Self) -> Bool {
    a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }
}

/// A registered target: `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`.
public struct ClusterName: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let text: String

  /// - Throws: ``InvalidName`` naming the rule.
  public init(validating text: String) throws(InvalidName) {
    guard NameBytes.isLabel(text.utf8) else {
      throw InvalidName(field: "cluster", rule: "must be 1 to 63 of a-z, 0-9 and inner '-'")
    }
    self.text = text
  }

  public var description: String { text }
  public static func < (a: Self, b: Self) -> Bool {
    a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }
}

/// One application on one cluster.
public struct RolloutName: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var application: ApplicationName
  public var cluster: ClusterName

  public init(_ application: ApplicationName, on cluster: ClusterName) {
    self.application = application
    self.cluster = cluster
  }

  /// `project/name@cluster`
  public var description: String { "\(application)@\(cluster)" }
  public static func < (a: Self, b: Self) -> Bool {
    (a.application, a.cluster) < (b.application, b.cluster)
  }
}

/// What the caller calls an artefact: a git SHA, image digest or tag.
/// 1 to 128 bytes of `A-Z a-z 0-9 . _ : / @ + -`.
public struct ReleaseID: Hashable, Sendable, CustomStringConvertible {
  public let text: String

  /// - Throws: ``InvalidName`` naming the rule.
  public init(validating text: String) throws(InvalidName) {
    let extra: [UInt8] = [
      UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "/"),
      UInt8(ascii: "@"), UInt8(ascii: "+"), UInt8(ascii: "-"),
    ]
    let legal = text.utf8.allSatisfy { byte in
      NameBytes.isLowerAlphanumeric(byte) || (65...90).contains(byte) || extra.contains(byte)
    }
    guard legal, (1...128).contains(text.utf8.count) else {
      throw InvalidName(
        field: "release", rule: "must be 1 to 128 of A-Z, a-z, 0-9 and . _ : / @ + -")
    }
    self.text = text
  }

  public var description: String { text }
}
