import RolloutCore

/// Reads a `Rollout`: whose revision it is, what the revision consists of, and how it proceeds.
struct RolloutReader {
  let document: Field
  let log: ReadLog

  /// Fields that only concern how pods are kept; naming them would bury the ones that matter.
  private static let quiet: Set<String> = [
    "replicas", "template", "strategy", "rollbackWindow", "workloadRef", "selector",
    "revisionHistoryLimit", "minReadySeconds", "analysis", "progressDeadlineSeconds",
    "progressDeadlineAbort",
  ]

  /// - Returns: `nil` if anything about it was refused.
  func rollout(
    _ catalog: inout TemplateCatalog, _ workloads: inout WorkloadIndex
  ) -> RolloutManifest? {
    let metadata = document["metadata"]
    let spec = document["spec"]
    let name = metadata["name"].objectName(log)
    let givenNamespace =
      metadata["namespace"].isAbsent ? nil : metadata["namespace"].objectName(log)
    let namespace = givenNamespace ?? "default"
    let application = application(metadata, namespace: namespace, name: name)
    let release = release(metadata)
    guard !spec.isAbsent, case .mapping = spec.content else {
      log.refuse(spec, spec.isAbsent ? "is missing" : "must be a mapping")
      return nil
    }
    for (key, field) in spec.entries(log) where !Self.quiet.contains(key) {
      log.ignore(field, "has no effect on what Windlass decides")
    }
    let strategy = StrategyReader(namespace: givenNamespace, log: log).strategy(spec, &catalog)
    guard let template = template(spec, namespace: givenNamespace, &workloads) else { return nil }
    let images = images(template)
    guard let name, let application, let strategy, let images else { return nil }
    let digest = CanonicalJSON.digest(of: template.content)
    do {
      return RolloutManifest(
        application: application, name: name, namespace: namespace, location: document.location,
        digest: digest.text, images: images, release: release,
        digestRelease: try ReleaseID(validating: String(digest.hex.prefix(12))),
        strategy: strategy)
    } catch {
      log.refuse(template, error.rule)
      return nil
    }
  }

  /// The pod template: the rollout's own, or that of the workload it refers to.
  private func template(
    _ spec: Field, namespace: String?, _ workloads: inout WorkloadIndex
  ) -> Field? {
    let reference = spec["workloadRef"]
    guard !reference.isAbsent else { return spec["template"] }
    guard spec["template"].isAbsent else {
      log.refuse(reference, "and spec.template exclude each other")
      return nil
    }
    return workloads.template(of: reference, namespace: namespace, log)
  }

  private func application(
    _ metadata: Field, namespace: String, name: String?
  ) -> ApplicationName? {
    guard let name else { return nil }
    let key = "windlass/application"
    let (annotation, label) = (metadata["annotations"][key], metadata["labels"][key])
    if !annotation.isAbsent && !label.isAbsent && annotation.content != label.content {
      log.refuse(label, "must not differ from the annotation")
      return nil
    }
    let given = annotation.isAbsent ? label : annotation
    let text =
      given.isAbsent
      ? "\(namespace)/\(name)" : given.text(atMost: ManifestLimits.nameBytes, log)
    guard let text else { return nil }
    do {
      return try ApplicationName(validating: text)
    } catch {
      let fix = given.isAbsent ? "; set the annotation \(key)" : ""
      log.refuse(
        given.isAbsent ? metadata["name"] : given,
        "application \(quoted(text)) \(error.rule)\(fix)")
      return nil
    }
  }

  private func release(_ metadata: Field) -> ReleaseID? {
    let field = metadata["annotations"]["windlass/release"]
    guard let text = field.text(atMost: 128, log) else { return nil }
    do {
      return try ReleaseID(validating: text)
    } catch {
      log.refuse(field, error.rule)
      return nil
    }
  }

  private func images(_ template: Field) -> [String]? {
    guard !template.isAbsent else {
      log.refuse(template, "is missing")
      return nil
    }
    let spec = template["spec"]
    let containers = spec["containers"].items(atMost: ManifestLimits.containers, log)
    if spec["containers"].isEmptyList { log.refuse(spec["containers"], "is missing") }
    let initial = spec["initContainers"].items(atMost: ManifestLimits.containers, log)
    let all = containers + initial
    guard !containers.isEmpty else { return nil }
    guard all.count <= ManifestLimits.containers else {
      log.refuse(
        spec["initContainers"],
        "and containers must be at most \(ManifestLimits.containers), are \(all.count)")
      return nil
    }
    let images = all.compactMap { image($0["image"]) }
    return images.count == all.count ? images : nil
  }

  private func image(_ field: Field) -> String? {
    guard let text = field.requiredText(atMost: ManifestLimits.imageBytes, log) else { return nil }
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      log.refuse(field, "must be visible ASCII without blanks, is \(quoted(text))")
      return nil
    }
    return text
  }
}
