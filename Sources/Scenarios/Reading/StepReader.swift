import ArgoManifests
import RolloutCore

/// Reads the steps of a scenario.
struct StepReader {
  let releases: Set<ReleaseID>
  let clusters: [ClusterName]

  private static let common = [
    "at", "after", "cluster", "clusters", "by", "actor", "reason", "under", "expect", "expect-on",
  ]

  /// - Returns: `nil` if anything about it was refused that it cannot do without.
  func step(_ field: ScenarioField, number: Int) -> ScenarioStep? {
    guard field.isMapping else {
      field.refuse("must be a mapping with one action, expectations or both")
      return nil
    }
    field.allow(ScenarioStep.Action.names + Self.common)
    let actions = field.entries().filter { ScenarioStep.Action.names.contains($0.key) }
    guard actions.count <= 1 else {
      field.refuse(
        "has \(actions.count) actions (\(actions.map(\.key).joined(separator: ", "))); one step "
          + "does one thing")
      return nil
    }
    let time = time(field)
    if actions.isEmpty, time == nil, !field["expect"].isWritten, !field["expect-on"].isWritten {
      field.refuse("does nothing: give an action, a time or an expectation")
    }
    let requester = Requester(
      principal: field["by"].text(atMost: 256) ?? "scenario",
      claimedActor: field["actor"].text(atMost: 256) ?? "",
      reason: field["reason"].text(atMost: ScenarioLimits.textBytes) ?? "")
    guard let report = report(field["under"]) else { return nil }
    let action: ScenarioStep.Action?
    if let (name, value) = actions.first {
      action = self.action(name, value, report)
    } else {
      action = ScenarioStep.Action.none
    }
    if field["under"].isWritten, action.map({ !$0.isReport }) ?? false {
      field["under"].refuse("goes with an outcome that a cluster reports")
    }
    let expectations = ExpectationReader.expectations(field["expect"])
    let perCluster = clusterExpectations(field["expect-on"])
    let named = chosenClusters(field)
    guard let action else { return nil }
    return ScenarioStep(
      number: number, location: field.location, time: time, clusters: named,
      requester: requester, action: action, expectations: expectations,
      clusterExpectations: perCluster)
  }

  private func time(_ field: ScenarioField) -> ScenarioStep.Time? {
    if field["at"].isWritten, field["after"].isWritten {
      field["after"].refuse("excludes `at`")
    }
    if let at = field["at"].duration() { return .at(at) }
    return field["after"].duration().map { .after($0) }
  }

  private func chosenClusters(_ field: ScenarioField) -> [ClusterName]? {
    if field["cluster"].isWritten, field["clusters"].isWritten {
      field["clusters"].refuse("excludes `cluster`")
    }
    let chosen = field["cluster"].isWritten ? field["cluster"] : field["clusters"]
    guard chosen.isWritten else { return nil }
    var names: [ClusterName] = []
    for item in chosen.items(atMost: ScenarioLimits.clusters) {
      guard let name = known(item) else { continue }
      if names.contains(name) { item.refuse("is named twice: \(name)") } else { names.append(name) }
    }
    if names.isEmpty { chosen.refuse("must name a cluster; leave it out for all") }
    return names
  }

  private func known(_ field: ScenarioField) -> ClusterName? {
    guard let name = ScenarioReader.cluster(field) else { return nil }
    guard clusters.contains(name) else {
      field.refuse("is no cluster of this scenario: \(name)")
      return nil
    }
    return name
  }

  private func clusterExpectations(
    _ field: ScenarioField
  ) -> [ScenarioStep.ClusterExpectations] {
    field.entries().compactMap { key, value in
      guard let name = clusters.first(where: { $0.text == key }) else {
        value.refuse("is no cluster of this scenario")
        return nil
      }
      return .init(cluster: name, expectations: ExpectationReader.expectations(value))
    }
  }

  // MARK: Actions

  private func action(
    _ name: String, _ field: ScenarioField, _ report: ScenarioStep.Report
  ) -> ScenarioStep.Action? {
    switch name {
    case "apply": return apply(field)
    case "start": return field.revision().map { .start($0) }
    case "rollback": return rollback(field).map { .rollback($0) }
    case "evaluate": return rollback(field).map { .evaluate($0) }
    case "promote": return plain(field, .promote)
    case "promote-full": return plain(field, .promoteFull)
    case "pause": return plain(field, .pause)
    case "resume": return plain(field, .resume)
    case "abort": return plain(field, .abort)
    case "retry": return plain(field, .retry)
    case "undo": return plain(field, .undo)
    case "restart": return plain(field, .restart)
    case "skip-step": return plain(field, .skipStep)
    case "run-verification": return plain(field, .verify)
    case "waive-verification": return plain(field, .waiveVerification)
    case "require-analysis": return plain(field, .requireAnalysis)
    case "escalate": return plain(field, .escalate)
    case "tick": return plain(field, .tick)
    case "hold": return field.revision().map { .hold($0) }
    case "release": return field.revision().map { .release($0) }
    case "adopt": return adopt(field)
    case "follow": return follow(field)
    default: return outcome(name, field, report)
    }
  }

  /// `abort: true`
  private func plain(
    _ field: ScenarioField, _ action: ScenarioStep.Action
  ) -> ScenarioStep.Action? {
    guard let isMeant = field.bool() else { return nil }
    guard isMeant else {
      field.refuse("must be true; leave the step out otherwise")
      return nil
    }
    return action
  }

  /// `v1`, `[v1, v2]`, or `{files: [..]}`
  private func apply(_ field: ScenarioField) -> ScenarioStep.Action? {
    if field.isMapping {
      field.allow(["files"])
      let items = field["files"].items(atMost: ScenarioLimits.files)
      let paths = items.compactMap(ScenarioReader.path)
      if items.isEmpty { field["files"].refuse("must name at least one file") }
      return paths.isEmpty ? nil : .applyFiles(paths)
    }
    var named: [ReleaseID] = []
    for item in field.items(atMost: ScenarioLimits.revisions) {
      guard let text = item.text(atMost: 128, numbers: true) else { continue }
      guard let release = releases.first(where: { $0.text == text }) else {
        item.refuse("is not under `revisions`: \(quoted(text))")
        continue
      }
      named.append(release)
    }
    if field.isList, field.items().isEmpty { field.refuse("must name at least one revision") }
    return named.isEmpty ? nil : .apply(named)
  }

  /// `v1`, `true` (the default target), or `{to, class, analysis}`
  private func rollback(_ field: ScenarioField) -> ScenarioStep.Rollback? {
    if field.isMapping {
      field.allow(["to", "class", "analysis"])
      let target = field["to"].revision()
      if field["to"].isWritten, target == nil { return nil }
      return .init(
        target: target, rollbackClass: field["class"].choice(RollbackClass.self) ?? .regular,
        insistsOnAnalysis: field["analysis"].bool() ?? false)
    }
    if field.node?.bool == true {
      return .init(target: nil, rollbackClass: .regular, insistsOnAnalysis: false)
    }
    guard let target = field.revision() else { return nil }
    return .init(target: target, rollbackClass: .regular, insistsOnAnalysis: false)
  }

  /// `v1` or `{stable, history}`
  private func adopt(_ field: ScenarioField) -> ScenarioStep.Action? {
    guard field.isMapping else { return field.revision().map { .adopt(stable: $0, history: []) } }
    field.allow(["stable", "history"])
    if !field["stable"].isWritten { field["stable"].refuse("is missing") }
    guard let stable = field["stable"].revision() else { return nil }
    return .adopt(stable: stable, history: field["history"].items().compactMap { $0.revision() })
  }

  /// `true` or `{until, for}`
  private func follow(_ field: ScenarioField) -> ScenarioStep.Action? {
    guard field.isMapping else { return plain(field, .follow(until: nil, for: nil)) }
    field.allow(["until", "for"])
    var goal: ScenarioStep.Goal?
    if let text = field["until"].text(atMost: 32) {
      switch text {
      case "paused": goal = .paused
      case "full-scale": goal = .fullScale
      case "background": goal = .background
      default:
        guard let index = Self.index(text, after: "step ") else {
          field["until"].refuse(
            "must be paused, background, full-scale or step N, is \(quoted(text))")
          return nil
        }
        goal = .step(index)
      }
    }
    return .follow(until: goal, for: field["for"].duration())
  }

  // MARK: Outcomes

  /// The number of the attempt that the cluster reports under, or `none`.
  private func report(_ field: ScenarioField) -> ScenarioStep.Report? {
    guard field.isWritten else { return .current }
    if field.node?.integer != nil {
      return field.integer(in: 1...Int(UInt32.max)).map {
        .attempt(AttemptNumber(UInt32(clamping: $0)))
      }
    }
    guard let text = field.text(atMost: 16) else { return nil }
    guard text == "none" else {
      field.refuse("must be the number of an attempt, or none, is \(quoted(text))")
      return nil
    }
    return .unasked
  }

  private func outcome(
    _ name: String, _ field: ScenarioField, _ report: ScenarioStep.Report
  ) -> ScenarioStep.Action? {
    switch name {
    case "available":
      if field.node?.bool == true { return .available(report, nil) }
      return field.revision().map { .available(report, $0) }
    case "weight-applied":
      guard field.isMapping else {
        return field.integer(in: Self.weights).map {
          .weightApplied(report, nil, weight: $0, verified: nil)
        }
      }
      field.allow(["weight", "revision", "verified"])
      if !field["weight"].isWritten { field["weight"].refuse("is missing") }
      return field["weight"].integer(in: Self.weights).map {
        .weightApplied(
          report, field["revision"].revision(), weight: $0, verified: field["verified"].bool())
      }
    case "pods-observed": return pods(field, report)
    case "services-observed":
      guard field.isMapping else {
        field.refuse("must be a mapping with active, preview or both")
        return nil
      }
      field.allow(["active", "preview"])
      return .servicesObserved(
        report, active: field["active"].revision(), preview: field["preview"].revision())
    case "restarted": return plain(field, .restarted(report))
    case "run-created":
      return run(field, also: []).map { .runCreated(report, $0) }
    case "run-finished":
      guard field.isMapping else {
        field.refuse("must be a mapping with run or name, and phase")
        return nil
      }
      if !field["phase"].isWritten { field["phase"].refuse("is missing") }
      let run = run(field, also: ["phase", "measurements", "message", "evidence"])
      let evidence = field["evidence"].choice(RunResult.Evidence.self) ?? .measured
      let measurements = field["measurements"].integer(in: 0...1_000_000) ?? 1
      let message = field["message"].text(atMost: ScenarioLimits.textBytes) ?? ""
      guard let run, let phase = field["phase"].choice(RunResult.Phase.self) else { return nil }
      return .runFinished(
        report, run,
        RunResult(
          phase: phase, measurements: measurements, message: message, evidence: evidence))
    case "revision-observed":
      if field.node?.bool == true {
        return .revisionObserved(report, nil, podHash: nil, argoRevision: nil)
      }
      guard field.isMapping else {
        return field.revision().map {
          .revisionObserved(report, $0, podHash: nil, argoRevision: nil)
        }
      }
      field.allow(["revision", "pod-hash", "argo-revision"])
      return .revisionObserved(
        report, field["revision"].revision(), podHash: field["pod-hash"].text(atMost: 63),
        argoRevision: field["argo-revision"].integer(in: 1...Int(Int32.max)))
    case "change-observed":
      guard field.isMapping else {
        return field.revision().map { .changeObserved(report, $0, podHash: nil) }
      }
      field.allow(["revision", "pod-hash"])
      if !field["revision"].isWritten { field["revision"].refuse("is missing") }
      let hash = field["pod-hash"].text(atMost: 63)
      return field["revision"].revision().map { .changeObserved(report, $0, podHash: hash) }
    default:
      return nil
    }
  }

  /// `background`, `step 2`, or `{run, name, revision, pod-hash}`
  private func run(_ field: ScenarioField, also more: [String]) -> ScenarioStep.RunName? {
    guard field.isMapping else {
      return key(field).map { .init(key: $0, name: nil, revision: nil, podHash: nil) }
    }
    field.allow(["run", "name", "revision", "pod-hash"] + more)
    let name = field["name"].text(atMost: 253)
    let key = field["run"].isWritten ? key(field["run"]) : nil
    guard key != nil || (name != nil && !more.isEmpty) else {
      if !field["run"].isWritten {
        field["run"].refuse("is missing: \(Self.runNames)")
      }
      return nil
    }
    return .init(
      key: key, name: name, revision: field["revision"].revision(),
      podHash: field["pod-hash"].text(atMost: 63))
  }

  private func key(_ field: ScenarioField) -> RunKey? {
    guard let text = field.text(atMost: 32) else { return nil }
    for type in Self.ofSteps {
      if let index = Self.index(text, after: "\(type.rawValue) ") {
        return RunKey(type: type, stepIndex: index)
      }
    }
    if let type = RunType(rawValue: text), !Self.ofSteps.contains(type) {
      return RunKey(type: type)
    }
    field.refuse("must be \(Self.runNames), is \(quoted(text))")
    return nil
  }

  /// Types whose runs belong to a step.
  private static let ofSteps: [RunType] = [.step, .experiment, .plugin]
  private static let runNames =
    "background, step N, experiment N, plugin N, pre-promotion, post-promotion or verification"
  /// With traffic routing, weights count to what the strategy says.
  private static let weights = 0...1_000_000_000

  /// `{desired, stable, others, revision}`: each a number of pods that are all available, or
  /// `{requested, created, ready, available}`.
  private func pods(
    _ field: ScenarioField, _ report: ScenarioStep.Report
  ) -> ScenarioStep.Action? {
    guard field.isMapping else {
      field.refuse("must be a mapping with desired, stable and others")
      return nil
    }
    field.allow(["desired", "stable", "others", "revision"])
    if !field["desired"].isWritten { field["desired"].refuse("is missing") }
    guard let desired = pods(field["desired"]) else { return nil }
    return .podsObserved(
      report, field["revision"].revision(),
      PodCounts(
        desired: desired, stable: pods(field["stable"]) ?? .none,
        others: pods(field["others"]) ?? .none))
  }

  private func pods(_ field: ScenarioField) -> PodCounts.Pods? {
    guard field.isWritten else { return nil }
    guard field.isMapping else { return field.integer(in: Self.counts).map { PodCounts.Pods($0) } }
    field.allow(["requested", "created", "ready", "available"])
    guard let requested = field["requested"].integer(in: Self.counts) else {
      if !field["requested"].isWritten { field["requested"].refuse("is missing") }
      return nil
    }
    return PodCounts.Pods(
      requested: requested, created: field["created"].integer(in: Self.counts) ?? requested,
      ready: field["ready"].integer(in: Self.counts) ?? requested,
      available: field["available"].integer(in: Self.counts) ?? requested)
  }

  private static let counts = 0...100_000

  /// The number of a step, counted from 0 as manifests do.
  private static func index(_ text: String, after prefix: String) -> Int? {
    guard text.utf8.starts(with: prefix.utf8) else { return nil }
    let digits = String(text.dropFirst(prefix.count))
    guard ScenarioNode.isDecimal(digits), let index = Int(digits), (0...1_000).contains(index)
    else { return nil }
    return index
  }
}

extension ScenarioStep.Action {
  var isReport: Bool {
    switch self {
    case .available, .weightApplied, .podsObserved, .servicesObserved, .restarted, .runCreated,
      .runFinished, .revisionObserved, .changeObserved:
      true
    case .none, .apply, .applyFiles, .start, .rollback, .evaluate, .promote, .promoteFull,
      .skipStep, .pause, .resume, .abort, .retry, .undo, .restart, .requireAnalysis, .escalate,
      .verify, .waiveVerification, .hold, .release, .adopt, .follow, .tick:
      false
    }
  }
}
