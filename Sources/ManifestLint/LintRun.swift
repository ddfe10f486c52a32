import ArgoManifests

/// The documents of one run, read first and judged together.
struct LintRun {
  private struct Document {
    var place: Place
    var object: String
    var bytes: [UInt8]
    var linesBefore: Int
  }

  let log: FindingLog
  private(set) var unreadable: [ManifestIssue] = []
  private(set) var count = 0
  private var rollouts: [Document] = []
  private var experiments: [Document] = []
  private var runs: [TemplateEntry] = []
  private var policies: [Document] = []
  private var index = TemplateIndex()
  private var workloads = Workloads()
  private var objects: [String: (file: String, line: Int)] = [:]

  init(log: FindingLog) { self.log = log }

  mutating func read(_ file: SourceFile, name: String) {
    let stream = YAMLStream(file) { root in
      Self.isRead(version: Self.text(root["apiVersion"]), kind: Self.text(root["kind"]))
    }
    unreadable += stream.problems
    for document in stream.documents {
      let place = Place(document: document.root, file: name)
      log.worked(1 + document.bytes.count / 1024)
      guard Self.text(document.root["kind"]) == "List" else {
        add(place, document.bytes, document.linesBefore)
        continue
      }
      for item in place["items"].items {
        guard let node = item.node else { continue }
        log.worked()
        // A policy within a list has no text of its own to be read again.
        add(Place(document: node, file: name, path: item.path), [], 0)
      }
    }
  }

  /// Whether anything is known about a kind: Argo's and ours, the workloads and services they name,
  /// and lists of them.
  private static func isRead(version: String, kind: String) -> Bool {
    version.hasPrefix("argoproj.io/") || version.hasPrefix("apps/")
      || version.hasPrefix("windlass/") || kind == "RolloutPolicy"
      || version == "v1" && (kind == "List" || kind == "Service")
  }

  private static func text(_ node: YAMLNode?) -> String {
    if case .text(let text) = node?.content { text } else { "" }
  }

  private mutating func add(_ place: Place, _ bytes: [UInt8], _ linesBefore: Int) {
    let (version, kind) = (place["apiVersion"].text ?? "", place["kind"].text ?? "")
    guard Self.isRead(version: version, kind: kind) else { return }
    let metadata = place["metadata"]
    let (namespace, name) = (metadata["namespace"].text, metadata["name"].text ?? "")
    let shown = namespace.map { "\(Shown.text($0))/" } ?? ""
    let object = "\(Shown.text(kind)) \(shown)\(Shown.text(name))"
    if version.hasPrefix("apps/") {
      workloads.add(
        .init(kind: kind, namespace: namespace, name: name),
        replicas: place["spec"]["replicas"].integer ?? 1)
      return
    }
    if version == "v1" {
      if kind == "Service", place["spec"]["selector"].members.isEmpty {
        workloads.addServiceWithoutSelector(.init(kind: kind, namespace: namespace, name: name))
      }
      return
    }
    let document = Document(
      place: place, object: object, bytes: kind == "RolloutPolicy" ? bytes : [],
      linesBefore: linesBefore)
    switch kind {
    case "Rollout": rollouts.append(document)
    case "Experiment": experiments.append(document)
    case "AnalysisTemplate", "ClusterAnalysisTemplate":
      let isClusterScoped = kind == "ClusterAnalysisTemplate"
      index.add(
        TemplateEntry(
          place["spec"],
          key: .init(
            namespace: isClusterScoped ? nil : namespace, name: name,
            isClusterScoped: isClusterScoped),
          object: object))
    case "AnalysisRun":
      runs.append(
        TemplateEntry(
          place["spec"], key: .init(namespace: namespace, name: name, isClusterScoped: false),
          object: object))
    case "RolloutPolicy": policies.append(document)
    default: return
    }
    count += 1
    unique(document, name: name)
  }

  private mutating func unique(_ document: Document, name: String) {
    log.object = document.object
    let place = document.place["metadata"]["name"]
    guard !name.isEmpty else {
      // A run may be named by the API server.
      guard document.place["metadata"]["generateName"].isAbsent else { return }
      log.report(.fieldMissing, document.place, "the object has no name", fix: "give metadata.name")
      return
    }
    if let first = objects[document.object] {
      log.report(
        .duplicateObject, place,
        "\(document.object) is given twice, first at \(first.file):\(first.line); whichever is "
          + "applied last counts",
        fix: "keep one")
    } else {
      objects[document.object] = (place.file, place.line)
    }
  }

  mutating func judge() {
    var analyses = AnalysisJudge(
      index: index, mayBeIncomplete: !unreadable.isEmpty, log: log)
    for entry in index.entries {
      entry.judge(&analyses.memo, log)
      analyses.judge(nested: entry)
    }
    for run in runs { run.judge(&analyses.memo, log) }
    var targets = PolicyJudge.Targets()
    for document in rollouts {
      log.object = document.object
      let judge = RolloutJudge(rollout: document.place, log: log)
      judge.judge(&analyses, workloads)
      targets.add(target(document, judge))
    }
    for document in experiments {
      log.object = document.object
      ExperimentJudge(experiment: document.place["spec"], isStep: false, log: log)
        .judge(&analyses, namespace: document.place["metadata"]["namespace"].text)
    }
    for document in policies {
      log.object = document.object
      let judge = PolicyJudge(policy: document.place, log: log)
      if !document.bytes.isEmpty { judge.judge(document.bytes, linesBefore: document.linesBefore) }
      judge.judge(targets)
    }
  }

  private func target(_ document: Document, _ judge: RolloutJudge) -> PolicyJudge.Target {
    let metadata = document.place["metadata"]
    let key = "windlass/application"
    let name = metadata["name"].text ?? ""
    return PolicyJudge.Target(
      application: metadata["annotations"][key].text ?? metadata["labels"][key].text
        ?? "\(metadata["namespace"].text ?? "default")/\(name)",
      historyLimit: judge.historyLimit, object: document.object)
  }
}
