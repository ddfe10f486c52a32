import ArgoManifests
import Foundation
import RolloutCore
import Testing

/// Reads texts as files `1.yaml`, `2.yaml`, ...
func read(_ texts: String...) throws(ManifestErrors) -> ManifestSet {
  try ManifestReader.read(sources(texts))
}

/// What is wrong with texts, one line an issue; empty if nothing is.
func issues(_ texts: String...) -> [String] {
  do {
    _ = try ManifestReader.read(sources(texts))
    return []
  } catch {
    return error.issues.map(\.description)
  }
}

private func sources(_ texts: [String]) -> [SourceFile] {
  texts.enumerated().map {
    SourceFile(name: "\($0.offset + 1).yaml", bytes: Array($0.element.utf8))
  }
}

/// A rollout with `spec.strategy.canary` as given, indented by six blanks, on line 15.
func rollout(
  canary: String = "      steps: []", name: String = "web", image: String = "nginx:1",
  spec: String = "  replicas: 1", metadata: String = "  namespace: shop"
) -> String {
  """
  apiVersion: argoproj.io/v1alpha1
  kind: Rollout
  metadata:
    name: \(name)
  \(metadata)
  spec:
  \(spec)
    template:
      spec:
        containers:
        - name: main
          image: \(image)
    strategy:
      canary:
  \(canary)
  """
}

/// A template whose metrics are given, indented by two blanks, from line 6 on.
func template(
  _ name: String, kind: String = "AnalysisTemplate", namespace: String? = nil,
  spec: String = webMetric
) -> String {
  """
  apiVersion: argoproj.io/v1alpha1
  kind: \(kind)
  metadata: {name: \(name)\(namespace.map { ", namespace: \($0)" } ?? "")}

  spec:
  \(spec)
  """
}

let webMetric = "  metrics: [{name: m, provider: {web: {url: http://a}}}]"

/// A step that runs the named template.
func analysisStep(_ name: String, more: String = "") -> String {
  """
        steps:
        - analysis:
            templates: [{templateName: \(name)}]
  \(more)
  """
}

func policy(_ spec: String, metadata: String = "{name: window}") -> String {
  """
  apiVersion: windlass/v1
  kind: RolloutPolicy
  metadata: \(metadata)
  spec:
  \(spec)
  """
}

/// The YAML files of a folder, by name.
func files(_ folder: URL) throws -> [SourceFile] {
  try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    .filter { $0.hasSuffix(".yaml") }
    .map { name in
      let data = try Data(contentsOf: folder.appendingPathComponent(name))
      return SourceFile(name: name, bytes: Array(data))
    }
}
