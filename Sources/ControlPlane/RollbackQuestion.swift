internal import Application
internal import EventLog
internal import RolloutCore
internal import WindlassWire

/// What would be answered to a rollback: looked up and judged in one go, and explained, where that
/// is asked for, when the world is let go again.
struct RollbackQuestion {
  private let request: EvaluateRollbackRequest
  private let name: RolloutName
  private let requester: Requester
  private let now: Timestamp
  private(set) var response = EvaluateRollbackResponse(isRefused: false, position: 0, version: 0)
  /// What is not registered, in words: then there is no answer.
  private(set) var missing: String?
  private var refusal: Refusal?
  private var command: RolloutCommand?
  /// What an explanation rests on.
  private var grounds: (state: RolloutState, context: RolloutContext)?

  init(_ request: EvaluateRollbackRequest, _ name: RolloutName, now: Timestamp) {
    self.request = request
    self.name = name
    self.now = now
    requester = Requester(principal: anonymous, reason: request.reason)
  }

  mutating func look(_ world: borrowing World) {
    guard let context = world.context(of: name) else {
      missing =
        world.applications[name.application] == nil
        ? "no application \(name.application) is registered"
        : "no cluster \(name.cluster) is registered"
      return
    }
    response.position = world.head.next.index
    response.version = world.version(.rollout(name))
    if request.explains { grounds = (world.rollouts[name] ?? RolloutState(), context) }
    var rollback = RollbackRequest(
      target: nil, rollbackClass: request.rollbackClass,
      insistsOnAnalysis: request.insistsOnAnalysis)
    if let reference = request.target {
      guard let number = context.application.number(of: reference) else {
        return refuse(.unknownRevision(reference, of: name.application))
      }
      rollback.target = number
    }
    if request.explains { command = .rollback(rollback) }
    do throws(Refusal) {
      response.classification = try WhatIf.classification(
        of: rollback, world.rollouts[name] ?? RolloutState(), in: context, by: requester, now: now)
    } catch {
      return refuse(error)
    }
    if response.classification == nil {
      response.message = "nothing to do: that revision is stable or being rolled back to"
    }
  }

  private mutating func refuse(_ refusal: Refusal) {
    self.refusal = refusal
    response.isRefused = true
    response.rule = refusal.rule
    response.message = refusal.message
  }

  /// Adds the prose.
  mutating func explain() {
    guard let (state, context) = grounds else { return }
    if let refusal {
      let record = RefusalRecorded(
        command: "rollback", cluster: name.cluster, refusal: refusal, by: requester, now: now)
      var view = ExplanationView(Explainer.explain(record, of: name.application))
      view.counterfactual = command.flatMap {
        WhatIf.nearestChange(to: $0, state, in: context, by: requester, now: now)?.text
      }
      response.explanation = view
      return
    }
    guard let command,
      case .events(let events) = WhatIf.preview(
        command, state, in: context, by: requester, now: now)
    else { return }
    for case .attemptClassified(let event) in events {
      let view = ExplanationView(
        Explainer.explain(
          event, on: name.cluster, of: name.application, application: context.application,
          rollout: state))
      response.explanation = view
      response.message = view.headline
    }
  }
}
