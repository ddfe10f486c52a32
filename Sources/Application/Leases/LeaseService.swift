internal import Crypto
public import EventLog
internal import Foundation
public import RolloutCore

/// Who may speak for a cluster. Claims and releases are in the log, where every outcome is checked
/// against them; renewals touch a row that only says whether a claim is still live.
public struct LeaseService: Sendable {
  private let decisions: DecisionService
  private let store: any LeaseStore
  /// How long a claim or renewal lasts.
  public let life: Duration

  public init(decisions: DecisionService, store: any LeaseStore, life: Duration = .seconds(15)) {
    self.decisions = decisions
    self.store = store
    self.life = life
  }

  public struct Lease: Equatable, Sendable {
    public var epoch: UInt64
    /// Counted from the moment the request was sent.
    public var remaining: Duration
  }

  public enum Failure: Error, Equatable, Sendable {
    /// Another agent's claim is live.
    case held(by: String, remaining: Duration)
    /// The epoch is over: stop.
    case fenced
    case conflict
    case unavailable(String)
    case unknown(String)
  }

  public struct Claim: Sendable {
    public var cluster: ClusterName
    public var holder: String
    public var steal: Bool
    public var registration: ClusterRegistration
    public var key: String
    /// SHA-256 of everything that makes two claims the same one.
    public var digest: [UInt8]
    public var requester: Requester

    public init(
      cluster: ClusterName, holder: String, steal: Bool, registration: ClusterRegistration,
      key: String, digest: [UInt8], requester: Requester
    ) {
      self.cluster = cluster
      self.holder = holder
      self.steal = steal
      self.registration = registration
      self.key = key
      self.digest = digest
      self.requester = requester
    }
  }

  public func claim(_ claim: Claim) async throws(Failure) -> Lease {
    try requireWorld()
    let current = decisions.read { world in
      (lease: world.leases[claim.cluster], version: world.version(.lease(claim.cluster)))
    }
    if !claim.steal, let lease = current.lease, !lease.released, lease.holder != claim.holder {
      let remaining = try await remaining(of: lease, claim.cluster)
      if remaining > .zero { throw .held(by: lease.holder, remaining: remaining) }
    }
    let stolen =
      claim.steal && current.lease.map { !$0.released && $0.holder != claim.holder } == true
    let key = "claim\u{0}\(claim.requester.principal)\u{0}\(claim.cluster)\u{0}\(claim.key)"
    let answer = await decisions.submit { completion in
      Submission(
        id: .derived(from: Array(key.utf8)), digest: claim.digest, requester: claim.requester,
        action: .claim(
          claim.cluster, holder: claim.holder, stolen: stolen, claim.registration,
          after: current.version),
        completion: completion)
    }
    switch answer.result {
    case .allowed: break
    case .conflict: throw .conflict
    case .unknown(let detail): throw .unknown(detail)
    case .fenced: throw .fenced
    case .unavailable(let detail), .invalid(let detail), .quarantined(let detail),
      .notFound(let detail):
      throw .unavailable(detail)
    case .refused(let refusal): throw .unavailable(refusal.message)
    case .alreadySatisfied: throw .unavailable("the claim wrote nothing")
    }
    return try await renew(claim.cluster, holder: claim.holder, epoch: answer.version)
  }

  public func renew(
    _ cluster: ClusterName, holder: String, epoch: UInt64
  ) async throws(Failure) -> Lease {
    try requireWorld()
    guard isCurrent(cluster, holder: holder, epoch: epoch) else { throw .fenced }
    do {
      let name = StreamAddress.lease(cluster).stream.text
      switch try await store.renewLease(name, epoch: epoch, holder: holder, ttl: life) {
      case .renewed: return Lease(epoch: epoch, remaining: life)
      case .superseded: throw Failure.fenced
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      throw .unavailable("\(error)")
    }
  }

  public func release(
    _ cluster: ClusterName, holder: String, epoch: UInt64, requester: Requester
  ) async throws(Failure) {
    try requireWorld()
    let key = "release\u{0}\(cluster)\u{0}\(epoch)\u{0}\(holder)"
    let answer = await decisions.submit { completion in
      Submission(
        id: .derived(from: Array(key.utf8)), digest: Array(SHA256.hash(data: Data(key.utf8))),
        requester: requester, action: .releaseLease(cluster, holder: holder, epoch: epoch),
        completion: completion)
    }
    switch answer.result {
    case .allowed, .alreadySatisfied: break
    case .unknown(let detail): throw .unknown(detail)
    case .unavailable(let detail): throw .unavailable(detail)
    default: throw .fenced
    }
    do {
      try await store.endLease(
        StreamAddress.lease(cluster).stream.text, epoch: epoch, holder: holder)
    } catch {
      // The release is in the log, which is what counts; the row runs out by itself.
      return
    }
  }

  /// Nobody is fenced on the strength of a log that is not folded yet.
  private func requireWorld() throws(Failure) {
    if let why = decisions.unreadable { throw .unavailable(why) }
  }

  /// Whether this epoch may speak for the cluster as far as the folded log says.
  public func isCurrent(_ cluster: ClusterName, holder: String? = nil, epoch: UInt64) -> Bool {
    decisions.read { world in
      guard let lease = world.leases[cluster], lease.epoch == epoch, !lease.released else {
        return false
      }
      return holder == nil || holder == lease.holder
    }
  }

  /// How long a claim is still live: by its row, and while the row is not written yet, by its event.
  private func remaining(
    of lease: World.Lease, _ cluster: ClusterName
  ) async throws(Failure) -> Duration {
    let age = decisions.now().since(lease.claimedAt).microseconds
    let byEvent = life - .microseconds(max(age, 0))
    do {
      guard let reading = try await store.lease(StreamAddress.lease(cluster).stream.text),
        reading.epoch == lease.epoch
      else { return max(byEvent, .zero) }
      return max(reading.remaining, .zero)
    } catch {
      throw .unavailable("\(error)")
    }
  }

  /// The lease's row, for people.
  public func reading(_ cluster: ClusterName) async throws -> LeaseReading? {
    try await store.lease(StreamAddress.lease(cluster).stream.text)
  }
}
