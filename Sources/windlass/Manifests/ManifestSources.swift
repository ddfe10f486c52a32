import ArgoManifests
import Foundation
import ManifestLint

/// Manifest files as the command line names them.
struct ManifestSources {
  private let filesMax: Int
  private let fileBytesMax: Int
  private let totalBytesMax: Int

  /// What `apply` accepts. No file is read further than the manifest reader's limit, which it then
  /// refuses.
  static let manifests = ManifestSources(
    filesMax: ManifestLimits.files, fileBytesMax: ManifestLimits.fileBytes,
    totalBytesMax: ManifestLimits.files * (ManifestLimits.fileBytes + 1))

  /// What `lint` reads: more and larger files, bounded together.
  static let lint = ManifestSources(
    filesMax: LintLimits.files, fileBytesMax: LintLimits.totalBytes,
    totalBytesMax: LintLimits.totalBytes)

  /// Reads files, the YAML and JSON files of directories in the order of their names, and standard
  /// input for `-`.
  ///
  /// - Throws: ``Failure`` naming the path that cannot be read, or the limit.
  func read(_ paths: [String]) throws(Failure) -> [SourceFile] {
    var sources: [SourceFile] = []
    var left = totalBytesMax
    for path in paths {
      if path == "-" {
        sources.append(try read(.standardInput, as: "<standard input>", &left))
        continue
      }
      for file in try files(at: path) {
        guard sources.count < filesMax else {
          throw Failure(.usage, "\(path): more than \(filesMax) files")
        }
        guard let handle = FileHandle(forReadingAtPath: file) else {
          throw Failure(.usage, "\(file): cannot be opened; is it there, and readable?")
        }
        sources.append(try read(handle, as: file, &left))
      }
    }
    return sources
  }

  private func files(at path: String) throws(Failure) -> [String] {
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

  private func read(
    _ handle: FileHandle, as name: String, _ left: inout Int
  ) throws(Failure) -> SourceFile {
    // A pipe gives what it has; one byte too many is enough to be refused.
    let most = min(fileBytesMax, left)
    var bytes: [UInt8] = []
    do {
      while bytes.count <= most,
        let part = try handle.read(upToCount: min(1 << 20, most + 1 - bytes.count)), !part.isEmpty
      {
        bytes += part
      }
    } catch {
      throw Failure(.usage, "\(name): cannot be read: \(error.localizedDescription)")
    }
    guard bytes.count <= left else {
      throw Failure(
        .usage, "\(name): all files together must be at most \(totalBytesMax) bytes")
    }
    left -= bytes.count
    return SourceFile(name: name, bytes: bytes)
  }
}
