public import RolloutCore

/// Which analysis runs a script speaks of: those of a revision, of one type or of any.
public struct RunSelector: Equatable, Sendable {
  public var revision: RevisionRef
  /// `nil`: any type.
  public var type: RunType?

  public enum RevisionRef: Equatable, Sendable {
    case number(RevisionNumber)
    case release(ReleaseID)
  }

  public init(_ revision: RevisionRef, type: RunType? = nil) {
    self.revision = revision
    self.type = type
  }

  /// `REVISION|RELEASE[:step|background]`: digits name a revision, anything else a release.
  ///
  /// - Throws: ``RolloutCore/InvalidName`` when the release cannot be one.
  public init(parsing text: String) throws(InvalidName) {
    var name = text
    type = nil
    for (suffix, type) in [(":step", RunType.step), (":background", .background)]
    where name.hasSuffix(suffix) {
      name.removeLast(suffix.count)
      self.type = type
      break
    }
    if let number = UInt32(name), number > 0 {
      revision = .number(RevisionNumber(number))
    } else {
      revision = .release(try ReleaseID(validating: name))
    }
  }

  func matches(_ number: RevisionNumber, _ release: ReleaseID?, _ type: RunType) -> Bool {
    if let own = self.type, own != type { return false }
    return switch revision {
    case .number(let own): own == number
    case .release(let own): own == release
    }
  }
}
