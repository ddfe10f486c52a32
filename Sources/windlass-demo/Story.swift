import Foundation

/// The story, act by act.
struct Story: Sendable {
  static let application = "shop/checkout"
  static let eu = "eu-west"
  static let us = "us-east"
  static let ap = "ap-south"
  static let companions =
    "analysis-templates.yaml cluster-analysis-template.yaml policy.yaml"

  let stage: Stage
  let claims = Claims()

  init(_ stage: Stage) { self.stage = stage }

  func tell() async throws {
    Paper.line(
      Paper.bold("Windlass: a rollback inside its window, decided once, recorded and explained"))
    let clusters = try await open()
    try await firstDeployment()
    try await secondRevision(failingOn: clusters.ap)
    try await thirdRevision()
    let inside = try await insideTheWindow()
    let neverStable = try await neverStable()
    let outside = try await outsideTheWindow()
    let observed = try await changedOutside(clusters.ap)
    try await explain(inside, neverStable, outside, observed)
    let seconds = ContinuousClock.now - stage.startedAt
    Paper.line("")
    Paper.line(
      Paper.bold(
        "\(claims.count) claims checked against the service's answers, all kept, in "
          + "\(seconds.components.seconds) s."))
  }

  /// Where to look, for as long as the demo serves.
  func invite() {
    Paper.line("")
    Paper.line("Everything goes on running until Ctrl-C. Look for yourself:")
    let windlass = stage.places.spoken("windlass")
    Paper.line("")
    Paper.line("   export WINDLASS_SERVER=\(stage.server)")
    for command in [
      "get \(Self.application) --cluster \(Self.us)",
      "explain \(Self.application) --cluster \(Self.eu)",
      "evaluate \(Self.application) --to 2 --cluster \(Self.eu)",
      "events --stream rollout-\(Self.application)@\(Self.us)",
    ] { Paper.line("   \(windlass) \(command)") }
    Paper.line("")
    Paper.line("   metrics and probes: \(stage.console)/metrics  \(stage.console)/readyz")
  }

  // MARK: Acts

  private func open() async throws -> (eu: Daemon, us: Daemon, ap: Daemon) {
    Paper.act(
      0, "A service and three clusters",
      """
      windlassd starts with a private PostgreSQL in a directory of its own. Three simulated clusters \
      claim their leases: eu-west and ap-south behave well, us-east leaks analysis as Argo Rollouts \
      1.7.1 did. Only their own work is quick; pauses and windows pass in real time.
      """)
    Paper.command("windlassd serve --data-dir \(stage.directory.path())/data")
    try await stage.startService()
    Paper.outcome("listening on \(stage.server)")
    func agent(_ name: String, _ region: String, _ extra: String) throws -> Daemon {
      let flags = "--label environment=production --label region=\(region)" + extra
      Paper.command("windlass-agent simulate --cluster \(name) \(flags)")
      return try stage.startAgent(name, flags.split(separator: " ").map(String.init))
    }
    let eu = try agent(Self.eu, "eu", "")
    let us = try agent(Self.us, "us", " --controller-version 1.7.1 --leak-background")
    let ap = try agent(Self.ap, "ap", "")
    try await stage.until("three clusters hold a lease") {
      let clusters = try await stage.windlass(["clusters"]).json["clusters"].items
      return clusters.count { $0["leaseRemainingMicroseconds"].int > 0 } == 3
    }
    let clusters = try await stage.windlass(["clusters"]).json["clusters"].items
    try claims.equal(
      "three clusters are registered, each with a live lease",
      clusters.map { $0["cluster"].text }.sorted(), [Self.ap, Self.eu, Self.us])
    return (eu, us, ap)
  }

  private func firstDeployment() async throws {
    Paper.act(
      1, "The first deployment",
      "Nothing is stable yet, so there is nothing to compare with: no steps, no analysis.")
    let answer = try await command("apply v1.yaml \(Self.companions) --start --all-clusters")
    try claims.equal(
      "every cluster's attempt is initial and fast",
      classified(answer),
      Dictionary(
        uniqueKeysWithValues: [Self.ap, Self.eu, Self.us].map {
          ($0, "INITIAL FAST")
        }))
    for cluster in [Self.eu, Self.us, Self.ap] {
      let view = try await settled(cluster, stable: 1)
      try claims.equal(
        "\(cluster): revision 1 is stable and no analysis was scheduled",
        [view["stable"].int, view["lastEnded"]["runs"].items.count], [1, 0])
    }
  }

  private func secondRevision(failingOn ap: Daemon) async throws {
    Paper.act(
      2, "The second revision",
      """
      20 % of the traffic, a pause, a smoke test, 60 %, a pause; beside it the error rate is watched. \
      In ap-south the smoke test is made to fail.
      """)
    ap.send("fail-next step")
    Paper.outcome("(ap-south's agent was told on its standard input: fail-next step)")
    try await command("apply v2.yaml \(Self.companions) --start --all-clusters")
    for cluster in [Self.eu, Self.us] {
      let view = try await settled(cluster, stable: 2)
      try await fullyAnalysed(view["lastEnded"], on: cluster, revision: 2)
    }
    let view = try await stage.view(Self.ap) { $0["phase"].text == "degraded" }
    try claims.equal(
      "\(Self.ap): the failed smoke test aborted the attempt, and revision 1 stayed stable",
      "\(view["lastEnded"]["verdict"]["kind"].text) \(view["stable"].int)", "ABORTED_BY_ANALYSIS 1")
  }

  private func thirdRevision() async throws {
    Paper.act(3, "The third revision", "It goes well everywhere.")
    try await command("apply v3.yaml \(Self.companions) --start --all-clusters")
    for cluster in [Self.eu, Self.us, Self.ap] {
      let view = try await settled(cluster, stable: 3)
      try await fullyAnalysed(view["lastEnded"], on: cluster, revision: 3)
    }
  }

  /// The attempts of the rollback in both clusters.
  private func insideTheWindow() async throws -> [(cluster: String, attempt: Int)] {
    Paper.act(
      4, "A rollback inside its window, while an analysis runs",
      """
      Revision 4 is under way in eu-west and us-east and its background analysis runs, when somebody \
      rolls back to revision 2. The window of policy.yaml is one revision: nothing lies between 2 and \
      3, so the rollback is fast, and no analysis of any kind may run. Argo Rollouts 1.7.1 said the \
      same, and started one.
      """)
    let both = [Self.eu, Self.us]
    try await command(
      "apply v4.yaml \(Self.companions) --start --cluster \(both.joined(separator: ","))")
    for cluster in both {
      let view = try await stage.view(cluster) { view in
        view["attempt"]["runs"].items.contains {
          $0["key"]["type"].text == "BACKGROUND" && $0["state"].text == "created"
        }
      }
      let run = view["attempt"]["runs"].items.first { $0["state"].text == "created" }
      Paper.outcome("\(cluster): background run \(run?["object"].text ?? "") is running")
    }
    let versions = try await versions(both)
    let question = try await command(
      "evaluate \(Self.application) --to 2 --cluster \(Self.eu)")
    let evaluated = question.json["evaluations"].items.first?["answer"] ?? .null
    Paper.outcome(evaluated["explanation"]["headline"].text)
    try claims.equal(
      "asked beforehand, Windlass says: inside, fast",
      Self.answer(evaluated["classification"]), "ROLLBACK INSIDE FAST")

    let answer = try await command(
      "rollback \(Self.application) --to 2 --cluster \(both.joined(separator: ",")) "
        + "--reason 'checkout fails'")
    var attempts: [(String, Int)] = []
    for cluster in both {
      let decision = answer.decision(of: cluster)
      try claims.equal(
        "\(cluster): the decision is the same as the answer",
        Self.answer(decision["classification"]), "ROLLBACK INSIDE FAST")
      let view = try await settled(cluster, stable: 2)
      let attempt = view["lastEnded"]
      attempts.append((cluster, attempt["number"].int))
      try claims.equal(
        "\(cluster): revision 2 is stable again", attempt["verdict"]["kind"].text, "PROMOTED")
      let types = try await events(of: cluster, after: versions[cluster] ?? 0).map(\.type)
      try claims.equal(
        "\(cluster): the running background analysis was cancelled",
        types.filter { $0 == "run-cancelled.v1" }, ["run-cancelled.v1"])
      try claims.equal(
        "\(cluster): Windlass scheduled no run of any kind",
        types.filter { $0 == "run-scheduled.v1" } + attempt["runs"].items.map(\.description), [])
    }
    try await contracts()
    return attempts
  }

  private func contracts() async throws {
    let kept = try await stage.view(Self.eu) { _ in true }["lastEnded"]
    try claims.equal(
      "\(Self.eu): the promise that nothing runs was kept",
      "\(kept["contract"].text) \(kept["violations"].items.count)", "kept 0")

    let view = try await stage.view(Self.us) { $0["lastEnded"]["contract"].text == "violated" }
    let broken = view["lastEnded"]
    let local = view["revisions"].items.first { $0["revision"]["number"].int == 2 }?["local"]
    let name = "checkout-\(local?["podHash"].text ?? "")-\(local?["argoRevision"].int ?? 0)"
    Paper.outcome(
      "\(Self.us) started \(broken["violations"].items.first?["name"].text ?? "nothing") nevertheless"
    )
    try claims.equal(
      "\(Self.us): the promise was broken, and the violation names the object",
      "\(broken["contract"].text) \(broken["violations"].items.map { $0["name"].text })",
      "violated \([name])")
    let events = try await events(of: Self.us, after: 0)
    try claims.equal(
      "\(Self.us): the violation is an event in the log",
      events.count { $0.type == "contract-violated.v1" && $0.summary.contains(name) }, 1)
  }

  private func neverStable() async throws -> (cluster: String, attempt: Int) {
    Paper.act(
      5, "A rollback to what was never stable here",
      """
      In ap-south revision 3 is stable and revision 2 lies right below it, but it failed there. Being \
      near is not enough: the rollback gets every step and every analysis. Meanwhile eu-west goes \
      forward to revision 4 again.
      """)
    try await command("start \(Self.application) 4 --cluster \(Self.eu)")
    let answer = try await command("rollback \(Self.application) --to 2 --cluster \(Self.ap)")
    try claims.equal(
      "\(Self.ap): never stable here, so in full",
      Self.answer(answer.decision(of: Self.ap)["classification"]), "ROLLBACK NEVER_STABLE_HERE FULL"
    )
    let view = try await settled(Self.ap, stable: 2)
    try await fullyAnalysed(view["lastEnded"], on: Self.ap, revision: 2)
    return (Self.ap, view["lastEnded"]["number"].int)
  }

  private func outsideTheWindow() async throws -> (cluster: String, attempt: Int) {
    Paper.act(
      6, "A rollback outside its window",
      """
      In eu-west revision 4 is stable now. Going back to revision 1 passes over 2 and 3: too far for a \
      window of one, so it is analysed like any new revision.
      """)
    let before = try await settled(Self.eu, stable: 4)
    try await fullyAnalysed(before["lastEnded"], on: Self.eu, revision: 4)
    let answer = try await command("rollback \(Self.application) --to 1 --cluster \(Self.eu)")
    let classification = answer.decision(of: Self.eu)["classification"]
    try claims.equal(
      "\(Self.eu): outside by revisions, so in full", Self.answer(classification),
      "ROLLBACK OUTSIDE_BY_REVISIONS FULL")
    try claims.equal(
      "\(Self.eu): the answer names what lies between",
      classification["rollback"]["answer"]["between"].items.map(\.int), [2, 3])
    let view = try await settled(Self.eu, stable: 1)
    try await fullyAnalysed(view["lastEnded"], on: Self.eu, revision: 1)
    return (Self.eu, view["lastEnded"]["number"].int)
  }

  private func changedOutside(_ ap: Daemon) async throws -> (cluster: String, attempt: Int) {
    Paper.act(
      7, "A change made outside",
      """
      Somebody with kubectl sets another image in ap-south. Nobody asked Windlass; it takes note, \
      classifies the change by the same rules, and does not fight it.
      """)
    let before = try await stage.view(Self.ap) { _ in true }
    let digest = "sha256:" + String(repeating: "5eed", count: 16)
    let line =
      "change \(Self.application) hotfix-1 \(digest) registry.example.org/shop/checkout:hotfix-1"
    ap.send(line)
    Paper.outcome("(ap-south's agent was told on its standard input: \(line))")
    let adopted = try await stage.view(Self.ap) { view in
      view["attempt"]["classification"]["origin"].text == "OBSERVED"
    }
    let attempt = adopted["attempt"]
    Paper.outcome("\(Self.ap): \(adopted["message"].text)")
    try claims.equal(
      "\(Self.ap): the change was registered as revision 5 and became an attempt",
      [adopted["desired"].int, attempt["revision"].int, attempt["number"].int],
      [5, 5, before["lastEnded"]["number"].int + 1])
    try claims.equal(
      "\(Self.ap): classified as observed, forward, in full, by nobody known",
      "\(attempt["classification"]["origin"].text) \(Self.answer(attempt["classification"])) "
        + attempt["by"]["principal"].text,
      "OBSERVED FORWARD FULL unknown")
    let view = try await settled(Self.ap, stable: 5)
    try await fullyAnalysed(view["lastEnded"], on: Self.ap, revision: 5)
    let later = try await events(of: Self.ap, after: before["version"].int)
    try claims.equal(
      "\(Self.ap): nobody fought it: one attempt began, and it was this one",
      later.filter { $0.type == "attempt-classified.v1" }.count, 1)
    return (Self.ap, view["lastEnded"]["number"].int)
  }

  private func explain(
    _ inside: [(cluster: String, attempt: Int)], _ neverStable: (cluster: String, attempt: Int),
    _ outside: (cluster: String, attempt: Int), _ observed: (cluster: String, attempt: Int)
  ) async throws {
    Paper.act(8, "Why", "Each decision can be explained at any time, from what the log recorded.")
    let rules = [
      "inside-means-fast", "inside-means-fast", "never-stable-here", "window-revisions-exceeded",
      "observed-adopted",
    ]
    for (subject, rule) in zip(inside + [neverStable, outside, observed], rules) {
      let answer = try await command(
        "explain \(Self.application) --cluster \(subject.cluster) --attempt \(subject.attempt)")
      let explanation = answer.json["explanation"]
      Paper.outcome(Paper.bold(explanation["headline"].text))
      for paragraph in explanation["paragraphs"].items { Paper.outcome(paragraph.text) }
      for name in ["counterfactual", "argoDiffers"] where !explanation[name].text.isEmpty {
        Paper.outcome(explanation[name].text)
      }
      try claims.holds(
        "the explanation rests on the rule \(rule)",
        explanation["trace"].items.contains { $0["rule"].text == rule },
        actual: "\(explanation["trace"].items.map { $0["rule"].text })")
      guard subject.cluster == Self.us else { continue }
      let story = answer.json["story"].items.map(\.text)
      let violation = story.first { $0.contains("VIOLATED") } ?? ""
      Paper.outcome("Afterwards: \(violation)")
      try claims.holds(
        "what happened afterwards is told as well, with the object that broke the promise",
        violation.contains("AnalysisRun checkout-"), actual: "\(story)")
    }
  }

  // MARK: Asking

  /// Gives a command as a person would type it, shows it and what was decided.
  @discardableResult
  private func command(_ text: String) async throws -> Stage.Answer {
    Paper.command("windlass \(text)")
    let answer = try await stage.windlass(Shell.words(text))
    guard answer.status == 0 else {
      throw BrokenClaim(
        claim: "windlass \(text)", expected: "exit status 0",
        actual: "\(answer.status): \(answer.json) \(answer.errors)")
    }
    for decision in answer.decisions where !decision["message"].text.isEmpty {
      let cluster = decision["cluster"].text
      Paper.outcome((cluster.isEmpty ? "" : "\(cluster): ") + decision["message"].text)
    }
    return answer
  }

  private func settled(_ cluster: String, stable: Int) async throws -> JSONValue {
    try await stage.view(cluster) { view in
      view["stable"].int == stable && view["phase"].text == "healthy"
    }
  }

  private func versions(_ clusters: [String]) async throws -> [String: Int] {
    var versions: [String: Int] = [:]
    for cluster in clusters {
      versions[cluster] = try await stage.view(cluster) { _ in true }["version"].int
    }
    return versions
  }

  private func events(
    of cluster: String, after version: Int
  ) async throws -> [(type: String, summary: String)] {
    let answer = try await stage.windlass([
      "events", "--stream", "rollout-\(Self.application)@\(cluster)", "--from", "\(version + 1)",
      "--limit", "1000",
    ])
    return answer.json["events"].items.map { ($0["type"].text, $0["summary"].text) }
  }

  private func classified(_ answer: Stage.Answer) -> [String: String] {
    var found: [String: String] = [:]
    for decision in answer.decisions where !decision["cluster"].text.isEmpty {
      found[decision["cluster"].text] = Self.answer(decision["classification"])
    }
    return found
  }

  /// Kind, window verdict of a rollback, and track.
  private static func answer(_ classification: JSONValue) -> String {
    [
      classification["kind"].text, classification["rollback"]["answer"]["verdict"].text,
      classification["track"].text,
    ].filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// Checks an attempt that was promoted after steps and analysis, by the events that it left.
  private func fullyAnalysed(_ attempt: JSONValue, on cluster: String, revision: Int) async throws {
    let all = try await events(of: cluster, after: 0)
    let start = all.lastIndex { $0.type == "attempt-classified.v1" } ?? 0
    let own = all[start...]
    let created = own.filter { $0.type == "run-created.v1" }
    let ends = own.filter { $0.type == "run-finished.v1" && $0.summary.contains("verified") }
    let steps = own.filter { $0.type == "step-reached.v1" }.count
    try claims.equal(
      "\(cluster): revision \(revision) passed all five steps, its smoke test verified, its error "
        + "rate watched",
      "revision \(attempt["revision"].int) \(attempt["track"].text) "
        + "\(attempt["verdict"]["kind"].text), \(steps) steps, \(created.count) runs, "
        + "\(ends.count) verified",
      "revision \(revision) FULL PROMOTED, 5 steps, 2 runs, 1 verified")
  }
}
