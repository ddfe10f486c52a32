internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// `Rollouts.GetRollout` and `Rollouts.WatchRollout`.
public struct GetRolloutRequest: BoundedRequest {
  public var application: ApplicationName
  public var cluster: ClusterName
  /// A watch follows the present: it has no ``ReadBounds/asOf``.
  public var bounds: ReadBounds

  public var atLeastPosition: UInt64 {
    get { bounds.atLeast }
    set { bounds.atLeast = newValue }
  }

  public init(
    application: ApplicationName, cluster: ClusterName, bounds: ReadBounds = ReadBounds()
  ) {
    self.application = application
    self.cluster = cluster
    self.bounds = bounds
  }
}

extension GetRolloutRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__get_rollout_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__GetRolloutRequest) throws(WireError) {
    unsafe self.init(
      application: try ApplicationName(wire: string(m.application), "application"),
      cluster: try ClusterName(wire: string(m.cluster), "cluster"),
      bounds: try ReadBounds(
        wire: m.at_least_position, asOfPosition: m.as_of_position,
        asOfMicroseconds: m.as_of_microseconds))
  }

  func packed(in arena: Arena) -> Windlass__V1__GetRolloutRequest {
    unsafe Windlass__V1__GetRolloutRequest(
      base: Self.wireType.base, application: arena.string(application.text),
      cluster: arena.string(cluster.text), at_least_position: bounds.atLeast,
      as_of_position: bounds.asOfPosition, as_of_microseconds: bounds.asOfMicroseconds)
  }
}
