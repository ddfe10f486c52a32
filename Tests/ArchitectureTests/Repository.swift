import Foundation

/// The files of this repository, found from where this test was compiled.
enum Repository {
  static let root: URL = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// Folders under Sources.
  static func modules() throws -> [String] {
    let sources = root.appending(path: "Sources")
    return try FileManager.default.contentsOfDirectory(atPath: sources.path)
      .filter { !$0.hasPrefix(".") }.sorted()
  }

  /// The texts of all Swift files below Sources/`folder`.
  static func swiftSources(of folder: String) throws -> [String] {
    try swiftPaths(of: folder).map { try text("Sources/\(folder)/\($0)") }
  }

  /// All Swift files below Sources/`module`, by path inside it.
  static func swiftFiles(of module: String) throws -> [SourceFile] {
    try swiftPaths(of: module).map { path in
      SourceFile(path: path, text: try text("Sources/\(module)/\(path)"))
    }
  }

  private static func swiftPaths(of folder: String) throws -> [String] {
    let url = root.appending(path: "Sources").appending(path: folder)
    return try FileManager.default.subpathsOfDirectory(atPath: url.path)
      .filter { $0.hasSuffix(".swift") }.sorted()
  }
}
