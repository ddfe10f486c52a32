internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// `Clusters.ClaimLease`: asks for the right to speak for a cluster.
public struct ClaimLeaseRequest: WireMessage {
  public var cluster: ClusterName
  /// Name of the agent process, 1...128 bytes.
  public var holder: String
  /// Take the lease even while another agent's is live.
  public var steals: Bool
  /// What the cluster is; `nil`: as registered before.
  public var registration: ClusterRegistration?
  /// 1 to 200 printable ASCII characters.
  public var idempotencyKey: String

  public init(
    cluster: ClusterName, holder: String, steals: Bool = false,
    registration: ClusterRegistration? = nil, idempotencyKey: String
  ) {
    self.cluster = cluster
    self.holder = holder
    self.steals = steals
    self.registration = registration
    self.idempotencyKey = idempotencyKey
  }
}

/// A live lease.
public struct Lease: WireMessage {
  public var cluster: ClusterName
  public var epoch: UInt64
  /// From the moment the request was sent.
  public var remaining: Interval

  public init(cluster: ClusterName, epoch: UInt64, remaining: Interval) {
    self.cluster = cluster
    self.epoch = epoch
    self.remaining = remaining
  }
}

/// `Clusters.RenewLease` and `Clusters.ReleaseLease`.
public struct RenewLeaseRequest: WireMessage {
  public var cluster: ClusterName
  /// Name of the agent process, 1...128 bytes.
  public var holder: String
  public var epoch: UInt64

  public init(cluster: ClusterName, holder: String, epoch: UInt64) {
    self.cluster = cluster
    self.holder = holder
    self.epoch = epoch
  }
}

public struct ReleaseLeaseResponse: WireMessage {
  public init() {}
}

extension ClaimLeaseRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__claim_lease_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__ClaimLeaseRequest) throws(WireError) {
    unsafe self.init(
      cluster: try ClusterName(wire: string(m.cluster), "cluster"), holder: string(m.holder),
      steals: m.steal != 0,
      registration: try ClusterRegistration.optional(m.registration, "registration"),
      idempotencyKey: string(m.idempotency_key))
  }

  func packed(in arena: Arena) -> Windlass__V1__ClaimLeaseRequest {
    unsafe Windlass__V1__ClaimLeaseRequest(
      base: Self.wireType.base, cluster: arena.string(cluster.text), holder: arena.string(holder),
      steal: flag(steals), registration: arena.pointer(registration),
      idempotency_key: arena.string(idempotencyKey))
  }
}

extension Lease: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__lease__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__Lease) throws(WireError) {
    unsafe self.init(
      cluster: try ClusterName(wire: string(m.cluster), "cluster"), epoch: m.epoch,
      remaining: try length(m.remaining_microseconds, "remaining_microseconds"))
  }

  func packed(in arena: Arena) -> Windlass__V1__Lease {
    unsafe Windlass__V1__Lease(
      base: Self.wireType.base, cluster: arena.string(cluster.text), epoch: epoch,
      remaining_microseconds: remaining.microseconds)
  }
}

extension RenewLeaseRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__renew_lease_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__RenewLeaseRequest) throws(WireError) {
    unsafe self.init(
      cluster: try ClusterName(wire: string(m.cluster), "cluster"), holder: string(m.holder),
      epoch: m.epoch)
  }

  func packed(in arena: Arena) -> Windlass__V1__RenewLeaseRequest {
    unsafe Windlass__V1__RenewLeaseRequest(
      base: Self.wireType.base, cluster: arena.string(cluster.text), holder: arena.string(holder),
      epoch: epoch)
  }
}

extension ReleaseLeaseResponse: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__release_lease_response__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__ReleaseLeaseResponse) throws(WireError) {
    self.init()
  }

  func packed(in arena: Arena) -> Windlass__V1__ReleaseLeaseResponse {
    unsafe Windlass__V1__ReleaseLeaseResponse(base: Self.wireType.base)
  }
}
