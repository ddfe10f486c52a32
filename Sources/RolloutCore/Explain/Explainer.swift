/// Turns recorded decisions into prose, trace and counterfactual. Pure, and never on the hot path:
/// what it says is derived from the event, nothing of it is stored.
public enum Explainer {
  /// Why an attempt was classified as it was.
  ///
  /// - Parameters:
  ///   - name: the application's name, where the caller has it; only sentences use it.
  ///   - rollout: the rollout's state when the attempt was classified, or any later one; without it
  ///     nothing is said of what each version of Argo would do.
  public static func explain(
    _ event: AttemptClassified, on cluster: ClusterName, of name: ApplicationName? = nil,
    application: ApplicationState, rollout: RolloutState? = nil
  ) -> Explanation {
    let story = AttemptStory(event: event, cluster: cluster, name: name, application: application)
    var judgements: [ArgoJudgement] = []
    if let rollout, let strategy = application.strategy(event.strategy) {
      judgements = ArgoJudge(event: event, strategy: strategy, state: rollout).judgements
    }
    return Explanation(
      headline: story.headline, paragraphs: story.paragraphs, trace: story.trace,
      counterfactual: counterfactual(of: event, rollout: rollout),
      argoDiffers: judgements.isEmpty ? story.argoDiffers : ArgoJudgement.prose(judgements),
      argo: judgements)
  }

  /// The nearest change that would flip an attempt's answer: its window, or else its track.
  ///
  /// - Parameter rollout: its state when the attempt was classified, or any later one.
  /// - Returns: `nil` where no input of the decision is near: a first deployment, a forward attempt.
  public static func counterfactual(
    of event: AttemptClassified, rollout: RolloutState? = nil
  ) -> Counterfactual? {
    let classification = event.classification
    if classification.rules.contains(.analysisInsisted) {
      return Counterfactual(
        change: .insistence(false),
        text: "Without insisting on analysis it would have gone without steps and analysis.")
    }
    guard let rollback = classification.rollback else { return nil }
    if classification.rules.contains(.stillHeldByScaleDownDelay) {
      guard let until = rollout?.keptUntil(event.revision), until > event.now else { return nil }
      return Counterfactual(
        change: .now(until),
        text: "Asked from \(until.utcText) on, when the scale-down delay of revision "
          + "\(event.revision) is over, it would have taken all steps and analysis.")
    }
    return counterfactual(of: rollback.answer, now: event.now)
  }

  /// Why a command was refused.
  public static func explain(
    _ refusal: RefusalRecorded, of name: ApplicationName? = nil
  ) -> Explanation {
    let place =
      [name.map { "of \($0)" }, refusal.cluster.map { "on \($0)" }].compactMap { $0 }
      .joined(separator: " ")
    let headline =
      "Refused: \(refusal.command)\(place.isEmpty ? "" : " \(place)") (\(refusal.refusal.rule.rawValue))."
    let asked =
      "\(who(refusal.by)) asked for it at \(refusal.now.utcText)\(why(refusal.by)). Nothing changed."
    return Explanation(
      headline: headline, paragraphs: [asked, sentence(refusal.refusal.message)],
      trace: [.init(rule: refusal.refusal.rule, text: refusal.refusal.message, facts: [])],
      counterfactual: nil, argoDiffers: nil)
  }

  /// The nearest change of an input that would flip a window answer given at `now`, so that inside
  /// becomes outside or the other way round.
  ///
  /// Applying it means: for `window`, that window in force instead; for `now`, the same question at
  /// that moment; for `onceStable`, the revision having been stable here until `now`.
  /// - Returns: `nil` only where the answer lists too many revisions to know.
  public static func counterfactual(of answer: WindowAnswer, now: Timestamp) -> Counterfactual? {
    Counterfactual.nearest(to: answer, now: now)
  }

  // MARK: Words

  static func who(_ requester: Requester) -> String {
    requester.claimedActor.isEmpty
      ? requester.principal : "\(requester.principal) (for \(requester.claimedActor))"
  }

  static func why(_ requester: Requester) -> String {
    requester.reason.isEmpty ? ", without giving a reason" : ", because: \(requester.reason)"
  }

  /// Starts with a capital and ends with a full stop.
  static func sentence(_ text: String) -> String {
    guard let first = text.first else { return "" }
    let body = first.uppercased() + text.dropFirst()
    return body.hasSuffix(".") ? body : body + "."
  }
}
