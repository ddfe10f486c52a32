/// A released version of the Argo Rollouts controller.
///
/// Order ignores build metadata; a pre-release (`-rc1`) counts as its release, because behaviour
/// is decided by what the branch contains.
public struct ControllerVersion: Comparable, Hashable, Sendable {
  public let major: Int
  public let minor: Int
  public let patch: Int

  public init(_ major: Int, _ minor: Int, _ patch: Int) {
    self.major = max(0, major)
    self.minor = max(0, minor)
    self.patch = max(0, patch)
  }

  /// Reads `v1.7.1`, `1.7.1+6a99ea9`, `v1.10.0-rc1`. `nil` for anything else, for example `latest`.
  public init?(_ text: String) {
    guard text.utf8.count <= 128 else { return nil }
    var rest = text[...]
    if rest.first == "v" { rest = rest.dropFirst() }
    let core = rest.prefix { $0 != "-" && $0 != "+" }
    let parts = core.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    var numbers: [Int] = []
    for part in parts {
      guard !part.isEmpty, part.count <= 6, part.utf8.allSatisfy({ (48...57).contains($0) }),
        let number = Int(part)
      else { return nil }
      numbers.append(number)
    }
    self.init(numbers[0], numbers[1], numbers[2])
  }

  public static func < (left: ControllerVersion, right: ControllerVersion) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }

  /// What is on the main branch and not yet released.
  public static let main = ControllerVersion(1, 11, 0)
}
