import ArgoManifests
import Foundation

/// Manifest files as the command line names them.
enum ManifestSources {
  /// Reads files, the YAML and JSON files of directories in the order of their names, and standard
  /// input for `-`.
  ///
  /// No file is read further than the manifest reader's limit, which it then refuses.
  ///
  /// - Throws: ``Failure`` naming the path that cannot be read.
  static func read(_ paths: [String]) throws(Failure) -> [SourceFile] {
    var sources: [SourceFile] = []
    for path in paths {
      if path == "-" {
        sources.append(try read(.standardInput, as: "<standard input>"))
        continue
      }
      for file in try files(at: path) {
        guard let handle = FileHandle(forReadingAtPath: file) else {
          throw Failure(.usage, "\(file): cannot be opened; is it there, and readable?")
        }
        sources.append(try read(handle, as: file))
        guard sources.count <= ManifestLimits.files else {
          throw Failure(.usage, "\(path): more than \(ManifestLimits.files) files")
        }
      }
    }
    return sources
  }

  private static func files(at path: String) throws(Failure) -> [String] {
    guard FileManager.default.fileExists(atPath: path) else {
      throw Failure(.usage, "\(path): no such file or directory")
    }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      // No directory, so a file or a pipe; one that cannot be listed fails as a file does.
      return [path]
    }
    let found = names.filter { name in
      [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) } && !name.hasPrefix(".")
    }
    guard !found.isEmpty else {
      throw Failure(.usage, "\(path): no *.yaml, *.yml or *.json in this directory")
    }
    return found.sorted().map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
  }

  private static func read(_ handle: FileHandle, as name: String) throws(Failure) -> SourceFile {
    var bytes: [UInt8] = []
    do {
      // A pipe gives what it has; one byte too many is enough to be refused.
      while bytes.count <= ManifestLimits.fileBytes,
        let part = try handle.read(upToCount: ManifestLimits.fileBytes + 1 - bytes.count),
        !part.isEmpty
      {
        bytes += part
      }
    } catch {
      throw Failure(.usage, "\(name): cannot be read: \(error.localizedDescription)")
    }
    return SourceFile(name: name, bytes: bytes)
  }
}
