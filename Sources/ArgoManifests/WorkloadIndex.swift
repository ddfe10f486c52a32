/// Workloads in the given files whose pods a Rollout may take over by `workloadRef`.
struct WorkloadIndex {
  private struct Key: Hashable {
    var kind: String
    var name: String
  }

  private var documents: [Key: [Field]] = [:]
  private var used: Set<SourceLocation> = []

  /// Kinds that Argo Rollouts takes pods from, with where each keeps its pod template.
  private static let paths: [String: [String]] = [
    "Deployment": ["spec", "template"], "ReplicaSet": ["spec", "template"],
    "StatefulSet": ["spec", "template"], "PodTemplate": ["template"],
  ]

  mutating func add(_ document: Field, kind: String) {
    guard Self.paths[kind] != nil, case .text(let name) = document["metadata"]["name"].content
    else { return }
    documents[Key(kind: kind, name: name), default: []].append(document)
  }

  /// Whether a rollout took its pods from the document.
  func isUsed(_ document: Field) -> Bool { used.contains(document.location) }

  /// The pod template that a reference leads to; `nil` if it was refused.
  mutating func template(of reference: Field, namespace: String?, _ log: ReadLog) -> Field? {
    guard let kind = reference["kind"].requiredText(atMost: ManifestLimits.nameBytes, log),
      let name = reference["name"].objectName(log)
    else { return nil }
    guard let path = Self.paths[kind] else {
      log.refuse(
        reference["kind"],
        "must be one of \(Self.paths.keys.sorted().joined(separator: ", ")), is \(quoted(kind))")
      return nil
    }
    let found = documents[Key(kind: kind, name: name)]?.first { document in
      // Where a manifest leaves the namespace open, whoever applies it decides.
      guard let namespace, case .text(let own) = document["metadata"]["namespace"].content else {
        return true
      }
      return own == namespace
    }
    guard let found else {
      if !log.hasUnreadableFile {
        log.refuse(
          reference, "\(kind) \(quoted(name)) is not in the given files; give its file as well")
      }
      return nil
    }
    used.insert(found.location)
    return path.reduce(found) { $0[$1] }
  }
}
