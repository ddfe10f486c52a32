import RolloutCore
import Testing
import WindlassWire

extension Generator {
  mutating func ref() throws -> RevisionRef {
    bool() ? .number(revisionNumber()) : .release(try release())
  }

  mutating func command(_ index: Int) throws -> SubmitRequest.Command {
    switch index % 14 {
    case 0:
      .apply(
        Registration(
          revision: try maybe { try $0.content() }, strategy: try maybe { try $0.strategy() },
          policies: try array(upTo: 2) { try $0.policy() }))
    case 1: .start(try ref())
    case 2:
      .rollback(
        try maybe { try $0.ref() }, try any(RollbackClass.self), insistsOnAnalysis: bool())
    case 3: .promote
    case 4: .promoteFull
    case 5: .pause
    case 6: .resume
    case 7: .abort
    case 8: .retry
    case 9: .hold(try ref())
    case 10: .release(try ref())
    case 11: .requireAnalysis
    case 12: .escalate
    default: .adopt(adoption())
    }
  }

  mutating func submitRequest() throws -> SubmitRequest {
    let version = counter()
    return SubmitRequest(
      envelope: Envelope(
        idempotencyKey: word(1...40) + " ~!", claimedActor: bool() ? line() : "", reason: text(),
        expectedVersion: version == 0 ? nil : version, isDryRun: bool()),
      application: try application(), clusters: try selector(), command: try command(int(0...13)))
  }

  mutating func explanation() throws -> ExplanationView {
    ExplanationView(
      headline: line(), paragraphs: array(upTo: 3) { $0.text() },
      trace: try array(upTo: 3) { random in
        Explanation.TraceLine(
          rule: try random.any(Rule.self), text: random.text(),
          facts: random.array(upTo: 3) { $0.position() })
      },
      counterfactual: maybe { $0.line() }, argoDiffers: maybe { $0.line() })
  }

  mutating func attemptView() throws -> AttemptView {
    AttemptView(
      number: attemptNumber(), revision: revisionNumber(), classification: try classification(),
      track: try any(Track.self), stepIndex: int(0...100), steps: array(upTo: 3) { $0.step() },
      runs: try array(upTo: 2) { random in
        RunView(
          key: try random.key(), state: try random.any(RunView.State.self),
          object: random.word(0...20), result: try random.maybe { try $0.result() },
          reading: try random.maybe { try $0.any(RunReading.self) })
      },
      pauses: try array(upTo: 3) { try $0.any(PauseReason.self) },
      verdict: try maybe { try $0.verdict() },
      contract: try maybe { try $0.any(AttemptView.Contract.self) },
      violations: try array(upTo: 2) { try $0.object() }, by: requester(), startedAt: moment(),
      endedAt: maybe { $0.moment() }, isAvailable: bool())
  }

  mutating func rolloutView() throws -> RolloutView {
    RolloutView(
      application: try application(), cluster: try cluster(), version: counter(),
      position: counter(), stable: maybe { $0.revisionNumber() },
      desired: maybe { $0.revisionNumber() }, phase: word(1...10), message: text(),
      weight: int(0...100), attempt: try maybe { try $0.attemptView() },
      lastEnded: try maybe { try $0.attemptView() },
      revisions: try array(upTo: 3) { random in
        RevisionView(
          revision: try random.revision(), isStable: random.bool(), isDesired: random.bool(),
          isHeld: random.bool(), wasAttempted: random.bool(), wasStable: random.bool(),
          isImported: random.bool(), local: random.maybe { $0.local() })
      },
      window: try maybe { try $0.window() }, windowSource: bool() ? "manifest" : "",
      registration: try maybe { try $0.registration() }, epoch: counter(), now: moment())
  }

  mutating func reported() throws -> ReportedOutcome {
    let outcome: ReportedOutcome.Reported =
      switch int(0...5) {
      case 0: .core(.revisionObserved(revisionNumber(), local()))
      case 1: .core(.available(revisionNumber()))
      case 2: .core(.weightApplied(revisionNumber(), weight: int(0...100)))
      case 3: .core(.runCreated(try object()))
      case 4: .core(.runFinished(try object(), try result()))
      default: .changeObserved(try content(), maybe { $0.local() })
      }
    return ReportedOutcome(
      id: word(1...40), application: try application(), attempt: maybe { $0.attemptNumber() },
      outcome: outcome)
  }

  mutating func directiveUpdate() throws -> DirectiveUpdate {
    guard int(0...5) > 0 else { return .snapshotComplete(epoch: counter()) }
    let directive = Directive(
      attempt: maybe { $0.attemptNumber() }, enforced: bool(),
      stable: maybe { $0.revisionNumber() }, desired: maybe { $0.revisionNumber() },
      track: try maybe { try $0.any(Track.self) }, weight: int(0...100), fullScale: bool(),
      paused: bool(), aborted: bool(),
      runs: try array(upTo: 2) { .init(key: try $0.key(), plan: $0.plan()) },
      forbidden: try maybe { random in
        SkipContract(
          attempt: random.attemptNumber(), revision: random.revisionNumber(),
          podHash: random.maybe { $0.word(1...12) },
          types: try random.array(upTo: 4) { try $0.any(RunType.self) })
      })
    return .directive(
      DirectiveUpdate.Item(
        application: try application(), version: counter(), epoch: counter(),
        directive: directive, desiredRevision: try maybe { try $0.revision() }))
  }
}

/// A kind of message, with its type put aside.
struct MessageKind: Sendable, CustomTestStringConvertible {
  let name: String
  /// Bytes of a generated message.
  let bytes: @Sendable (inout Generator) throws -> [UInt8]
  /// Decodes, and encodes what came out.
  let reencoded: @Sendable ([UInt8]) throws(WireError) -> [UInt8]
  /// Generates, encodes, decodes, and compares.
  let survives: @Sendable (inout Generator) throws -> Bool

  var testDescription: String { name }

  init<M: WireMessage>(_ make: @escaping @Sendable (inout Generator) throws -> M) {
    name = "\(M.self)"
    bytes = { random in try make(&random).encoded() }
    reencoded = { (bytes) throws(WireError) in try M(decoding: bytes.span).encoded() }
    survives = { random in
      let message = try make(&random)
      return try M(decoding: message.encoded().span) == message
    }
  }

  static let all: [Self] = [
    Self { try $0.submitRequest() },
    Self { random in
      SubmitResponse(
        decisions: try random.array(upTo: 3) { random in
          Decision(
            cluster: try random.maybe { try $0.cluster() },
            result: try random.any(Decision.Result.self),
            rule: try random.maybe { try $0.any(Rule.self) }, message: random.text(),
            position: random.counter(), version: random.counter(),
            attempt: random.maybe { $0.attemptNumber() },
            revision: random.maybe { $0.revisionNumber() },
            classification: try random.maybe { try $0.classification() }, isDryRun: random.bool(),
            events: try random.array(upTo: 3) { try $0.any(EventType.self).rawValue })
        })
    },
    Self {
      AwaitRequest(
        application: try $0.application(), cluster: try $0.cluster(),
        attempt: $0.maybe { $0.attemptNumber() }, afterVersion: $0.counter())
    },
    Self {
      AwaitUpdate(
        attempt: $0.maybe { $0.attemptNumber() }, version: $0.counter(), phase: $0.word(1...10),
        message: $0.text(), verdict: try $0.maybe { try $0.verdict() },
        revision: $0.maybe { $0.revisionNumber() }, waitsForPerson: $0.bool())
    },
    Self {
      GetRolloutRequest(
        application: try $0.application(), cluster: try $0.cluster(),
        atLeastPosition: $0.counter())
    },
    Self { try $0.rolloutView() },
    Self {
      ListRolloutsRequest(
        application: try $0.maybe { try $0.application() },
        cluster: try $0.maybe { try $0.cluster() }, limit: $0.int(1...1_000),
        after: $0.word(0...30))
    },
    Self {
      ListRolloutsResponse(
        rollouts: try $0.array(upTo: 2) { try $0.rolloutView() }, next: $0.word(0...10),
        position: $0.counter())
    },
    Self {
      EvaluateRollbackRequest(
        application: try $0.application(), cluster: try $0.cluster(),
        target: try $0.maybe { try $0.ref() }, rollbackClass: try $0.any(RollbackClass.self),
        insistsOnAnalysis: $0.bool(), reason: $0.text())
    },
    Self {
      EvaluateRollbackResponse(
        isRefused: $0.bool(), rule: try $0.maybe { try $0.any(Rule.self) }, message: $0.text(),
        classification: try $0.maybe { try $0.classification() },
        explanation: try $0.maybe { try $0.explanation() }, position: $0.counter(),
        version: $0.counter())
    },
    Self {
      ExplainRequest(
        application: try $0.application(), cluster: try $0.cluster(),
        attempt: $0.maybe { $0.attemptNumber() }, refusal: $0.maybe { $0.position() })
    },
    Self {
      ExplainResponse(
        explanation: try $0.explanation(), position: $0.position(),
        attempt: $0.maybe { $0.attemptNumber() }, story: $0.array(upTo: 3) { $0.text() })
    },
    Self {
      ListEventsRequest(
        stream: $0.maybe { $0.word(1...50) }, from: $0.counter(), limit: $0.int(1...1_000))
    },
    Self { random in
      let next = random.counter()
      return ListEventsResponse(
        events: try random.array(upTo: 3) { random in
          let stored = EventCodec.encode(try random.event(try random.any(EventType.self)))
          return EventView(
            position: random.position(), stream: random.line(), version: random.counter(),
            type: stored.type, recordedAt: random.moment(), summary: random.text(),
            payload: stored.payload)
        }, next: next == 0 ? nil : next)
    },
    Self {
      ClaimLeaseRequest(
        cluster: try $0.cluster(), holder: $0.line(), steals: $0.bool(),
        registration: try $0.maybe { try $0.registration() }, idempotencyKey: $0.word(1...40))
    },
    Self { Lease(cluster: try $0.cluster(), epoch: $0.counter(), remaining: $0.length()) },
    Self { RenewLeaseRequest(cluster: try $0.cluster(), holder: $0.line(), epoch: $0.counter()) },
    Self { _ in ReleaseLeaseResponse() },
    Self {
      WatchDirectivesRequest(
        cluster: try $0.cluster(), epoch: $0.counter(),
        seen: try $0.array(upTo: 4) {
          .init(application: try $0.application(), version: $0.counter())
        })
    },
    Self { try $0.directiveUpdate() },
    Self {
      ReportOutcomesRequest(
        cluster: try $0.cluster(), epoch: $0.counter(),
        reports: try $0.array(upTo: 4) { try $0.reported() })
    },
    Self {
      ReportOutcomesResponse(
        results: try $0.array(upTo: 4) {
          .init(
            id: $0.word(1...40), kind: try $0.any(ReportOutcomesResponse.Result.Kind.self),
            message: $0.text())
        }, position: $0.counter())
    },
    Self { _ in ListClustersRequest() },
    Self {
      ListClustersResponse(
        clusters: try $0.array(upTo: 3) {
          .init(
            cluster: try $0.cluster(), registration: try $0.registration(), epoch: $0.counter(),
            holder: $0.word(0...10), leaseRemaining: $0.maybe { $0.length() })
        })
    },
  ]
}
