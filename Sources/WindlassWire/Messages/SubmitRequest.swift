internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// `Rollouts.Submit`: one command for one or many rollouts.
public struct SubmitRequest: WireMessage {
  public var envelope: Envelope
  public var application: ApplicationName
  /// Which rollouts; ignored by apply, hold and release.
  public var clusters: ClusterSelector
  public var command: Command

  public init(
    envelope: Envelope, application: ApplicationName, clusters: ClusterSelector = .all,
    command: Command
  ) {
    self.envelope = envelope
    self.application = application
    self.clusters = clusters
    self.command = command
  }

  public enum Command: Equatable, Sendable {
    case apply(Registration)
    case start(RevisionRef)
    /// Without a target: stable if an attempt is running, else the previous stable.
    case rollback(RevisionRef?, RollbackClass, insistsOnAnalysis: Bool)
    case promote
    case promoteFull
    case pause
    case resume
    case abort
    case retry
    case hold(RevisionRef)
    case release(RevisionRef)
    case requireAnalysis
    case escalate
    case adopt(Adoption)
    case undo
    case skipStep
    case restart
    case verify
    case waiveVerification
  }
}

extension SubmitRequest {
  /// What the idempotency digest is taken over: everything that makes two commands the same one.
  /// Nothing of the envelope counts: a pipeline's job that somebody else runs again, with another
  /// reason, re-attaches to the command of the first run. Neither does the order of clusters.
  public func canonicalDigestInput() -> [UInt8] {
    var canonical = self
    canonical.envelope = Envelope(idempotencyKey: "")
    canonical.clusters.names.sort()
    canonical.clusters.labels.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return canonical.encoded()
  }
}

extension SubmitRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__submit_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)
  private static let plainType = unsafe MessageType(windlass__v1__submit_request__plain__init)

  init(wire m: Windlass__V1__SubmitRequest) throws(WireError) {
    let command: Command
    switch unsafe m.command_case {
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_APPLY:
      command = .apply(try unsafe Registration.required(m.apply, "apply"))
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_START:
      command = .start(try unsafe Start.required(m.start, "start").revision)
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_ROLLBACK:
      let rollback = try unsafe Rollback.required(m.rollback, "rollback")
      command = .rollback(
        rollback.revision, rollback.rollbackClass, insistsOnAnalysis: rollback.insistsOnAnalysis)
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_HOLD:
      command = .hold(try unsafe Hold.required(m.hold, "hold").revision)
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_RELEASE_HOLD:
      command = .release(try unsafe Hold.required(m.release_hold, "release_hold").revision)
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_ADOPT:
      command = .adopt(try unsafe Adoption.required(m.adopt, "adopt"))
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_PROMOTE: command = .promote
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_PROMOTE_FULL: command = .promoteFull
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_PAUSE: command = .pause
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_RESUME: command = .resume
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_ABORT: command = .abort
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_RETRY: command = .retry
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_REQUIRE_ANALYSIS: command = .requireAnalysis
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_ESCALATE: command = .escalate
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_UNDO: command = .undo
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_SKIP_STEP: command = .skipStep
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_RESTART: command = .restart
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_VERIFY: command = .verify
    case WINDLASS__V1__SUBMIT_REQUEST__COMMAND_WAIVE_VERIFICATION: command = .waiveVerification
    default: throw WireError(field: "command", reason: "is missing")
    }
    unsafe self.init(
      envelope: try Envelope.required(m.envelope, "envelope"),
      application: try ApplicationName(wire: string(m.application), "application"),
      clusters: try ClusterSelector.optional(m.clusters, "clusters") ?? .all, command: command)
  }

  func packed(in arena: Arena) -> Windlass__V1__SubmitRequest {
    var m = unsafe Windlass__V1__SubmitRequest()
    unsafe m.base = Self.wireType.base
    unsafe m.envelope = arena.pointer(envelope)
    unsafe m.application = arena.string(application.text)
    unsafe m.clusters = clusters == .all ? nil : arena.pointer(clusters)
    // Commands without content; all are of one type.
    let plain = unsafe arena.store(Windlass__V1__SubmitRequest__Plain(base: Self.plainType.base))
    switch command {
    case .apply(let registration):
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_APPLY
      unsafe m.apply = arena.pointer(registration)
    case .start(let revision):
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_START
      unsafe m.start = arena.pointer(Start(revision: revision))
    case .rollback(let revision, let rollbackClass, let insists):
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_ROLLBACK
      unsafe m.rollback = arena.pointer(
        Rollback(revision: revision, rollbackClass: rollbackClass, insistsOnAnalysis: insists))
    case .hold(let revision):
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_HOLD
      unsafe m.hold = arena.pointer(Hold(revision: revision))
    case .release(let revision):
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_RELEASE_HOLD
      unsafe m.release_hold = arena.pointer(Hold(revision: revision))
    case .adopt(let adoption):
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_ADOPT
      unsafe m.adopt = arena.pointer(adoption)
    case .promote:
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_PROMOTE
      unsafe m.promote = plain
    case .promoteFull:
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_PROMOTE_FULL
      unsafe m.promote_full = plain
    case .pause:
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_PAUSE
      unsafe m.pause = plain
    case .resume:
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_RESUME
      unsafe m.resume = plain
    case .abort:
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_ABORT
      unsafe m.abort = plain
    case .retry:
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_RETRY
      unsafe m.retry = plain
    case .requireAnalysis:
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_REQUIRE_ANALYSIS
      unsafe m.require_analysis = plain
    case .escalate:
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_ESCALATE
      unsafe m.escalate = plain
    case .undo:
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_UNDO
      unsafe m.undo = plain
    case .skipStep:
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_SKIP_STEP
      unsafe m.skip_step = plain
    case .restart:
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_RESTART
      unsafe m.restart = plain
    case .verify:
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_VERIFY
      unsafe m.verify = plain
    case .waiveVerification:
      unsafe m.command_case = WINDLASS__V1__SUBMIT_REQUEST__COMMAND_WAIVE_VERIFICATION
      unsafe m.waive_verification = plain
    }
    return unsafe m
  }
}
