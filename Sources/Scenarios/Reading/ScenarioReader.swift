public import ArgoManifests
import RolloutCore

/// Reads scenario files.
public enum ScenarioReader {
  /// Reads a file of one or more YAML documents, each a scenario.
  ///
  /// All or nothing: unknown fields, values out of range and names that nothing has are refused,
  /// all of them at once.
  ///
  /// - Parameter file: at most 256 KiB of UTF-8 YAML without aliases, nested at most 16 deep.
  /// - Returns: 1...200 scenarios with different names.
  /// - Throws: ``ManifestErrors`` with up to 50 issues, each with file, line, field and reason.
  public static func read(_ file: SourceFile) throws(ManifestErrors) -> [Scenario] {
    let log = IssueLog()
    let name = printable(file.name, atMost: 4_096)
    var scenarios: [Scenario] = []
    let documents = ScenarioDocuments(file: name).read(file.bytes, log)
    for node in documents {
      let field = ScenarioField(file: name, path: "", line: node.line, node: node, log: log)
      let before = log.count
      guard let scenario = scenario(field), log.count == before else { continue }
      if let first = scenarios.first(where: { $0.name == scenario.name }) {
        field["name"].refuse("is given twice; first at line \(first.location.line)")
      }
      scenarios.append(scenario)
    }
    if documents.isEmpty, log.count == 0 {
      log.refuse(SourceLocation(file: name, line: 1), "file", "holds no scenario")
    }
    try log.finish()
    return scenarios
  }

  private static func scenario(_ field: ScenarioField) -> Scenario? {
    guard field.isMapping else {
      field.refuse("must be a mapping with name, clusters and steps")
      return nil
    }
    field.allow([
      "name", "description", "application", "manifests", "revisions", "clusters", "steps",
    ])
    let name = field["name"].requiredText(atMost: ScenarioLimits.nameBytes)
    if let name, name.unicodeScalars.contains(where: { $0.value < 0x20 }) {
      // A line break in a name could make a failure look like the next scenario's success.
      field["name"].refuse("must not hold line breaks or other control characters")
    }
    _ = field["description"].text(atMost: ScenarioLimits.textBytes)
    let application = application(field["application"])
    let manifests = field["manifests"].items(atMost: ScenarioLimits.files).compactMap(path)
    let revisions = revisions(field["revisions"])
    let clusters = clusters(field["clusters"])
    let reader = StepReader(
      releases: Set(revisions.map(\.release)), clusters: clusters.map(\.name))
    if !field["steps"].isWritten { field["steps"].refuse("is missing") }
    var steps: [ScenarioStep] = []
    for (index, item) in field["steps"].items(atMost: ScenarioLimits.steps).enumerated() {
      if let step = reader.step(item, number: index + 1) { steps.append(step) }
    }
    guard let name else { return nil }
    let scenario = Scenario(
      name: name, location: field.location, application: application, manifests: manifests,
      revisions: revisions, clusters: clusters, steps: steps)
    if scenario.paths.count > ScenarioLimits.files {
      field["manifests"].refuse(
        "all steps and revisions together must name at most \(ScenarioLimits.files) files, name "
          + "\(scenario.paths.count)")
    }
    return scenario
  }

  private static func application(_ field: ScenarioField) -> ApplicationName? {
    guard let text = field.text(atMost: 127) else { return nil }
    do {
      return try ApplicationName(validating: text)
    } catch {
      field.refuse("\(error.rule), is \(quoted(text))")
      return nil
    }
  }

  /// A path below or beside the scenario; absolute ones would mean another file on each machine.
  static func path(_ field: ScenarioField) -> Scenario.ManifestPath? {
    guard let text = field.text(atMost: ScenarioLimits.pathBytes) else { return nil }
    guard !text.utf8.starts(with: "/".utf8), !text.utf8.contains(UInt8(ascii: "\\")),
      text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
    else {
      field.refuse("must be a path relative to this file, is \(quoted(text))")
      return nil
    }
    return Scenario.ManifestPath(path: text, location: field.location)
  }

  /// `[v1, v2]`, all of the same manifests, or `{v1: FILES, v2: FILES}`.
  private static func revisions(_ field: ScenarioField) -> [Scenario.RevisionSource] {
    var sources: [Scenario.RevisionSource] = []
    let pairs: [(name: ScenarioField, text: String, files: [Scenario.ManifestPath])]
    if field.isMapping {
      let entries = field.entries()
      pairs = entries.map { key, files in
        (files, key, files.items(atMost: ScenarioLimits.files).compactMap(path))
      }
    } else {
      pairs = field.items(atMost: ScenarioLimits.revisions).compactMap { item in
        item.text(atMost: 128, numbers: true).map { (item, $0, []) }
      }
    }
    guard pairs.count <= ScenarioLimits.revisions else {
      field.refuse("must be at most \(ScenarioLimits.revisions), are \(pairs.count)")
      return []
    }
    for (item, text, files) in pairs {
      do {
        let release = try ReleaseID(validating: text)
        guard !sources.contains(where: { $0.release == release }) else {
          item.refuse("is named twice: \(quoted(text))")
          continue
        }
        sources.append(.init(release: release, manifests: files, location: item.location))
      } catch {
        item.refuse("\(error.rule), is \(quoted(text))")
      }
    }
    return sources
  }

  /// `[eu-1]`, or with labels and mode: `[{name: eu-1, labels: {env: prod}, mode: observe}]`.
  private static func clusters(_ field: ScenarioField) -> [Scenario.Cluster] {
    guard field.isWritten else {
      field.refuse("is missing")
      return []
    }
    var clusters: [Scenario.Cluster] = []
    for item in field.items(atMost: ScenarioLimits.clusters) {
      var mode = ClusterRegistration.Mode.enforce
      var labels: [ClusterSelector.Label] = []
      var version = ""
      let named: ScenarioField
      if item.isMapping {
        item.allow(["name", "labels", "mode", "controller-version"])
        named = item["name"]
        mode = item["mode"].choice(ClusterRegistration.Mode.self) ?? .enforce
        version = item["controller-version"].text(atMost: 64) ?? ""
        labels = self.labels(item["labels"])
      } else {
        named = item
      }
      guard let name = cluster(named) else { continue }
      guard !clusters.contains(where: { $0.name == name }) else {
        named.refuse("is named twice: \(name)")
        continue
      }
      clusters.append(
        .init(
          name: name,
          registration: ClusterRegistration(
            mode: mode, labels: labels, controllerVersion: version)))
    }
    if clusters.isEmpty { field.refuse("must name at least one cluster") }
    return clusters
  }

  static func cluster(_ field: ScenarioField) -> ClusterName? {
    guard let text = field.requiredText(atMost: 63) else { return nil }
    do {
      return try ClusterName(validating: text)
    } catch {
      field.refuse("\(error.rule), is \(quoted(text))")
      return nil
    }
  }

  private static func labels(_ field: ScenarioField) -> [ClusterSelector.Label] {
    let entries = field.entries()
    guard entries.count <= ScenarioLimits.labels else {
      field.refuse("must have at most \(ScenarioLimits.labels) labels, has \(entries.count)")
      return []
    }
    return entries.compactMap { key, value in
      guard (1...63).contains(key.utf8.count) else {
        value.refuse("has a key that is not 1 to 63 bytes long")
        return nil
      }
      return value.text(atMost: 63).map { ClusterSelector.Label(key, $0) }
    }
    .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }
}
