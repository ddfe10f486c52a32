import ArgumentParser
import Foundation

/// Where the programs and the examples are.
struct Places: Sendable {
  var bin: URL
  /// The directory with `v1.yaml` and its companions.
  var checkout: URL

  static let programs = ["windlassd", "windlass", "windlass-agent"]

  /// - Throws: a `ValidationError` naming what is missing and the flag that says where it is.
  init(bin: String?, examples: String?) throws {
    let own = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
    let here = URL(
      filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
    self.bin = bin.map { URL(filePath: $0, relativeTo: here).absoluteURL } ?? own ?? here
    for program in Self.programs {
      let path = self.bin.appending(path: program).path()
      guard FileManager.default.isExecutableFile(atPath: path) else {
        throw ValidationError("\(path) is not there; build first, or say where with --bin")
      }
    }
    if let examples {
      checkout = URL(filePath: examples, relativeTo: here).absoluteURL.appending(path: "checkout")
      guard Self.isCheckout(checkout) else {
        throw ValidationError("--examples: there is no \(checkout.path())/v1.yaml")
      }
      return
    }
    for start in [own, here].compactMap({ $0 }) {
      var directory = start
      for _ in 0..<8 {
        let candidate = directory.appending(path: "docs/examples/checkout")
        if Self.isCheckout(candidate) {
          checkout = candidate
          return
        }
        directory = directory.deletingLastPathComponent()
      }
    }
    throw ValidationError("docs/examples is not found from here; say where with --examples")
  }

  /// A program as a person in this directory would type it.
  func spoken(_ program: String) -> String {
    let path = bin.appending(path: program).path()
    let here = FileManager.default.currentDirectoryPath + "/"
    guard path.hasPrefix(here) else { return path }
    // The build directory has a short name as well as one that names the platform.
    let short = ".build/\(bin.lastPathComponent)/\(program)"
    return FileManager.default.isExecutableFile(atPath: here + short)
      ? short : String(path.dropFirst(here.count))
  }

  private static func isCheckout(_ directory: URL) -> Bool {
    FileManager.default.isReadableFile(atPath: directory.appending(path: "v1.yaml").path())
  }
}
