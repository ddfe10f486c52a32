internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// `Clusters.ListClusters`
public struct ListClustersRequest: WireMessage {
  public init() {}
}

public struct ListClustersResponse: WireMessage {
  public var clusters: [Entry]

  public init(clusters: [Entry]) { self.clusters = clusters }

  public struct Entry: Equatable, Sendable {
    public var cluster: ClusterName
    public var registration: ClusterRegistration
    /// Of its latest lease; 0: never claimed.
    public var epoch: UInt64
    /// Who holds or last held it; empty: nobody ever.
    public var holder: String
    /// `nil`: no live lease.
    public var leaseRemaining: Interval?

    public init(
      cluster: ClusterName, registration: ClusterRegistration, epoch: UInt64 = 0,
      holder: String = "", leaseRemaining: Interval? = nil
    ) {
      self.cluster = cluster
      self.registration = registration
      self.epoch = epoch
      self.holder = holder
      self.leaseRemaining = leaseRemaining
    }
  }
}

extension ListClustersRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__list_clusters_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__ListClustersRequest) throws(WireError) {
    self.init()
  }

  func packed(in arena: Arena) -> Windlass__V1__ListClustersRequest {
    unsafe Windlass__V1__ListClustersRequest(base: Self.wireType.base)
  }
}

extension ListClustersResponse: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__list_clusters_response__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__ListClustersResponse) throws(WireError) {
    unsafe self.init(clusters: try Entry.list(m.n_clusters, m.clusters, "clusters"))
  }

  func packed(in arena: Arena) -> Windlass__V1__ListClustersResponse {
    unsafe Windlass__V1__ListClustersResponse(
      base: Self.wireType.base, n_clusters: clusters.count, clusters: arena.list(clusters))
  }
}

extension ListClustersResponse.Entry: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__list_clusters_response__entry__init)

  init(wire m: Windlass__V1__ListClustersResponse__Entry) throws(WireError) {
    unsafe self.init(
      cluster: try ClusterName(wire: string(m.cluster), "cluster"),
      registration: try ClusterRegistration.required(m.registration, "registration"),
      epoch: m.epoch, holder: string(m.holder),
      leaseRemaining: try optionalLength(
        m.lease_remaining_microseconds, "lease_remaining_microseconds"))
  }

  func packed(in arena: Arena) -> Windlass__V1__ListClustersResponse__Entry {
    unsafe Windlass__V1__ListClustersResponse__Entry(
      base: Self.wireType.base, cluster: arena.string(cluster.text),
      registration: arena.pointer(registration), epoch: epoch, holder: arena.string(holder),
      lease_remaining_microseconds: leaseRemaining?.microseconds ?? 0)
  }
}
