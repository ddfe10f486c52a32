internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// One outcome as a cluster's agent sends it.
public struct ReportedOutcome: Equatable, Sendable {
  /// Names this outcome for ever; repeating it is harmless. 1 to 200 printable ASCII characters.
  public var id: String
  public var application: ApplicationName
  /// The attempt whose directive the cluster was following; `nil` for what it saw unasked.
  public var attempt: AttemptNumber?
  public var outcome: Reported

  public init(
    id: String, application: ApplicationName, attempt: AttemptNumber? = nil, outcome: Reported
  ) {
    self.id = id
    self.application = application
    self.attempt = attempt
    self.outcome = outcome
  }

  public enum Reported: Equatable, Sendable {
    /// Any of the core's but ``RolloutCore/Outcome/changeObserved(_:_:)``: an agent knows contents,
    /// not numbers. Sent nevertheless, that one has no content and is refused where it arrives.
    case core(Outcome)
    /// Somebody changed the desired revision without Windlass; registered if new.
    case changeObserved(RevisionContent, LocalRevision?)
  }
}

extension ReportedOutcome: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__outcome_report__init)
  private static let scan = unsafe PreScan(wireType, Limits.request)

  /// One report by itself.
  @safe
  init(decoding bytes: Span<UInt8>) throws(WireError) {
    self = try unsafe Self.wireType.decode(bytes, Self.scan) { (m) throws(WireError) in
      try unsafe Self(wire: m)
    }
  }

  init(wire m: Windlass__V1__OutcomeReport) throws(WireError) {
    let reported: Reported
    switch unsafe m.outcome_case {
    case WINDLASS__V1__OUTCOME_REPORT__OUTCOME_REVISION_OBSERVED:
      let seen = try unsafe RevisionSeen.required(m.revision_observed, "revision_observed")
      reported = .core(.revisionObserved(seen.revision, seen.local))
    case WINDLASS__V1__OUTCOME_REPORT__OUTCOME_AVAILABLE:
      let available = try unsafe Available.required(m.available, "available")
      reported = .core(.available(available.revision))
    case WINDLASS__V1__OUTCOME_REPORT__OUTCOME_WEIGHT_APPLIED:
      let applied = try unsafe WeightApplied.required(m.weight_applied, "weight_applied")
      reported = .core(
        .weightApplied(applied.revision, weight: applied.weight, verified: applied.verified))
    case WINDLASS__V1__OUTCOME_REPORT__OUTCOME_PODS_OBSERVED:
      let seen = try unsafe PodsSeen.required(m.pods_observed, "pods_observed")
      reported = .core(.podsObserved(seen.revision, seen.pods))
    case WINDLASS__V1__OUTCOME_REPORT__OUTCOME_SERVICES_OBSERVED:
      reported = .core(
        .servicesObserved(
          try unsafe ServicesSeen.required(m.services_observed, "services_observed")))
    case WINDLASS__V1__OUTCOME_REPORT__OUTCOME_RESTARTED:
      let restarted = try unsafe Restarted.required(m.restarted, "restarted")
      reported = .core(.restarted(restarted.asked))
    case WINDLASS__V1__OUTCOME_REPORT__OUTCOME_RUN_CREATED:
      let created = try unsafe RunCreated.required(m.run_created, "run_created")
      reported = .core(.runCreated(created.object))
    case WINDLASS__V1__OUTCOME_REPORT__OUTCOME_RUN_FINISHED:
      let finished = try unsafe RunFinished.required(m.run_finished, "run_finished")
      reported = .core(.runFinished(finished.object, finished.result))
    case WINDLASS__V1__OUTCOME_REPORT__OUTCOME_CHANGE_OBSERVED:
      let change = try unsafe ChangeObserved.required(m.change_observed, "change_observed")
      guard let content = change.content else {
        throw WireError(field: "change_observed.content", reason: "is missing")
      }
      reported = .changeObserved(content, change.local)
    default: throw WireError(field: "outcome", reason: "is missing")
    }
    unsafe self.init(
      id: string(m.id),
      application: try ApplicationName(wire: string(m.application), "application"),
      attempt: AttemptNumber(optional: m.attempt), outcome: reported)
  }

  func packed(in arena: Arena) -> Windlass__V1__OutcomeReport {
    var m = unsafe Windlass__V1__OutcomeReport()
    unsafe m.base = Self.wireType.base
    unsafe m.id = arena.string(id)
    unsafe m.application = arena.string(application.text)
    unsafe m.attempt = attempt.wire
    switch outcome {
    case .core(.revisionObserved(let revision, let local)):
      unsafe m.outcome_case = WINDLASS__V1__OUTCOME_REPORT__OUTCOME_REVISION_OBSERVED
      unsafe m.revision_observed = arena.pointer(RevisionSeen(revision: revision, local: local))
    case .core(.available(let revision)):
      unsafe m.outcome_case = WINDLASS__V1__OUTCOME_REPORT__OUTCOME_AVAILABLE
      unsafe m.available = arena.pointer(Available(revision: revision))
    case .core(.weightApplied(let revision, let weight, let verified)):
      unsafe m.outcome_case = WINDLASS__V1__OUTCOME_REPORT__OUTCOME_WEIGHT_APPLIED
      unsafe m.weight_applied = arena.pointer(
        WeightApplied(revision: revision, weight: weight, verified: verified))
    case .core(.podsObserved(let revision, let pods)):
      unsafe m.outcome_case = WINDLASS__V1__OUTCOME_REPORT__OUTCOME_PODS_OBSERVED
      unsafe m.pods_observed = arena.pointer(PodsSeen(revision: revision, pods: pods))
    case .core(.servicesObserved(let services)):
      unsafe m.outcome_case = WINDLASS__V1__OUTCOME_REPORT__OUTCOME_SERVICES_OBSERVED
      unsafe m.services_observed = arena.pointer(services)
    case .core(.restarted(let asked)):
      unsafe m.outcome_case = WINDLASS__V1__OUTCOME_REPORT__OUTCOME_RESTARTED
      unsafe m.restarted = arena.pointer(Restarted(asked: asked))
    case .core(.runCreated(let object)):
      unsafe m.outcome_case = WINDLASS__V1__OUTCOME_REPORT__OUTCOME_RUN_CREATED
      unsafe m.run_created = arena.pointer(RunCreated(object: object))
    case .core(.runFinished(let object, let result)):
      unsafe m.outcome_case = WINDLASS__V1__OUTCOME_REPORT__OUTCOME_RUN_FINISHED
      unsafe m.run_finished = arena.pointer(RunFinished(object: object, result: result))
    case .core(.changeObserved(_, let local)):
      unsafe m.outcome_case = WINDLASS__V1__OUTCOME_REPORT__OUTCOME_CHANGE_OBSERVED
      unsafe m.change_observed = arena.pointer(ChangeObserved(content: nil, local: local))
    case .changeObserved(let content, let local):
      unsafe m.outcome_case = WINDLASS__V1__OUTCOME_REPORT__OUTCOME_CHANGE_OBSERVED
      unsafe m.change_observed = arena.pointer(ChangeObserved(content: content, local: local))
    }
    return unsafe m
  }
}
