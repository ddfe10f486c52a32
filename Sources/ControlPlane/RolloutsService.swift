public import Application
internal import Crypto
internal import EventLog
internal import Foundation
public import GRPC
internal import RolloutCore
internal import Synchronization
internal import WindlassWire

/// `windlass.v1.Rollouts`: commands and questions of pipelines, people and dashboards.
public struct RolloutsService: Sendable {
  /// Rollouts that one command may name.
  static let rolloutsPerCommandMax = 1_000

  let decisions: DecisionService
  let historyReads = HistoryReads()

  public init(decisions: DecisionService) { self.decisions = decisions }

  public var methods: [MethodDefinition] {
    [
      decisions.unary(Paths.submit, requestBytesMax: 1 << 20, submit),
      decisions.streaming(Paths.awaitAttempt, requestBytesMax: 16 << 10, awaitAttempt),
      decisions.unary(Paths.getRollout, requestBytesMax: 16 << 10, get),
      decisions.streaming(Paths.watchRollout, requestBytesMax: 16 << 10, watch),
      decisions.unary(Paths.listRollouts, requestBytesMax: 16 << 10, list),
      decisions.unary(Paths.evaluateRollback, requestBytesMax: 16 << 10, evaluate),
      decisions.unary(Paths.explain, requestBytesMax: 16 << 10, explain),
      decisions.streaming(Paths.whatIf, requestBytesMax: 1 << 20, whatIf),
    ]
  }

  // MARK: Commands

  private func submit(_ bytes: Span<UInt8>, _ call: ServerCall) {
    let request: SubmitRequest
    do {
      request = try SubmitRequest(decoding: bytes)
    } catch {
      return call.reply(RPCStatus(error))
    }
    let digest = Array(SHA256.hash(data: Data(request.canonicalDigestInput())))
    let requester = Requester(
      principal: anonymous, claimedActor: request.envelope.claimedActor,
      reason: request.envelope.reason)
    let actions: [(cluster: ClusterName?, action: Submission.Action)]
    switch expand(request) {
    case .success(let expanded): actions = expanded
    case .failure(let status): return call.reply(status)
    }
    let gathering = Gathering(count: actions.count, call: call)
    let isDryRun = request.envelope.isDryRun
    for (index, (cluster, action)) in actions.enumerated() {
      let key = [
        "submit", requester.principal, cluster?.text ?? "", request.envelope.idempotencyKey,
      ].joined(separator: "\u{0}")
      var submission = Submission(
        id: .derived(from: Array(key.utf8)), digest: digest, requester: requester,
        action: action, expectedVersion: request.envelope.expectedVersion, dryRun: isDryRun
      ) { answer in
        gathering.take(answer, cluster, at: index, isDryRun: isDryRun)
      }
      submission.bytes += index == 0 ? bytes.count : 0
      submission.isAbandoned = { call.isCancelled }
      decisions.submit(submission)
    }
  }

  /// One command per rollout, under the cluster list as it is folded now.
  private func expand(
    _ request: SubmitRequest
  ) -> Result<[(cluster: ClusterName?, action: Submission.Action)], RPCStatus> {
    let application = request.application
    switch request.command {
    case .apply, .hold, .release:
      guard request.envelope.expectedVersion == nil else {
        return .failure(
          RPCStatus(
            .invalidArgument,
            "envelope.expected_version: only commands on rollouts can expect a version"))
      }
    case .start, .rollback, .promote, .promoteFull, .pause, .resume, .abort, .retry,
      .requireAnalysis, .escalate, .adopt, .undo, .skipStep, .restart, .verify,
      .waiveVerification:
      break
    }
    switch request.command {
    case .apply(let registration):
      return .success([(nil, .application(application, .register(registration)))])
    case .hold(let reference): return .success([(nil, .hold(application, reference))])
    case .release(let reference): return .success([(nil, .release(application, reference))])
    case .start, .rollback, .promote, .promoteFull, .pause, .resume, .abort, .retry,
      .requireAnalysis, .escalate, .adopt, .undo, .skipStep, .restart, .verify,
      .waiveVerification:
      break
    }
    let selector = request.clusters
    guard !selector.names.isEmpty || !selector.labels.isEmpty else {
      return .failure(
        RPCStatus(.invalidArgument, "clusters: name at least one cluster, or give labels"))
    }
    let (known, selected) = decisions.read { world in
      let candidates = selector.names.isEmpty ? Array(world.clusters.keys) : selector.names
      return (
        world.applications[application] != nil,
        candidates.filter { name in
          world.clusters[name].map { selector.selects(name, labels: $0.labels) } == true
        }.sorted()
      )
    }
    guard known else {
      return .failure(
        RPCStatus(
          .notFound,
          "no application \(application) is registered; register it with `windlass apply`"))
    }
    // A cluster that is named but not registered gets its own refusal, which is recorded.
    let missing = selector.labels.isEmpty ? selector.names.filter { !selected.contains($0) } : []
    let names = selected + missing
    guard !names.isEmpty else {
      return .failure(
        RPCStatus(.notFound, "clusters: no registered cluster matches; see `windlass clusters`"))
    }
    guard names.count <= Self.rolloutsPerCommandMax else {
      return .failure(
        RPCStatus(
          .invalidArgument,
          "clusters: \(names.count) match; the limit is \(Self.rolloutsPerCommandMax)"))
    }
    return .success(
      names.map { cluster in
        (cluster, action(of: request.command, RolloutName(application, on: cluster)))
      })
  }

  private func action(of command: SubmitRequest.Command, _ name: RolloutName) -> Submission.Action {
    switch command {
    case .apply(let registration): .application(name.application, .register(registration))
    case .hold(let reference): .hold(name.application, reference)
    case .release(let reference): .release(name.application, reference)
    case .start(let reference): .start(name, reference)
    case .rollback(let reference, let rollbackClass, let insists):
      .rollback(name, reference, rollbackClass, insistsOnAnalysis: insists)
    case .promote: .rollout(name, .promote)
    case .promoteFull: .rollout(name, .promoteFull)
    case .pause: .rollout(name, .pause)
    case .resume: .rollout(name, .resume)
    case .abort: .rollout(name, .abort)
    case .retry: .rollout(name, .retry)
    case .requireAnalysis: .rollout(name, .requireAnalysis)
    case .escalate: .rollout(name, .escalate)
    case .adopt(let adoption): .rollout(name, .adopt(adoption))
    case .undo: .rollout(name, .undo)
    case .skipStep: .rollout(name, .skipStep)
    case .restart: .rollout(name, .restart)
    case .verify: .rollout(name, .verify)
    case .waiveVerification: .rollout(name, .waiveVerification)
    }
  }

  // MARK: Reads

  private func get(_ bytes: Span<UInt8>, _ call: ServerCall) {
    let request: GetRolloutRequest
    do {
      request = try GetRolloutRequest(decoding: bytes)
    } catch {
      return call.reply(RPCStatus(error))
    }
    let name = RolloutName(request.application, on: request.cluster)
    decisions.whenFolded(request.atLeastPosition, call) { stale in
      if let stale { return call.reply(stale) }
      guard let asOf = request.bounds.asOf else { return call.reply(view(of: name)) }
      historyReads.answer(call) { () async -> Result<RolloutView, RPCStatus> in
        switch await decisions.ground(asOf, { _ in name.streams }) {
        case .success(let ground): Self.view(of: name, in: ground.world, now: ground.now)
        case .failure(let status): .failure(status)
        }
      }
    }
  }

  private func view(of name: RolloutName) -> Result<RolloutView, RPCStatus> {
    let now = decisions.now()
    return decisions.read { world in Self.view(of: name, in: world, now: now) }
  }

  private static func view(
    of name: RolloutName, in world: borrowing World, now: Timestamp
  ) -> Result<RolloutView, RPCStatus> {
    guard world.applications[name.application] != nil else {
      return .failure(RPCStatus(.notFound, "no application \(name.application) is registered"))
    }
    guard let view = world.view(of: name, now: now) else {
      return .failure(RPCStatus(.notFound, "no cluster \(name.cluster) is registered"))
    }
    return .success(view)
  }

  private func watch(_ bytes: Span<UInt8>, _ stream: ServerStream) {
    let request: GetRolloutRequest
    do {
      request = try GetRolloutRequest(decoding: bytes)
    } catch {
      let status = RPCStatus(error)
      return stream.produce { .end(status) }
    }
    guard request.bounds.asOf == nil else {
      let status = RPCStatus(.invalidArgument, "as_of_position: a watch follows the present")
      return stream.produce { .end(status) }
    }
    let name = RolloutName(request.application, on: request.cluster)
    // A watch that goes on elsewhere must not show less than was shown before.
    if decisions.read({ $0.head.next.index }) < request.atLeastPosition {
      Task {
        let stale = await decisions.folded(
          request.atLeastPosition, remaining: stream.remaining
        ) { stream.isCancelled }
        if let stale { return stream.produce { .end(stale) } }
        watch(name, stream)
      }
    } else {
      watch(name, stream)
    }
  }

  private func watch(_ name: RolloutName, _ stream: ServerStream) {
    // Holds what was sent last: a change that does not show (a renewed lease) sends nothing.
    let box = Shared(Mutex<RolloutView?>(nil))
    let subscription = decisions.observers.observe(name) { stream.wake() }
    stream.onCancel { decisions.observers.cancel(subscription) }
    stream.produce {
      if let status = decisions.unreadableStatus {
        decisions.observers.cancel(subscription)
        return .end(status)
      }
      switch view(of: name) {
      case .failure(let status):
        decisions.observers.cancel(subscription)
        return .end(status)
      case .success(let view):
        let isNew = box.value.withLock { last in
          var comparable = view
          comparable.now = last?.now ?? view.now
          comparable.position = last?.position ?? view.position
          guard comparable != last else { return false }
          last = view
          return true
        }
        return isNew ? .message(view.encoded()) : .idle
      }
    }
  }

  private func list(_ bytes: Span<UInt8>, _ call: ServerCall) {
    let request: ListRolloutsRequest
    do {
      request = try ListRolloutsRequest(decoding: bytes)
    } catch {
      return call.reply(RPCStatus(error))
    }
    decisions.whenFolded(request.atLeastPosition, call) { stale in
      if let stale { return call.reply(stale) }
      let (page, next) = page(of: request)
      guard let asOf = request.bounds.asOf else {
        let now = decisions.now()
        let response = decisions.read { world in
          ListRolloutsResponse(
            rollouts: page.compactMap { world.view(of: $0, now: now) }, next: next,
            position: world.head.next.index)
        }
        return call.reply(response.encoded())
      }
      historyReads.answer(call) { await list(page, next, asOf) }
    }
  }

  /// The names of a page, and the cursor of the next one.
  private func page(of request: ListRolloutsRequest) -> (names: [RolloutName], next: String) {
    // Only names are taken under the lock: to sort the texts of a whole fleet would hold up decisions.
    let names = decisions.read { world in
      world.rollouts.keys.filter { name in
        (request.application == nil || name.application == request.application)
          && (request.cluster == nil || name.cluster == request.cluster)
      }
    }
    let rest = names.map { (text: $0.description, name: $0) }
      .filter { request.after.isEmpty || $0.text > request.after }
      .sorted { $0.text < $1.text }
    let page = rest.prefix(max(request.limit, 1))
    return (page.map(\.name), rest.count > page.count ? page.last?.text ?? "" : "")
  }

  /// The rollouts there were then: a page of those there are now, without those that began later.
  private func list(
    _ page: [RolloutName], _ next: String, _ asOf: ReadBounds.AsOf
  ) async -> Result<ListRolloutsResponse, RPCStatus> {
    let ground = await decisions.ground(asOf) { _ in Array(Set(page.flatMap(\.streams))) }
    switch ground {
    case .failure(let status): return .failure(status)
    case .success(let ground):
      let rollouts = page.filter { ground.world.rollouts[$0] != nil }
      return .success(
        ListRolloutsResponse(
          rollouts: rollouts.compactMap { ground.world.view(of: $0, now: ground.now) },
          next: next, position: ground.world.head.next.index))
    }
  }

  private func evaluate(_ bytes: Span<UInt8>, _ call: ServerCall) {
    let request: EvaluateRollbackRequest
    do {
      request = try EvaluateRollbackRequest(decoding: bytes)
    } catch {
      return call.reply(RPCStatus(error))
    }
    let name = RolloutName(request.application, on: request.cluster)
    decisions.whenFolded(request.atLeastPosition, call) { stale in
      if let stale { return call.reply(stale) }
      guard let asOf = request.bounds.asOf else {
        var question = RollbackQuestion(request, name, now: decisions.now())
        decisions.read { world in question.look(world) }
        return call.reply(question.answer(explains: request.explains))
      }
      historyReads.answer(call) { () async -> Result<EvaluateRollbackResponse, RPCStatus> in
        switch await decisions.ground(asOf, { _ in name.streams }) {
        case .success(let ground):
          var question = RollbackQuestion(request, name, now: ground.now)
          question.look(ground.world)
          return question.answer(explains: request.explains)
        case .failure(let status): return .failure(status)
        }
      }
    }
  }
}

/// Collects the answers of one request's commands and replies when all are there.
private final class Gathering: Sendable {
  private struct State {
    var decisions: [Decision?]
    var missing: Int
    var status: RPCStatus?
  }

  private let state: Mutex<State>
  private let call: ServerCall

  init(count: Int, call: ServerCall) {
    state = Mutex(State(decisions: Array(repeating: nil, count: count), missing: count))
    self.call = call
  }

  func take(_ answer: Answer, _ cluster: ClusterName?, at index: Int, isDryRun: Bool) {
    let done = state.withLock { state -> (decisions: [Decision], status: RPCStatus?)? in
      state.decisions[index] = Decision(answer, cluster: cluster, isDryRun: isDryRun)
      // What concerns a single command is the call's own status.
      if state.decisions.count == 1 {
        switch answer.result {
        case .notFound(let detail): state.status = RPCStatus(.notFound, detail)
        case .quarantined(let detail): state.status = RPCStatus(.failedPrecondition, detail)
        case .invalid(let detail): state.status = RPCStatus(.invalidArgument, detail)
        case .allowed, .alreadySatisfied, .refused, .fenced, .conflict, .unknown, .unavailable:
          break
        }
      }
      state.missing -= 1
      return state.missing == 0 ? (state.decisions.compactMap { $0 }, state.status) : nil
    }
    guard let done else { return }
    if let status = done.status {
      call.reply(status)
    } else {
      call.reply(SubmitResponse(decisions: done.decisions).encoded())
    }
  }
}

/// A box for state that a stream's closures share.
final class Shared<Value: ~Copyable>: Sendable where Value: Sendable {
  let value: Value
  init(_ value: consuming Value) { self.value = value }
}

extension ServerCall {
  func reply(_ result: Result<some WireMessage, RPCStatus>) {
    switch result {
    case .success(let message): reply(message.encoded())
    case .failure(let status): reply(status)
    }
  }
}

extension DecisionService {
  /// The status of every call while folded state says nothing.
  var unreadableStatus: RPCStatus? { unreadable.map { RPCStatus(.unavailable, $0) } }

  /// A method that rests on folded state.
  func unary(
    _ path: String, requestBytesMax: Int,
    _ handler: @escaping @Sendable (Span<UInt8>, ServerCall) -> Void
  ) -> MethodDefinition {
    .unary(path, requestBytesMax: requestBytesMax) { bytes, call in
      if let status = self.unreadableStatus { return call.reply(status) }
      handler(bytes, call)
    }
  }

  /// A stream that rests on folded state.
  func streaming(
    _ path: String, requestBytesMax: Int,
    _ handler: @escaping @Sendable (Span<UInt8>, ServerStream) -> Void
  ) -> MethodDefinition {
    .serverStreaming(path, requestBytesMax: requestBytesMax) { bytes, stream in
      if let status = self.unreadableStatus { return stream.produce { .end(status) } }
      handler(bytes, stream)
    }
  }
}
