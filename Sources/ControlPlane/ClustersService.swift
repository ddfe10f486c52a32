public import Application
internal import Crypto
internal import EventLog
internal import Foundation
public import GRPC
internal import RolloutCore
internal import Synchronization
internal import WindlassWire

/// `windlass.v1.Clusters`: what the agent in each cluster calls.
public struct ClustersService: Sendable {
  let decisions: DecisionService
  let leases: LeaseService

  public init(decisions: DecisionService, leases: LeaseService) {
    self.decisions = decisions
    self.leases = leases
  }

  public var methods: [MethodDefinition] {
    [
      decisions.unary(Paths.claimLease, requestBytesMax: 16 << 10, claim),
      decisions.unary(Paths.renewLease, requestBytesMax: 16 << 10, renew),
      decisions.unary(Paths.releaseLease, requestBytesMax: 16 << 10, release),
      decisions.streaming(Paths.watchDirectives, requestBytesMax: 256 << 10, watch),
      decisions.unary(Paths.reportOutcomes, requestBytesMax: 256 << 10, report),
      decisions.unary(Paths.listClusters, requestBytesMax: 16 << 10, list),
    ]
  }

  // MARK: Leases

  private func claim(_ bytes: Span<UInt8>, _ call: ServerCall) {
    let request: ClaimLeaseRequest
    do {
      request = try ClaimLeaseRequest(decoding: bytes)
    } catch {
      return call.reply(RPCStatus(error))
    }
    guard let registration = request.registration else {
      return call.reply(RPCStatus(.invalidArgument, "registration: mode and labels are required"))
    }
    // The lease's row takes no other, and a claim is in the log before its row is written.
    guard request.holder.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      return call.reply(
        RPCStatus(
          .invalidArgument,
          "holder: must be 1 to 128 printable ASCII characters without a space"))
    }
    var canonical = request
    canonical.idempotencyKey = ""
    let digest = Array(SHA256.hash(data: Data(canonical.encoded())))
    Task {
      do throws(LeaseService.Failure) {
        let lease = try await leases.claim(
          LeaseService.Claim(
            cluster: request.cluster, holder: request.holder, steal: request.steals,
            registration: registration, key: request.idempotencyKey, digest: digest,
            requester: Requester(principal: anonymous, claimedActor: request.holder)))
        call.reply(Lease(request.cluster, lease).encoded())
      } catch {
        call.reply(RPCStatus(error, request.cluster))
      }
    }
  }

  private func renew(_ bytes: Span<UInt8>, _ call: ServerCall) {
    let request: RenewLeaseRequest
    do {
      request = try RenewLeaseRequest(decoding: bytes)
    } catch {
      return call.reply(RPCStatus(error))
    }
    Task {
      do throws(LeaseService.Failure) {
        let lease = try await leases.renew(
          request.cluster, holder: request.holder, epoch: request.epoch)
        call.reply(Lease(request.cluster, lease).encoded())
      } catch {
        call.reply(RPCStatus(error, request.cluster))
      }
    }
  }

  private func release(_ bytes: Span<UInt8>, _ call: ServerCall) {
    let request: RenewLeaseRequest
    do {
      request = try RenewLeaseRequest(decoding: bytes)
    } catch {
      return call.reply(RPCStatus(error))
    }
    Task {
      do throws(LeaseService.Failure) {
        try await leases.release(
          request.cluster, holder: request.holder, epoch: request.epoch,
          requester: Requester(principal: anonymous, claimedActor: request.holder))
        call.reply(ReleaseLeaseResponse().encoded())
      } catch {
        call.reply(RPCStatus(error, request.cluster))
      }
    }
  }

  // MARK: Directives

  /// What a watching agent has been sent, and what changed since.
  private struct Watch {
    var sent: [ApplicationName: UInt64]
    var changed: Set<ApplicationName>
    var snapshotTold = false
  }

  private func watch(_ bytes: Span<UInt8>, _ stream: ServerStream) {
    let request: WatchDirectivesRequest
    do {
      request = try WatchDirectivesRequest(decoding: bytes)
    } catch {
      let status = RPCStatus(error)
      return stream.produce { .end(status) }
    }
    let cluster = request.cluster
    guard leases.isCurrent(cluster, epoch: request.epoch) else {
      return stream.produce { .end(RPCStatus.fenced(cluster)) }
    }
    var sent: [ApplicationName: UInt64] = [:]
    for seen in request.seen { sent[seen.application] = seen.version }
    let state = Shared(Mutex(Watch(sent: sent, changed: [])))
    let subscription = decisions.observers.observe(cluster) { address in
      if case .rollout(let name) = address {
        state.value.withLock { _ = $0.changed.insert(name.application) }
      } else if case .cluster = address {
        // Mode or labels changed: every directive may read differently.
        let all = applications(on: cluster)
        state.value.withLock { watch in
          watch.changed.formUnion(all)
          for application in all { watch.sent[application] = nil }
        }
      }
      stream.wake()
    }
    let first = applications(on: cluster)
    state.value.withLock { $0.changed.formUnion(first) }
    stream.onCancel { decisions.observers.cancel(subscription) }
    stream.produce {
      // What this replica sent was of a log that is not: the agent has to begin anew.
      if let status = decisions.unreadableStatus {
        decisions.observers.cancel(subscription)
        return .end(status)
      }
      guard leases.isCurrent(cluster, epoch: request.epoch) else {
        decisions.observers.cancel(subscription)
        return .end(RPCStatus.fenced(cluster))
      }
      while let application = state.value.withLock({ $0.changed.popFirst() }) {
        let name = RolloutName(application, on: cluster)
        guard let item = directive(of: name, epoch: request.epoch) else { continue }
        let isNew = state.value.withLock { watch in
          guard watch.sent[application].map({ $0 < item.version }) != false else { return false }
          watch.sent[application] = item.version
          return true
        }
        if isNew { return .message(DirectiveUpdate.directive(item).encoded()) }
      }
      let tell = state.value.withLock { watch in
        let tell = !watch.snapshotTold
        watch.snapshotTold = true
        return tell
      }
      return tell
        ? .message(DirectiveUpdate.snapshotComplete(epoch: request.epoch).encoded()) : .idle
    }
  }

  private func applications(on cluster: ClusterName) -> [ApplicationName] {
    decisions.read { world in
      world.rollouts.keys.filter { $0.cluster == cluster }.map(\.application).sorted()
    }
  }

  private func directive(of name: RolloutName, epoch: UInt64) -> DirectiveUpdate.Item? {
    decisions.read { world in
      guard let context = world.context(of: name), let state = world.rollouts[name],
        world.quarantined[.rollout(name)] == nil,
        world.quarantined[.application(name.application)] == nil
      else { return nil }
      let directive = RolloutDecider.directive(state, in: context)
      return DirectiveUpdate.Item(
        application: name.application, version: world.version(.rollout(name)), epoch: epoch,
        directive: directive,
        desiredRevision: directive.desired.flatMap { context.application.revision($0)?.revision })
    }
  }

  // MARK: Outcomes

  private func report(_ bytes: Span<UInt8>, _ call: ServerCall) {
    let request: ReportBatch
    do {
      request = try ReportBatch(decoding: bytes)
    } catch {
      return call.reply(RPCStatus(error))
    }
    guard !request.items.isEmpty else {
      return call.reply(ReportOutcomesResponse(results: [], position: 0).encoded())
    }
    let gathering = ReportGathering(ids: request.items.map(\.id), call: call, decisions)
    let requester = Requester(
      principal: anonymous, claimedActor: "agent of \(request.cluster)")
    for (index, item) in request.items.enumerated() {
      let report: ReportedOutcome
      switch item {
      case .report(let legal): report = legal
      case .illegal(_, let error):
        // Sent again it would be refused again: the agent lets go of it.
        gathering.refuse(error.description, at: index)
        continue
      }
      // The epoch is no part of what is reported: the same outcome sent again by the next holder
      // of the lease is a repeat.
      let canonical = ReportOutcomesRequest(cluster: request.cluster, epoch: 0, reports: [report])
      let key = ["outcome", anonymous, request.cluster.text, report.id].joined(separator: "\u{0}")
      let encoded = canonical.encoded()
      var submission = Submission(
        id: .derived(from: Array(key.utf8)), digest: Array(SHA256.hash(data: Data(encoded))),
        requester: requester, action: .report(request.cluster, epoch: request.epoch, report)
      ) { answer in gathering.take(answer, at: index) }
      submission.bytes += encoded.count
      decisions.submit(submission)
    }
  }

  private func list(_ bytes: Span<UInt8>, _ call: ServerCall) {
    do {
      _ = try ListClustersRequest(decoding: bytes)
    } catch {
      return call.reply(RPCStatus(error))
    }
    Task {
      let clusters = decisions.read { world in
        world.clusters.sorted { $0.key < $1.key }.map { name, registration in
          ListClustersResponse.Entry(
            cluster: name, registration: registration,
            epoch: world.leases[name]?.released == false ? world.leases[name]?.epoch ?? 0 : 0,
            holder: world.leases[name]?.released == false ? world.leases[name]?.holder ?? "" : "")
        }
      }
      var entries: [ListClustersResponse.Entry] = []
      for var entry in clusters {
        do {
          if let reading = try await leases.reading(entry.cluster), reading.epoch == entry.epoch,
            reading.remaining > .zero
          {
            entry.leaseRemaining = Interval(reading.remaining)
          }
        } catch {
          // The list is worth more than the lease's remaining time.
        }
        entries.append(entry)
      }
      call.reply(ListClustersResponse(clusters: entries).encoded())
    }
  }
}

/// Collects what became of each outcome of one request.
private final class ReportGathering: Sendable {
  private struct State {
    var results: [ReportOutcomesResponse.Result]
    var missing: Int
  }

  private let state: Mutex<State>
  private let call: ServerCall
  private let decisions: DecisionService

  init(ids: [String], call: ServerCall, _ decisions: DecisionService) {
    state = Mutex(
      State(
        results: ids.map { ReportOutcomesResponse.Result(id: $0, kind: .retry) },
        missing: ids.count))
    self.call = call
    self.decisions = decisions
  }

  func take(_ answer: Answer, at index: Int) {
    switch answer.result {
    case .allowed: settle(.recorded, "", at: index)
    case .alreadySatisfied: settle(.ignored, "late, repeated or not awaited", at: index)
    case .refused(let refusal): refuse(refusal.message, at: index)
    case .conflict: refuse("this id was used for another outcome", at: index)
    case .fenced: settle(.fenced, "the epoch is over", at: index)
    case .notFound(let detail), .invalid(let detail): refuse(detail, at: index)
    // Evidence is kept by the agent until the stream is repaired.
    case .unknown(let detail), .unavailable(let detail), .quarantined(let detail):
      settle(.retry, detail, at: index)
    }
  }

  /// It never will be recorded.
  func refuse(_ message: String, at index: Int) { settle(.refused, message, at: index) }

  private func settle(
    _ kind: ReportOutcomesResponse.Result.Kind, _ message: String, at index: Int
  ) {
    let done = state.withLock { state -> [ReportOutcomesResponse.Result]? in
      (state.results[index].kind, state.results[index].message) = (kind, message)
      state.missing -= 1
      return state.missing == 0 ? state.results : nil
    }
    guard let done else { return }
    let position = decisions.read { $0.head.next.index }
    call.reply(ReportOutcomesResponse(results: done, position: position).encoded())
  }
}

extension RPCStatus {
  static let fencedMessage = "the epoch is over: another agent claimed the lease"

  init(_ failure: LeaseService.Failure, _ cluster: ClusterName) {
    self =
      switch failure {
      case .held(let holder, let remaining):
        Self(
          .failedPrecondition,
          "cluster \(cluster) is held by \(holder) for another "
            + "\(remaining.components.seconds) s; wait, or claim with steal")
      case .fenced: .fenced(cluster)
      case .conflict:
        Self(.alreadyExists, "idempotency_key: was used for another claim; use a new one")
      case .unavailable(let detail): Self(.unavailable, detail)
      case .unknown(let detail):
        Self(.unknown, "\(detail); the claim may be recorded: repeat it with the same key")
      }
  }

  static func fenced(_ cluster: ClusterName) -> Self {
    Self(.aborted, "\(cluster): \(fencedMessage)")
  }
}

extension Lease {
  init(_ cluster: ClusterName, _ lease: LeaseService.Lease) {
    self.init(cluster: cluster, epoch: lease.epoch, remaining: Interval(lease.remaining))
  }
}

extension Interval {
  init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let whole = Interval.seconds(seconds)
    let (sum, overflow) = whole.microseconds.addingReportingOverflow(
      attoseconds / 1_000_000_000_000)
    self.init(microseconds: overflow ? whole.microseconds : sum)
  }
}
