import RolloutCore
import WindlassWire

/// One rollout as a header and a tree, as people know it from
/// `kubectl argo rollouts get rollout`.
struct RolloutTree {
  private let view: RolloutView
  private let style: Style

  /// Revisions listed besides those with a role.
  static let revisionsMax = 10

  private init(_ view: RolloutView, _ style: Style) {
    self.view = view
    self.style = style
  }

  /// Lines without a final line break.
  static func render(_ view: RolloutView, _ style: Style) -> String {
    let tree = RolloutTree(view, style)
    return (tree.header + [""] + tree.tree).joined(separator: "\n")
  }

  // MARK: Header

  private var header: [String] {
    let phase = Words.phase(view.phase)
    var lines = [
      field("Name", view.application.text),
      field("Cluster", cluster),
      field("Status", style.status(phase.mark, phase.word)),
    ]
    let message = SafeText.line(view.message)
    if !message.isEmpty { lines.append(field("Message", message)) }
    lines += argo
    lines += strategy
    lines += cluster(shows: view)
    lines += [
      field("Window", Words.window(view.window, source: view.windowSource)),
      field("Stable", described(view.stable)),
      field("Desired", described(view.desired)),
    ]
    lines += obligations
    lines += [
      field("Lease", view.epoch == 0 ? "never claimed" : "epoch \(view.epoch)"),
      field("Version", "\(view.version), at position \(view.position)"),
    ]
    return lines
  }

  private func field(_ name: String, _ value: String) -> String {
    "\(name):" + String(repeating: " ", count: max(1, 16 - name.count)) + value
  }

  private var cluster: String {
    guard let registration = view.registration else { return "\(view.cluster) (not registered)" }
    var notes = [registration.mode.rawValue]
    let version = SafeText.line(registration.controllerVersion)
    if !version.isEmpty { notes.append("Argo Rollouts \(version)") }
    if !registration.labels.isEmpty { notes.append(Words.labels(registration.labels)) }
    return "\(view.cluster) (\(notes.joined(separator: ", ")))"
  }

  /// As Argo Rollouts would show it.
  private var argo: [String] {
    guard let status = view.argo else { return [] }
    let message = SafeText.line(status.message)
    var lines = [
      field("Argo shows", SafeText.line(status.phase) + (message.isEmpty ? "" : ": \(message)"))
    ]
    let conditions = status.conditions.map { condition in
      let type = SafeText.line(condition.type)
      switch condition.status {
      case "True": return "\(type) (\(SafeText.line(condition.reason)))"
      case "False": return "not \(type) (\(SafeText.line(condition.reason)))"
      default: return "\(type) unknown"
      }
    }
    if !conditions.isEmpty {
      lines.append(field("Conditions", conditions.joined(separator: ", ")))
    }
    return lines
  }

  /// Pods and services as last reported.
  private func cluster(shows view: RolloutView) -> [String] {
    var lines: [String] = []
    if let pods = view.pods {
      var parts = ["\(described(view.podsRevision)) \(Words.pods(pods.desired))"]
      if pods.stable != .none { parts.append("stable \(Words.pods(pods.stable))") }
      if pods.others != .none { parts.append("others \(Words.pods(pods.others))") }
      lines.append(field("Pods", parts.joined(separator: ", ")))
    }
    if let services = view.services {
      var parts = ["active \(described(services.active))"]
      if services.preview != nil { parts.append("preview \(described(services.preview))") }
      lines.append(field("Services", parts.joined(separator: ", ")))
    }
    for kept in view.kept {
      let until = kept.until.microseconds == .max ? "for ever" : "until \(kept.until.utcText)"
      lines.append(field("Kept", "pods of \(described(kept.revision)) \(until)"))
    }
    if let restart = view.restart {
      lines.append(field("Restart", "pods made before \(restart.utcText) are being replaced"))
    }
    return lines
  }

  /// What is owed, watched, late or to be known.
  private var obligations: [String] {
    var lines: [String] = []
    for debt in view.debts {
      let due = debt.isOverdue ? "overdue since" : "due until"
      lines.append(
        field(
          "Owed",
          style.status(
            debt.isOverdue ? .bad : .warning,
            "verification of \(described(debt.revision)), \(due) \(debt.due.utcText)")))
    }
    if let watch = view.watch {
      let reaction =
        watch.onFailure == .rollback
        ? ", a failure rolls back" + (watch.previous.map { " to revision \($0)" } ?? "") : ""
      lines.append(
        field(
          "Watch", "\(described(watch.revision)) until \(watch.until.utcText)\(reaction)"))
    }
    guard let attempt = view.attempt else { return lines }
    if attempt.isLate {
      lines.append(field("Late", style.status(.bad, "no progress within the deadline")))
    }
    for warning in attempt.classification.warnings {
      lines.append(field("Warning", style.status(.warning, Words.warning(warning))))
    }
    return lines
  }

  private var blueGreen: [String] {
    guard let attempt = view.attempt else { return [] }
    var lines = [
      field(
        "Strategy",
        attempt.track == .fast ? "Blue-green, fast track: no analysis" : "Blue-green")
    ]
    lines.append(
      field("  Switch", attempt.isSwitched ? "decided" : "not yet"))
    if !attempt.pauses.isEmpty {
      lines.append(field("  Paused", attempt.pauses.map(described).joined(separator: ", ")))
    }
    return lines
  }

  private var strategy: [String] {
    guard let attempt = view.attempt else { return [] }
    guard !attempt.isBlueGreen else { return blueGreen }
    switch attempt.track {
    case .fast: return [field("Strategy", "Canary, fast track: no steps, no analysis")]
    case .full:
      let count = attempt.steps.count
      var lines = [field("Strategy", "Canary")]
      var step = "\(min(attempt.stepIndex, count))/\(count)"
      if attempt.steps.indices.contains(attempt.stepIndex) {
        step += " (\(described(attempt.steps[attempt.stepIndex])))"
      }
      lines.append(field("  Step", step))
      let whole = view.maxWeight == 100 ? "" : " of \(view.maxWeight)"
      lines.append(field("  SetWeight", "\(view.weight)\(whole)"))
      if !attempt.pauses.isEmpty {
        lines.append(field("  Paused", attempt.pauses.map(described).joined(separator: ", ")))
      }
      return lines
    }
  }

  private func described(_ step: Strategy.Step) -> String {
    switch step {
    case .setWeight(let percent): "set weight \(percent)"
    case .pause(nil): "pause until promoted"
    case .pause(let duration?): "pause \(duration.text)"
    case .analysis(let plan):
      "analysis " + plan.templates.map { SafeText.line($0.name) }.joined(separator: ", ")
    case .setCanaryScale(.replicas(let count)): "set canary scale to \(count) pods"
    case .setCanaryScale(.weight(let percent)): "set canary scale to \(percent) %"
    case .setCanaryScale(.matchTrafficWeight): "set canary scale to match the weight"
    case .experiment(let plan):
      "experiment " + plan.templates.map { SafeText.line($0.name) }.joined(separator: ", ")
    case .setHeaderRoute(let route): "set header route \(SafeText.line(route.name))"
    case .setMirrorRoute(let route): "set mirror route \(SafeText.line(route.name))"
    case .plugin(let call):
      "plugin \(SafeText.line(call.name))" + (call.disabled ? " (disabled)" : "")
    case .progressThreshold(.percent(let percent)): "progress threshold \(percent) %"
    case .progressThreshold(.pods(let pods)): "progress threshold \(pods) pods"
    }
  }

  private func described(_ pause: PauseReason) -> String {
    switch pause {
    case .step: "by its step"
    case .person: "by a person"
    case .inconclusiveAnalysis: "by an inconclusive analysis"
    case .inconclusiveExperiment: "by an inconclusive experiment"
    case .blueGreen: "before the switch"
    }
  }

  private func described(_ number: RevisionNumber?) -> String {
    guard let number else { return "none" }
    let release = view.revisions.first { $0.revision.number == number }?.revision.release
    return release.map { "revision \(number) (\($0))" } ?? "revision \(number)"
  }

  // MARK: Tree

  /// One row before its place in the tree is known.
  private struct Node {
    var name: String
    var kind: String
    var mark: Style.Mark
    var status: String
    var age = ""
    var info = ""
    var children: [Node] = []
  }

  private var tree: [String] {
    let phase = Words.phase(view.phase)
    let root = Node(
      name: (style.unicode ? "⟳ " : "") + view.application.text, kind: "Rollout", mark: phase.mark,
      status: phase.word, age: view.attempt.map { age($0.startedAt) } ?? "",
      children: revisions)
    var columns = Columns(titles: ["NAME", "KIND", "STATUS", "AGE", "INFO"])
    add(root, prefix: "", branch: "", to: &columns)
    var lines = columns.lines(style)
    let hidden = view.revisions.count - shown.count
    if hidden > 0 { lines.append("and \(hidden) older revision\(hidden == 1 ? "" : "s")") }
    return lines
  }

  private func add(_ node: Node, prefix: String, branch: String, to columns: inout Columns) {
    columns.add([
      Columns.Cell(prefix + branch + node.name), Columns.Cell(node.kind),
      Columns.Cell(node.status, mark: node.mark), Columns.Cell(node.age), Columns.Cell(node.info),
    ])
    let deeper =
      branch.isEmpty ? "" : prefix + style.branch(branch == style.branch(.last) ? .none : .beside)
    for (index, child) in node.children.enumerated() {
      let isLast = index == node.children.count - 1
      add(child, prefix: deeper, branch: style.branch(isLast ? .last : .middle), to: &columns)
    }
  }

  /// The newest, and older ones that have a part in what is going on.
  private var shown: [RevisionView] {
    view.revisions.enumerated().filter { index, revision in
      let number = revision.revision.number
      return index < Self.revisionsMax || revision.isStable || revision.isDesired
        || revision.isHeld || number == view.attempt?.revision
        || number == view.lastEnded?.revision
    }.map(\.element)
  }

  private var revisions: [Node] { shown.map(node) }

  private func node(_ revision: RevisionView) -> Node {
    let number = revision.revision.number
    let (mark, status) = state(of: revision)
    var info: [String] = []
    if revision.isStable { info.append("stable") }
    if revision.isDesired && !revision.isStable { info.append("canary") }
    if revision.isHeld { info.append("held") }
    if revision.wasStable && !revision.isStable { info.append("once stable here") }
    if revision.isImported { info.append("imported") }
    if let local = revision.local {
      let hash = SafeText.line(local.podHash)
      info.append("pod hash \(hash)" + (local.argoRevision.map { " (Argo revision \($0))" } ?? ""))
    }
    let attempts = [view.attempt, view.lastEnded].compactMap { $0 }
      .filter { $0.revision == number }
    let later =
      view.debts.filter { $0.revision == number }.flatMap(\.runs)
      + (view.watch.flatMap { $0.revision == number ? $0.runs : nil } ?? [])
    return Node(
      name: "# revision:\(number) (\(revision.revision.release))", kind: "Revision", mark: mark,
      status: status, info: info.joined(separator: ", "),
      children: attempts.map(node) + later.map(node))
  }

  private func state(of revision: RevisionView) -> (Style.Mark, String) {
    if let attempt = view.attempt, attempt.revision == revision.revision.number {
      return attempt.pauses.isEmpty ? (.progressing, "Progressing") : (.paused, "Paused")
    }
    if revision.isStable { return (.good, "Stable") }
    if revision.isDesired { return (.bad, "Aborted") }
    if revision.isHeld { return (.warning, "Held") }
    if revision.wasStable { return (.idle, "Retired") }
    if revision.wasAttempted { return (.idle, "Attempted") }
    return (.idle, "Registered")
  }

  private func node(_ attempt: AttemptView) -> Node {
    var info = [Words.classification(attempt.classification, track: attempt.track)]
    if let contract = attempt.contract { info.append("contract \(contract.rawValue)") }
    if let cause = attempt.verdict.flatMap(Words.cause) { info.append(cause) }
    let who = Words.requester(attempt.by)
    if !who.isEmpty { info.append("by \(who)") }
    var (mark, status) =
      Words.verdict(attempt)
      ?? (attempt.pauses.isEmpty ? (.progressing, "Running") : (.paused, "Paused"))
    // However well it ended, analysis ran that must not have.
    if attempt.contract == .violated { mark = .warning }
    return Node(
      name: (style.unicode ? "□ " : "") + "attempt:\(attempt.number)", kind: "Attempt", mark: mark,
      status: status, age: age(attempt.startedAt), info: info.joined(separator: ", "),
      children: attempt.runs.map(node) + attempt.violations.map(violation))
  }

  private func node(_ run: RunView) -> Node {
    let object = SafeText.line(run.object)
    let (mark, status) = state(of: run)
    var info = [Words.run(run.key)]
    if run.isMissing { info.append("missing: no object appeared in time") }
    if let result = run.result {
      // The controller's own word, where ours is another one.
      if run.reading != nil { info.append(result.phase.rawValue) }
      info.append("\(result.measurements) measurement\(result.measurements == 1 ? "" : "s")")
      let message = SafeText.line(result.message)
      if !message.isEmpty { info.append(message) }
    }
    return Node(
      name: (style.unicode ? "α " : "") + (object.isEmpty ? "(not created yet)" : object),
      kind: kind(run.key.type), mark: mark, status: status, info: info.joined(separator: ", "))
  }

  private func kind(_ type: RunType) -> String {
    switch type {
    case .background, .step, .prePromotion, .postPromotion, .verification: "AnalysisRun"
    case .experiment: "Experiment"
    case .plugin: "Plugin"
    }
  }

  private func state(of run: RunView) -> (Style.Mark, String) {
    switch run.state {
    case .scheduled: run.isMissing ? (.warning, "Missing") : (.progressing, "Pending")
    case .created: (.progressing, "Running")
    case .cancelled: (.idle, "Cancelled")
    case .finished: run.reading.map { Words.reading($0) } ?? (.unknown, "Finished")
    }
  }

  private func violation(_ object: RunObject) -> Node {
    Node(
      name: (style.unicode ? "α " : "") + SafeText.line(object.name), kind: kind(object.type),
      mark: .bad, status: "Forbidden", info: "\(object.type.rawValue), breaks the skip contract")
  }

  private func age(_ moment: Timestamp) -> String { Words.age(of: moment, at: view.now) }
}
