public import RolloutCore

/// What somebody did with kubectl: another revision is desired, and nobody asked Windlass.
public struct OutsideChange: Equatable, Sendable {
  /// `nil`: the first application that the cluster hears of.
  public var application: ApplicationName?
  public var release: ReleaseID
  /// `nil`: as the cluster knows it, else made from the release.
  public var digest: String?
  public var image: String?

  public init(
    application: ApplicationName? = nil, release: ReleaseID, digest: String? = nil,
    image: String? = nil
  ) {
    self.application = application
    self.release = release
    self.digest = digest
    self.image = image
  }

  /// `RELEASE[,DIGEST[,IMAGE]]`
  ///
  /// - Throws: ``RolloutCore/InvalidName`` naming the part and its rule.
  public init(parsing text: String) throws(InvalidName) {
    let parts = text.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
    try self.init(
      application: nil, release: parts.first.map(String.init) ?? "",
      digest: parts.count > 1 ? String(parts[1]) : nil,
      image: parts.count > 2 ? String(parts[2]) : nil)
  }

  init(
    application: ApplicationName?, release: String, digest: String?, image: String?
  ) throws(InvalidName) {
    self.application = application
    self.release = try ReleaseID(validating: release)
    if let digest {
      let hex = digest.hasPrefix("sha256:") ? digest.dropFirst(7) : digest[...]
      guard (1...128).contains(digest.utf8.count), !hex.isEmpty, hex.allSatisfy(\.isHexDigit),
        hex.utf8.allSatisfy({ $0 < 128 })
      else {
        throw InvalidName(
          field: "digest", rule: "must be 1 to 128 bytes of hex, or sha256: and hex")
      }
    }
    if let image {
      guard (1...512).contains(image.utf8.count), image.utf8.allSatisfy({ (33...126).contains($0) })
      else {
        throw InvalidName(field: "image", rule: "must be 1 to 512 printable ASCII characters")
      }
    }
    self.digest = digest
    self.image = image
  }
}
