internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

// Events of clusters, leases and refusals.

extension EventCodec {
  static let clusterRegistered = unsafe StoredEvent(
    windlass__v1__cluster_registered__init)
  static let leaseClaimed = unsafe StoredEvent(windlass__v1__lease_claimed__init)
  static let leaseReleased = unsafe StoredEvent(windlass__v1__lease_released__init)
  static let commandRefused = unsafe StoredEvent(windlass__v1__command_refused__init)

  static func encode(_ event: ClusterEvent) -> (EventType, [UInt8]) {
    switch event {
    case .registered(let registration, let by, let now):
      let payload = unsafe clusterRegistered.encode { arena, base in
        unsafe Windlass__V1__ClusterRegistered(
          base: base, registration: arena.pointer(registration), by: arena.pointer(by),
          now_microseconds: now.microseconds)
      }
      return (.clusterRegistered, payload)
    }
  }

  static func decodeCluster(_ payload: [UInt8]) throws(WireError) -> ClusterEvent {
    try unsafe clusterRegistered.decode(payload) { (m) throws(WireError) in
      unsafe .registered(
        try ClusterRegistration.required(m.registration, "registration"),
        by: try Requester.required(m.by, "by"), now: Timestamp(microseconds: m.now_microseconds))
    }
  }

  static func encode(_ event: LeaseEvent) -> (EventType, [UInt8]) {
    switch event {
    case .claimed(let holder, let stolen, let by, let now):
      let payload = unsafe leaseClaimed.encode { arena, base in
        unsafe Windlass__V1__LeaseClaimed(
          base: base, holder: arena.string(holder), stolen: flag(stolen), by: arena.pointer(by),
          now_microseconds: now.microseconds)
      }
      return (.leaseClaimed, payload)
    case .released(let holder, let by, let now):
      let payload = unsafe leaseReleased.encode { arena, base in
        unsafe Windlass__V1__LeaseReleased(
          base: base, holder: arena.string(holder), by: arena.pointer(by),
          now_microseconds: now.microseconds)
      }
      return (.leaseReleased, payload)
    }
  }

  static func decodeLeaseClaimed(_ payload: [UInt8]) throws(WireError) -> LeaseEvent {
    try unsafe leaseClaimed.decode(payload) { (m) throws(WireError) in
      unsafe .claimed(
        holder: string(m.holder), stolen: m.stolen != 0, by: try Requester.required(m.by, "by"),
        now: Timestamp(microseconds: m.now_microseconds))
    }
  }

  static func decodeLeaseReleased(_ payload: [UInt8]) throws(WireError) -> LeaseEvent {
    try unsafe leaseReleased.decode(payload) { (m) throws(WireError) in
      unsafe .released(
        holder: string(m.holder), by: try Requester.required(m.by, "by"),
        now: Timestamp(microseconds: m.now_microseconds))
    }
  }

  static func encode(_ event: RefusalRecorded) -> (EventType, [UInt8]) {
    let payload = unsafe commandRefused.encode { arena, base in
      unsafe Windlass__V1__CommandRefused(
        base: base, command: arena.string(event.command), cluster: arena.string(event.cluster.wire),
        rule: arena.string(event.refusal.rule.rawValue),
        message: arena.string(event.refusal.message), by: arena.pointer(event.by),
        now_microseconds: event.now.microseconds)
    }
    return (.commandRefused, payload)
  }

  static func decodeRefusal(_ payload: [UInt8]) throws(WireError) -> RefusalRecorded {
    try unsafe commandRefused.decode(payload) { (m) throws(WireError) in
      unsafe RefusalRecorded(
        command: string(m.command), cluster: try ClusterName.optional(string(m.cluster), "cluster"),
        refusal: Refusal(try Rule(wire: string(m.rule), "rule"), string(m.message)),
        by: try Requester.required(m.by, "by"), now: Timestamp(microseconds: m.now_microseconds))
    }
  }
}
