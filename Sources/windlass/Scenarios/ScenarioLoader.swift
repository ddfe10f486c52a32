import ArgoManifests
import Foundation
import Scenarios

/// Reads the manifests that scenarios name, each file once.
struct ScenarioLoader {
  private var known: [String: SourceFile] = [:]

  /// The files of a scenario by path as written there, relative to the scenario's own directory.
  ///
  /// - Throws: ``ManifestErrors`` naming the line of the path that cannot be read.
  mutating func manifests(
    of scenario: Scenario, in file: String
  ) throws(ManifestErrors) -> [String: SourceFile] {
    let directory = URL(filePath: file).deletingLastPathComponent().relativePath
    var sources: [String: SourceFile] = [:]
    for entry in scenario.paths {
      let path = directory == "." ? entry.path : "\(directory)/\(entry.path)"
      do throws(Failure) {
        sources[entry.path] = try read(path)
      } catch {
        throw ManifestErrors(issues: [
          ManifestIssue(location: entry.location, field: "manifests", reason: error.message)
        ])
      }
    }
    return sources
  }

  private mutating func read(_ path: String) throws(Failure) -> SourceFile {
    if let source = known[path] { return source }
    // A pipe or a device, named by a file that somebody else wrote, might never end.
    let resolved = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
    guard FileManager.default.fileExists(atPath: resolved) else {
      throw Failure(.usage, "\(path): no such file")
    }
    let type: FileAttributeType?
    do {
      type = try FileManager.default.attributesOfItem(atPath: resolved)[.type] as? FileAttributeType
    } catch {
      throw Failure(.usage, "\(path): cannot be opened: \(error.localizedDescription)")
    }
    guard type == .typeRegular else {
      throw Failure(.usage, "\(path): is no regular file")
    }
    guard let source = try ManifestSources.manifests.read([path]).first else {
      throw Failure(.usage, "\(path): cannot be read")
    }
    known[path] = source
    return source
  }
}
