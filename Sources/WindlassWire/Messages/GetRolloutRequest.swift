internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// `Rollouts.GetRollout` and `Rollouts.WatchRollout`.
public struct GetRolloutRequest: WireMessage {
  public var application: ApplicationName
  public var cluster: ClusterName
  /// Wait, within the deadline, until this many of the log's events are folded.
  public var atLeastPosition: UInt64

  public init(application: ApplicationName, cluster: ClusterName, atLeastPosition: UInt64 = 0) {
    self.application = application
    self.cluster = cluster
    self.atLeastPosition = atLeastPosition
  }
}

extension GetRolloutRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__get_rollout_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__GetRolloutRequest) throws(WireError) {
    unsafe self.init(
      application: try ApplicationName(wire: string(m.application), "application"),
      cluster: try ClusterName(wire: string(m.cluster), "cluster"),
      atLeastPosition: m.at_least_position)
  }

  func packed(in arena: Arena) -> Windlass__V1__GetRolloutRequest {
    unsafe Windlass__V1__GetRolloutRequest(
      base: Self.wireType.base, application: arena.string(application.text),
      cluster: arena.string(cluster.text), at_least_position: atLeastPosition)
  }
}
