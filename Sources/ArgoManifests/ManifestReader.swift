import RolloutCore

/// Reads manifests: `Rollout`, `AnalysisTemplate` and `ClusterAnalysisTemplate` of Argo Rollouts and
/// our `RolloutPolicy`.
public enum ManifestReader {
  /// Reads files of one or more YAML documents each into values of the core.
  ///
  /// Templates are resolved across all files. Documents of other kinds are named as skipped; fields
  /// of Argo's kinds that change nothing here are named as ignored. All or nothing: whatever is
  /// wrong with any document refuses the whole set.
  ///
  /// - Parameter files: 0...1,000 files, each at most 1 MiB, all together at most 4 MiB, of UTF-8
  ///   YAML; nested at most 64 deep, at most 200,000 values a document with aliases expanded.
  /// - Throws: ``ManifestErrors`` with up to 50 issues, each with file, line, field and reason.
  public static func read(_ files: [SourceFile]) throws(ManifestErrors) -> ManifestSet {
    let log = ReadLog()
    let documents = documents(of: files, log)
    let set = manifests(of: documents, log)
    try log.finish(order: files.map { printable($0.name, atMost: ManifestLimits.fileNameBytes) })
    return set
  }

  private static func documents(of files: [SourceFile], _ log: ReadLog) -> [Field] {
    let total = files.reduce(0) { $0 + $1.bytes.count }
    guard files.count <= ManifestLimits.files, total <= ManifestLimits.totalBytes else {
      let place = SourceLocation(
        file: printable(files.first?.name ?? "", atMost: ManifestLimits.fileNameBytes), line: 1)
      let reason =
        files.count > ManifestLimits.files
        ? "must be at most \(ManifestLimits.files) files, are \(files.count)"
        : "all files together must be at most \(ManifestLimits.totalBytes) bytes, are \(total)"
      log.refuseFile(place, "file", reason)
      return []
    }
    var documents: [Field] = []
    for file in files {
      let name = printable(file.name, atMost: ManifestLimits.fileNameBytes)
      for node in YAMLDocuments(file: name).read(file.bytes, log) {
        documents += expandList(Field(document: node, file: name), log)
        guard documents.count <= ManifestLimits.documents else {
          log.refuseFile(
            SourceLocation(file: name, line: node.line), "file",
            "more than \(ManifestLimits.documents) documents in all files")
          return []
        }
      }
    }
    return documents
  }

  /// The objects of a `List`, as `kubectl get -o yaml` prints them, or the document itself.
  private static func expandList(_ document: Field, _ log: ReadLog) -> [Field] {
    guard document["kind"].content == .text("List"), document["apiVersion"].content == .text("v1")
    else { return [document] }
    return document["items"].items(atMost: ManifestLimits.documents, log)
  }

  private static func manifests(of documents: [Field], _ log: ReadLog) -> ManifestSet {
    var catalog = TemplateCatalog()
    var rollouts: [Field] = []
    var policies: [Field] = []
    var workloads = WorkloadIndex()
    var others: [(document: Field, kind: String)] = []
    var set = ManifestSet()
    for document in documents {
      switch Kind(document, log) {
      case .rollout: rollouts.append(document)
      case .policy: policies.append(document)
      case .template(let clusterScoped):
        if let definition = TemplateDefinition(document, clusterScoped: clusterScoped, log) {
          catalog.add(definition, log)
        }
      case .other(let kind):
        workloads.add(document, kind: kind)
        others.append((document, kind))
      case nil: continue
      }
    }
    checkCount(rollouts, atMost: ManifestLimits.rollouts, "Rollouts", log)
    checkCount(policies, atMost: ManifestLimits.policies, "RolloutPolicies", log)
    // Templates come from all files, so rollouts wait until every document has been seen.
    for document in rollouts.prefix(ManifestLimits.rollouts) {
      let reader = RolloutReader(document: document, log: log)
      guard let rollout = reader.rollout(&catalog, &workloads) else { continue }
      if let first = set.rollouts.first(where: { $0.application == rollout.application }) {
        log.refuse(
          document["metadata"]["name"],
          "application \(rollout.application) is given twice; first at \(first.location)")
      }
      set.rollouts.append(rollout)
    }
    for document in policies.prefix(ManifestLimits.policies) {
      guard let policy = PolicyReader(document: document, log: log).policy() else { continue }
      if let first = set.policies.first(where: { $0.policy.name == policy.policy.name }) {
        log.refuse(
          document["metadata"]["name"],
          "policy \(policy.policy.name) is given twice; first at \(first.location)")
      }
      set.policies.append(policy)
    }
    set.skipped = others.filter { !workloads.isUsed($0.document) }
      .map { skipped($0.document, kind: $0.kind) }
    set.ignored = log.ignored
    return set
  }

  private static func checkCount(
    _ documents: [Field], atMost most: Int, _ what: String, _ log: ReadLog
  ) {
    guard documents.count > most else { return }
    log.refuse(documents[most], "more than \(most) \(what) in all files")
  }

  private static func skipped(_ document: Field, kind: String) -> SkippedDocument {
    let name =
      if case .text(let text) = document["metadata"]["name"].content { text } else { "" }
    return SkippedDocument(
      location: document.location, kind: printable(kind, atMost: 80),
      name: printable(name, atMost: ManifestLimits.nameBytes))
  }
}

/// What a document is to us, by `apiVersion` and `kind`.
private enum Kind {
  case rollout
  case template(clusterScoped: Bool)
  case policy
  case other(String)

  /// - Returns: `nil` if the document was refused.
  init?(_ document: Field, _ log: ReadLog) {
    guard case .mapping = document.content else {
      log.refuse(
        document, "must be a mapping with apiVersion and kind, is \(document.content.kind)")
      return nil
    }
    guard let kind = document["kind"].requiredText(atMost: ManifestLimits.nameBytes, log),
      let version = document["apiVersion"].requiredText(atMost: ManifestLimits.nameBytes, log)
    else { return nil }
    let isOurs = version == "windlass" || version.hasPrefix("windlass/")
    if kind == "RolloutPolicy" || isOurs {
      guard kind == "RolloutPolicy" else {
        log.refuse(document["kind"], "must be RolloutPolicy in windlass/v1, is \(quoted(kind))")
        return nil
      }
      guard version == "windlass/v1" else {
        log.refuse(
          document["apiVersion"],
          "must be windlass/v1 for a RolloutPolicy, is \(quoted(version))")
        return nil
      }
      self = .policy
      return
    }
    guard version.hasPrefix("argoproj.io/") else {
      self = .other(kind)
      return
    }
    switch kind {
    case "Rollout": self = .rollout
    case "AnalysisTemplate": self = .template(clusterScoped: false)
    case "ClusterAnalysisTemplate": self = .template(clusterScoped: true)
    default:
      self = .other(kind)
      return
    }
    guard version == "argoproj.io/v1alpha1" else {
      log.refuse(
        document["apiVersion"], "must be argoproj.io/v1alpha1, is \(quoted(version))")
      return nil
    }
  }
}
