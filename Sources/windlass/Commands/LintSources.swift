import ArgoManifests
import Foundation
import ManifestLint

/// The files that lint reads. They may be more and larger than what `apply` accepts.
enum LintSources {
  /// - Throws: ``Failure`` naming the path that cannot be read, or the limit.
  static func read(_ paths: [String]) throws(Failure) -> [SourceFile] {
    var sources: [SourceFile] = []
    var left = LintLimits.totalBytes
    for path in paths {
      if path == "-" {
        sources.append(try read(.standardInput, as: "<standard input>", &left))
        continue
      }
      for file in try files(at: path) {
        guard sources.count < LintLimits.files else {
          throw Failure(.usage, "\(path): more than \(LintLimits.files) files")
        }
        guard let handle = FileHandle(forReadingAtPath: file) else {
          throw Failure(.usage, "\(file): cannot be opened; is it there, and readable?")
        }
        sources.append(try read(handle, as: file, &left))
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

  private static func read(
    _ handle: FileHandle, as name: String, _ left: inout Int
  ) throws(Failure) -> SourceFile {
    var bytes: [UInt8] = []
    do {
      while bytes.count <= left,
        let part = try handle.read(upToCount: min(1 << 20, left + 1 - bytes.count)), !part.isEmpty
      {
        bytes += part
      }
    } catch {
      throw Failure(.usage, "\(name): cannot be read: \(error.localizedDescription)")
    }
    guard bytes.count <= left else {
      throw Failure(
        .usage, "\(name): all files together must be at most \(LintLimits.totalBytes) bytes")
    }
    left -= bytes.count
    return SourceFile(name: name, bytes: bytes)
  }
}
