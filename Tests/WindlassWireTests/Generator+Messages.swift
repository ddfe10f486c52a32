import RolloutCore
import Testing
import WindlassWire

extension Generator {
  mutating func ref() throws -> RevisionRef {
    bool() ? .number(revisionNumber()) : .release(try release())
  }

  mutating func command(_ index: Int) throws -> SubmitRequest.Command {
    switch index % 19 {
    case 0:
      .apply(
        Registration(
          revision: try maybe { try $0.content() }, strategy: try maybe { try $0.strategy() },
          policies: try array(upTo: 2) { try $0.policy() }))
    case 1: .start(try ref())
    case 2:
      .rollback(
        try maybe { try $0.ref() }, bool() ? .regular : .emergency, insistsOnAnalysis: bool())
    case 14: .undo
    case 15: .skipStep
    case 16: .restart
    case 17: .verify
    case 18: .waiveVerification
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
      application: try application(), clusters: try selector(), command: try command(int(0...18)))
  }

  mutating func explanation() throws -> ExplanationView {
    ExplanationView(
      headline: line(), paragraphs: array(upTo: 3) { $0.text() },
      trace: try array(upTo: 3) { random in
        Explanation.TraceLine(
          rule: try random.any(Rule.self), text: random.text(),
          facts: random.array(upTo: 3) { $0.position() })
      },
      counterfactual: maybe { $0.line() }, argoDiffers: maybe { $0.line() },
      argo: try array(upTo: 2) { random in
        ArgoJudgement(
          versions: random.line(), answer: try random.any(ArgoJudgement.Answer.self),
          runsAnalysis: random.bool(), differs: random.bool(),
          why: random.array(upTo: 2) { $0.text() })
      })
  }

  mutating func attemptView() throws -> AttemptView {
    AttemptView(
      number: attemptNumber(), revision: revisionNumber(), classification: try classification(),
      track: try any(Track.self), stepIndex: int(0...100),
      steps: try array(upTo: 3) { try $0.step() },
      runs: try array(upTo: 2) { try $0.runView() },
      pauses: try array(upTo: 3) { try $0.any(PauseReason.self) },
      verdict: try maybe { try $0.verdict() },
      contract: try maybe { try $0.any(AttemptView.Contract.self) },
      violations: try array(upTo: 2) { try $0.object() }, by: requester(), startedAt: moment(),
      endedAt: maybe { $0.moment() }, isAvailable: bool(), isLate: bool(), isBlueGreen: bool(),
      isSwitched: bool())
  }

  mutating func runView() throws -> RunView {
    RunView(
      key: try key(), state: try any(RunView.State.self), object: word(0...20),
      result: try maybe { try $0.result() },
      reading: try maybe { try $0.any(RunReading.self) }, isMissing: bool())
  }

  mutating func rolloutView() throws -> RolloutView {
    let maxWeight = bool() ? 100 : int(1...1_000_000_000)
    return RolloutView(
      application: try application(), cluster: try cluster(), version: counter(),
      position: counter(), stable: maybe { $0.revisionNumber() },
      desired: maybe { $0.revisionNumber() }, phase: word(1...10), message: text(),
      weight: int(0...maxWeight), maxWeight: maxWeight, attempt: try maybe { try $0.attemptView() },
      lastEnded: try maybe { try $0.attemptView() },
      revisions: try array(upTo: 3) { random in
        RevisionView(
          revision: try random.revision(), isStable: random.bool(), isDesired: random.bool(),
          isHeld: random.bool(), wasAttempted: random.bool(), wasStable: random.bool(),
          isImported: random.bool(), local: random.maybe { $0.local() })
      },
      window: try maybe { try $0.window() }, windowSource: bool() ? "manifest" : "",
      registration: try maybe { try $0.registration() }, epoch: counter(), now: moment(),
      argo: maybe { random in
        ArgoStatusView(
          phase: random.line(), message: random.text(),
          conditions: random.array(upTo: 2) {
            .init(type: $0.line(), status: $0.line(), reason: $0.text(), message: $0.text())
          })
      },
      debts: try array(upTo: 2) { random in
        DebtView(
          attempt: random.attemptNumber(), revision: random.revisionNumber(),
          due: random.moment(), owedAt: random.moment(), isOverdue: random.bool(),
          runs: try random.array(upTo: 2) { try $0.runView() })
      },
      watch: try maybe { random in
        WatchView(
          attempt: random.attemptNumber(), revision: random.revisionNumber(),
          previous: random.maybe { $0.revisionNumber() }, until: random.moment(),
          onFailure: try random.any(WatchRule.Reaction.self),
          runs: try random.array(upTo: 2) { try $0.runView() })
      },
      pods: maybe { $0.podCounts() }, podsRevision: maybe { $0.revisionNumber() },
      services: maybe { $0.services() },
      kept: array(upTo: 2) { .init(revision: $0.revisionNumber(), until: $0.moment()) },
      restart: maybe { $0.moment() }, nextDue: maybe { $0.moment() })
  }

  /// A number of the log's events.
  mutating func count() -> UInt64 { counter() >> 1 }

  mutating func bounds() -> ReadBounds {
    switch int(0...2) {
    case 0: ReadBounds(atLeast: count())
    case 1: ReadBounds(atLeast: count(), asOf: .position(max(1, count())))
    default: ReadBounds(asOf: .instant(moment()))
    }
  }

  mutating func subscription() -> String { "s" + word(0...20).filter { $0 != "/" && $0 != "@" } }

  mutating func filter(stream isNeeded: Bool = false) throws -> EventFilter {
    var filter = EventFilter(
      stream: isNeeded || bool() ? word(1...50) : nil,
      kinds: try array(upTo: 3) { random in
        let type = try random.any(EventType.self)
        return random.bool() ? type.rawValue : type.kind
      },
      application: try maybe { try $0.application() }, cluster: try maybe { try $0.cluster() },
      principal: bool() ? "p" + line() : nil, claimedActor: bool() ? "a" + line() : nil,
      rule: try maybe { try $0.any(Rule.self) }, attempt: maybe { $0.attemptNumber() })
    if bool() {
      let since = moment()
      filter.since = since
      if bool() { filter.until = Timestamp(microseconds: since.microseconds + 1) }
    }
    return filter
  }

  mutating func eventView() throws -> EventView {
    let stored = EventCodec.encode(try event(try any(EventType.self)))
    return EventView(
      position: position(), stream: line(), version: counter(), type: stored.type,
      recordedAt: moment(), summary: text(), payload: stored.payload,
      now: maybe { $0.moment() }, commandID: bool() ? [] : Array(repeating: 7, count: 16))
  }

  mutating func decided() throws -> DecidedAnswer {
    let outcome: DecidedAnswer.Outcome =
      switch int(0...3) {
      case 0:
        .attempt(
          try any(Classification.Kind.self), try any(Track.self),
          verdict: try maybe { try $0.any(WindowAnswer.Verdict.self) })
      case 1: .reclassified(try any(Track.self), try any(RollbackClass.self))
      case 2: .refused
      default: .satisfied
      }
    return DecidedAnswer(outcome: outcome, rules: try array(upTo: 3) { try $0.any(Rule.self) })
  }

  mutating func whatIfUpdate() throws -> WhatIfUpdate {
    if bool() {
      return .flip(
        .init(
          position: position(), cluster: try cluster(), attempt: attemptNumber(),
          origin: try any(Classification.Origin.self), before: try decided(),
          after: try decided()))
    }
    return .summary(
      .init(
        position: counter(), rollouts: int(0...1_000), answers: counter(), flips: counter(),
        toFast: counter(), toFull: counter(), toRefused: counter(), byOtherRules: counter(),
        hasMore: bool(),
        unreadable: array(upTo: 2) { $0.line() }))
  }

  mutating func reported() throws -> ReportedOutcome {
    let outcome: ReportedOutcome.Reported =
      switch int(0...8) {
      case 6: .core(.podsObserved(revisionNumber(), podCounts()))
      case 7: .core(.servicesObserved(services()))
      case 8: .core(.restarted(moment()))
      case 0: .core(.revisionObserved(revisionNumber(), local()))
      case 1: .core(.available(revisionNumber()))
      case 2: .core(.weightApplied(revisionNumber(), weight: int(0...1_000), verified: verified()))
      case 3: .core(.runCreated(try object()))
      case 4: .core(.runFinished(try object(), try result()))
      default: .changeObserved(try content(), maybe { $0.local() })
      }
    return ReportedOutcome(
      id: word(1...40), application: try application(), attempt: maybe { $0.attemptNumber() },
      outcome: outcome)
  }

  mutating func work() throws -> Directive.DirectedRun.Work {
    switch int(0...2) {
    case 0: .analysis(plan())
    case 1: .experiment(try experiment())
    default: .plugin(pluginCall())
    }
  }

  mutating func directiveUpdate() throws -> DirectiveUpdate {
    guard int(0...5) > 0 else { return .snapshotComplete(epoch: counter()) }
    let maxWeight = bool() ? 100 : int(1...1_000_000_000)
    let directive = Directive(
      attempt: maybe { $0.attemptNumber() }, enforced: bool(),
      stable: maybe { $0.revisionNumber() }, desired: maybe { $0.revisionNumber() },
      track: try maybe { try $0.any(Track.self) }, weight: int(0...maxWeight),
      maxWeight: maxWeight,
      pods: maybe { .init(desired: $0.int(0...100_000), stable: $0.int(0...100_000)) },
      services: maybe { $0.services() },
      routes: array(upTo: 2) {
        $0.bool() ? .header($0.headerRoute()) : .mirror($0.mirrorRoute())
      },
      kept: array(upTo: 2) { .init(revision: $0.revisionNumber(), until: $0.moment()) },
      restartAt: maybe { $0.moment() }, fullScale: bool(), paused: bool(), aborted: bool(),
      runs: try array(upTo: 2) { .init(key: try $0.key(), work: try $0.work()) },
      forbidden: try maybe { random in
        SkipContract(
          attempt: random.attemptNumber(), revision: random.revisionNumber(),
          podHash: random.maybe { $0.word(1...12) },
          types: try random.array(upTo: 7) { try $0.any(RunType.self) })
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
        application: try $0.application(), cluster: try $0.cluster(), bounds: $0.bounds())
    },
    Self { try $0.rolloutView() },
    Self {
      ListRolloutsRequest(
        application: try $0.maybe { try $0.application() },
        cluster: try $0.maybe { try $0.cluster() }, limit: $0.int(1...1_000),
        after: $0.word(0...30), bounds: $0.bounds())
    },
    Self {
      ListRolloutsResponse(
        rollouts: try $0.array(upTo: 2) { try $0.rolloutView() }, next: $0.word(0...10),
        position: $0.counter())
    },
    Self {
      EvaluateRollbackRequest(
        application: try $0.application(), cluster: try $0.cluster(),
        target: try $0.maybe { try $0.ref() },
        rollbackClass: $0.bool() ? .regular : .emergency,
        insistsOnAnalysis: $0.bool(), reason: $0.text(), explains: $0.bool(),
        bounds: $0.bounds())
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
        attempt: $0.maybe { $0.attemptNumber() }, refusal: $0.maybe { $0.position() },
        bounds: $0.bounds())
    },
    Self {
      ExplainResponse(
        explanation: try $0.explanation(), position: $0.position(),
        attempt: $0.maybe { $0.attemptNumber() }, story: $0.array(upTo: 3) { $0.text() },
        logPosition: $0.counter())
    },
    Self { try $0.filter() },
    Self { random in
      let begin = random.int(0...2)
      return ReadEventsRequest(
        filter: try random.filter(stream: begin == 1), isBackwards: random.bool(),
        from: begin == 0 ? random.count() : 0, fromVersion: begin == 1 ? random.count() : 0,
        limit: random.int(1...1_000), cursor: begin == 2 ? random.word(0...40) : "",
        atLeastPosition: random.count())
    },
    Self {
      ReadEventsResponse(
        events: try $0.array(upTo: 3) { try $0.eventView() }, next: $0.word(0...40),
        position: $0.counter())
    },
    Self { random in
      let from = random.count()
      return ExportEventsRequest(
        filter: try random.filter(), from: from, before: random.bool() ? 0 : from + 1,
        atLeastPosition: random.count())
    },
    Self {
      ExportEventsUpdate(
        events: try $0.array(upTo: 3) { try $0.eventView() }, next: $0.counter(),
        end: $0.counter(), isComplete: $0.bool())
    },
    Self { random in
      var filter = try random.filter()
      filter.until = nil
      let isFromEnd = random.bool()
      return SubscribeRequest(
        name: random.bool() ? "" : random.subscription(), filter: filter,
        from: isFromEnd ? 0 : random.count(), isFromEnd: isFromEnd, consumer: random.line(),
        heartbeatSeconds: random.int(1...60))
    },
    Self {
      SubscribeUpdate(
        epoch: $0.counter(), position: $0.counter(),
        events: try $0.array(upTo: 3) { try $0.eventView() }, logPosition: $0.counter())
    },
    Self {
      AcknowledgeRequest(
        name: $0.subscription(), epoch: $0.bool() ? nil : $0.count() + 1, position: $0.count())
    },
    Self { AcknowledgeResponse(position: $0.counter()) },
    Self { _ in ListSubscriptionsRequest() },
    Self {
      ListSubscriptionsResponse(
        subscriptions: try $0.array(upTo: 3) { random in
          SubscriptionView(
            name: random.subscription(), filter: try random.filter(), position: random.counter(),
            lag: random.counter(), epoch: random.counter(), consumer: random.line(),
            isOpenHere: random.bool(), createdAt: random.moment(), openedAt: random.moment(),
            acknowledgedAt: random.moment())
        }, position: $0.counter())
    },
    Self { DeleteSubscriptionRequest(name: $0.subscription()) },
    Self { _ in DeleteSubscriptionResponse() },
    Self {
      WhatIfRequest(
        application: try $0.application(), cluster: try $0.maybe { try $0.cluster() },
        policies: try $0.array(upTo: 3) { try $0.policy() }, limit: $0.int(1...10_000))
    },
    Self { try $0.whatIfUpdate() },
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
