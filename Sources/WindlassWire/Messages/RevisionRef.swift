public import RolloutCore

/// A revision as a caller names it.
public enum RevisionRef: Equatable, Sendable {
  case number(RevisionNumber)
  case release(ReleaseID)
}

extension RevisionRef {
  /// A number or a release, not both; `nil` for neither.
  static func optional(number: UInt32, release: String) throws(WireError) -> Self? {
    switch (RevisionNumber(optional: number), release.isEmpty) {
    case (nil, true): return nil
    case (let number?, true): return .number(number)
    case (nil, false): return .release(try ReleaseID(wire: release, "release"))
    case (.some, false):
      throw WireError(field: "release", reason: "must be empty when revision is given")
    }
  }

  static func required(number: UInt32, release: String) throws(WireError) -> Self {
    guard let ref = try optional(number: number, release: release) else {
      throw WireError(field: "revision", reason: "or release must be given")
    }
    return ref
  }

  /// 0 unless it is a number.
  var wireNumber: UInt32 {
    switch self {
    case .number(let number): number.value
    case .release: 0
    }
  }

  /// Empty unless it is a release.
  var wireRelease: String {
    switch self {
    case .number: ""
    case .release(let release): release.text
    }
  }
}
