import Application
import EventLog
import GRPC
import RolloutCore
import Synchronization
import WindlassWire

// What is asked of the log itself: verdicts, explanations and events of the past. These wait for
// the database, so they run in a task of their own, off the connection's event loop.
extension RolloutsService {
  /// Lines told of what happened after a decision.
  static let storyLinesMax = 1_000

  func awaitAttempt(_ bytes: Span<UInt8>, _ stream: ServerStream) {
    let request: AwaitRequest
    do {
      request = try AwaitRequest(decoding: bytes)
    } catch {
      let status = RPCStatus(error)
      return stream.produce { .end(status) }
    }
    let name = RolloutName(request.application, on: request.cluster)
    let progress = Shared(
      Mutex(Progress(wanted: request.attempt, after: request.afterVersion)))
    let subscription = decisions.observers.observe(name) { stream.wake() }
    stream.onCancel { decisions.observers.cancel(subscription) }
    stream.produce {
      if let status = decisions.unreadableStatus {
        decisions.observers.cancel(subscription)
        return .end(status)
      }
      let step = progress.value.withLock { progress in next(&progress, name) }
      switch step {
      case .send(let update): return .message(update.encoded())
      case .idle: return .idle
      case .end(let status):
        decisions.observers.cancel(subscription)
        return .end(status)
      case .lookUp(let attempt):
        Task {
          let found = await verdict(of: attempt, name)
          progress.value.withLock { $0.lookedUp = found }
          stream.wake()
        }
        return .idle
      }
    }
  }

  /// Where one waiter is.
  struct Progress {
    var wanted: AttemptNumber?
    var after: UInt64
    var sentVerdict = false
    var lookingUp = false
    var lookedUp: Result<AwaitUpdate, RPCStatus>?

    init(wanted: AttemptNumber?, after: UInt64) {
      self.wanted = wanted
      self.after = after
    }
  }

  enum AwaitStep {
    case send(AwaitUpdate)
    case idle
    case lookUp(AttemptNumber)
    case end(RPCStatus)
  }

  private func next(_ progress: inout Progress, _ name: RolloutName) -> AwaitStep {
    if progress.sentVerdict { return .end(.ok) }
    if let found = progress.lookedUp {
      progress.sentVerdict = true
      switch found {
      case .success(let update): return .send(update)
      case .failure(let status): return .end(status)
      }
    }
    if progress.lookingUp { return .idle }
    let (state, version) = decisions.read { world in
      (world.rollouts[name] ?? RolloutState(), world.version(.rollout(name)))
    }
    guard state.attempts > 0 else {
      return .end(RPCStatus(.notFound, "no attempt was ever made of \(name)"))
    }
    let wanted = progress.wanted ?? AttemptNumber(state.attempts)
    progress.wanted = wanted
    guard wanted.value >= 1, wanted.value <= state.attempts else {
      return .end(
        RPCStatus(.notFound, "\(name) has no attempt \(wanted); the last is \(state.attempts)"))
    }
    if let attempt = state.attempt, attempt.number == wanted {
      guard version > progress.after else { return .idle }
      progress.after = version
      return .send(
        AwaitUpdate(
          attempt: wanted, version: version, phase: state.phase.rawValue,
          message: state.phaseMessage, revision: attempt.revision,
          waitsForPerson: attempt.waitsForPerson(
            in: decisions.read { $0.applications[name.application] })))
    }
    if let ended = state.lastEnded, ended.number == wanted {
      progress.sentVerdict = true
      return .send(
        AwaitUpdate(
          attempt: wanted, version: version, phase: state.phase.rawValue,
          message: "attempt \(wanted) \(EventSummary.word(ended.verdict))",
          verdict: ended.verdict, revision: ended.revision))
    }
    progress.lookingUp = true
    return .lookUp(wanted)
  }

  /// The verdict of an attempt that memory has let go of.
  private func verdict(
    of attempt: AttemptNumber, _ name: RolloutName
  ) async -> Result<AwaitUpdate, RPCStatus> {
    do {
      var revision: RevisionNumber?
      var update: AwaitUpdate?
      try await readStream(of: name) { event in
        if case .rollout(.attemptClassified(let classified)) = event.event,
          classified.attempt == attempt
        {
          revision = classified.revision
        }
        guard case .rollout(.attemptEnded(let ended)) = event.event, ended.attempt == attempt
        else { return true }
        update = AwaitUpdate(
          attempt: attempt, version: event.version, phase: "",
          message: "attempt \(attempt) \(EventSummary.word(ended.verdict))",
          verdict: ended.verdict, revision: revision)
        return false
      }
      guard let update else {
        return .failure(RPCStatus(.notFound, "attempt \(attempt) of \(name) has no verdict"))
      }
      return .success(update)
    } catch {
      return .failure(RPCStatus(.unavailable, "the log cannot be read now: \(error)"))
    }
  }

  struct StreamEvent {
    var position: UInt64
    var version: UInt64
    /// `nil` for one that cannot be read.
    var event: LogEvent?
  }

  /// Reads a rollout's stream from its first event, page by page, until `take` says `false`.
  private func readStream(
    of name: RolloutName, _ take: (StreamEvent) -> Bool
  ) async throws {
    var from = StreamVersion(1)
    let address = StreamAddress.rollout(name).stream
    while true {
      let page = try await decisions.history.readStream(address, from: from, limit: 1_000)
      for event in page {
        let decoded: LogEvent?
        do {
          decoded = try EventCodec.decode(type: event.type, payload: event.payload)
        } catch {
          decoded = nil
        }
        let read = StreamEvent(
          position: event.position.index, version: event.version.index, event: decoded)
        guard take(read) else { return }
      }
      guard page.count == 1_000, let last = page.last else { return }
      from = StreamVersion(last.version.index + 1)
    }
  }

  func explain(_ bytes: Span<UInt8>, _ call: ServerCall) {
    let request: ExplainRequest
    do {
      request = try ExplainRequest(decoding: bytes)
    } catch {
      return call.reply(RPCStatus(error))
    }
    decisions.whenFolded(request.atLeastPosition, call) { stale in
      if let stale { return call.reply(stale) }
      historyReads.answer(call) { await explain(request) }
    }
  }

  private func explain(_ request: ExplainRequest) async -> Result<ExplainResponse, RPCStatus> {
    let application: ApplicationState?
    let end: GlobalPosition
    if let asOf = request.bounds.asOf {
      switch await decisions.ground(asOf, { _ in [.application(request.application)] }) {
      case .success(let ground):
        application = ground.world.applications[request.application]
        end = ground.world.head.next
      case .failure(let status): return .failure(status)
      }
    } else {
      (application, end) = decisions.read { world in
        (world.applications[request.application], world.head.next)
      }
    }
    guard let application else {
      return .failure(RPCStatus(.notFound, "no application \(request.application) is registered"))
    }
    do {
      if let refusal = request.refusal { return try await explain(refusal, request, before: end) }
      guard let cluster = request.cluster else {
        return .failure(RPCStatus(.invalidArgument, "cluster: name the cluster of the attempt"))
      }
      let name = RolloutName(request.application, on: cluster)
      var found: (AttemptClassified, UInt64, RolloutState)?
      var state = RolloutState()
      var story: [String] = []
      var after: [RolloutEvent] = []
      try await readStream(of: name) { event in
        guard event.position < end.index else { return false }
        guard case .rollout(let decoded)? = event.event else { return true }
        RolloutDecider.evolve(&state, decoded, at: LogPosition(event.position))
        if case .attemptClassified(let classified) = decoded,
          request.attempt == nil || classified.attempt == request.attempt
        {
          found = (classified, event.position, state)
          story = []
          after = []
        }
        if let found, decoded.attempt == found.0.attempt, story.count < Self.storyLinesMax {
          after.append(decoded)
          story.append(
            "\(decoded.now.utcText)  \(EventSummary.line(.rollout(decoded)))  [\(event.position)]")
        }
        return true
      }
      guard let (classified, position, then) = found else {
        let which = request.attempt.map { "attempt \($0)" } ?? "attempt"
        return .failure(RPCStatus(.notFound, "\(name) has no \(which)"))
      }
      var explanation = Explainer.explain(
        classified, on: cluster, of: request.application, application: application,
        rollout: then)
      explanation.paragraphs += Explainer.aftermath(of: classified.attempt, after)
      return .success(
        ExplainResponse(
          explanation: ExplanationView(explanation), position: LogPosition(position),
          attempt: classified.attempt, story: story, logPosition: end.index))
    } catch {
      return .failure(RPCStatus(.unavailable, "the log cannot be read now: \(error)"))
    }
  }

  private func explain(
    _ position: LogPosition, _ request: ExplainRequest, before end: GlobalPosition
  ) async throws -> Result<ExplainResponse, RPCStatus> {
    let events = try await decisions.history.read(
      from: GlobalPosition(position.index), limit: 1)
    guard let event = events.first, event.position < end,
      case .refusals(request.application)? = StreamAddress(event.stream),
      case .refusal(let refusal) = try EventCodec.decode(type: event.type, payload: event.payload)
    else {
      return .failure(
        RPCStatus(.notFound, "position \(position) holds no refusal of \(request.application)"))
    }
    return .success(
      ExplainResponse(
        explanation: ExplanationView(
          Explainer.explain(refusal, of: request.application)),
        position: position, logPosition: end.index))
  }
}

extension Attempt {
  /// Whether only a person can move it on.
  func waitsForPerson(in application: ApplicationState?) -> Bool {
    if isHalted { return true }
    guard let strategy = application?.strategy(strategy) else { return false }
    switch strategy.kind {
    case .canary(let canary):
      guard pauses[.step] != nil, canary.steps.indices.contains(stepIndex),
        case .pause(nil) = canary.steps[stepIndex]
      else { return false }
      return true
    case .blueGreen(let blueGreen):
      return pauses[.blueGreen] != nil
        && !(blueGreen.autoPromotion && blueGreen.autoPromotionDelay != nil)
    }
  }
}
