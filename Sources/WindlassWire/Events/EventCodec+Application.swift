internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

// Events of an application: stream `application-<project/name>`.

extension EventCodec {
  static let revisionRegistered = unsafe StoredEvent(
    windlass__v1__revision_registered__init)
  static let strategyRegistered = unsafe StoredEvent(
    windlass__v1__strategy_registered__init)
  static let policyApplied = unsafe StoredEvent(windlass__v1__policy_applied__init)
  static let revisionHeld = unsafe StoredEvent(windlass__v1__revision_held__init)
  static let revisionReleased = unsafe StoredEvent(windlass__v1__revision_released__init)

  static func encode(_ event: ApplicationEvent) -> (EventType, [UInt8]) {
    switch event {
    case .revisionRegistered(let revision, let by, let now):
      let payload = unsafe revisionRegistered.encode { arena, base in
        unsafe Windlass__V1__RevisionRegistered(
          base: base, revision: arena.pointer(revision), by: arena.pointer(by),
          now_microseconds: now.microseconds)
      }
      return (.revisionRegistered, payload)
    case .strategyRegistered(let version, let strategy, let by, let now):
      let payload = unsafe strategyRegistered.encode { arena, base in
        unsafe Windlass__V1__StrategyRegistered(
          base: base, version: version.value, strategy: arena.pointer(strategy),
          by: arena.pointer(by), now_microseconds: now.microseconds)
      }
      return (.strategyRegistered, payload)
    case .policyApplied(let policy, let by, let now):
      let payload = unsafe policyApplied.encode { arena, base in
        unsafe Windlass__V1__PolicyApplied(
          base: base, policy: arena.pointer(policy), by: arena.pointer(by),
          now_microseconds: now.microseconds)
      }
      return (.policyApplied, payload)
    case .revisionHeld(let revision, let by, let now):
      let payload = unsafe revisionHeld.encode { arena, base in
        unsafe Windlass__V1__RevisionHeld(
          base: base, revision: revision.value, by: arena.pointer(by),
          now_microseconds: now.microseconds)
      }
      return (.revisionHeld, payload)
    case .revisionReleased(let revision, let by, let now):
      let payload = unsafe revisionReleased.encode { arena, base in
        unsafe Windlass__V1__RevisionReleased(
          base: base, revision: revision.value, by: arena.pointer(by),
          now_microseconds: now.microseconds)
      }
      return (.revisionReleased, payload)
    }
  }

  static func decodeApplication(
    _ type: EventType, _ payload: [UInt8]
  ) throws(WireError) -> ApplicationEvent {
    switch type {
    case .revisionRegistered:
      return try unsafe revisionRegistered.decode(payload) { (m) throws(WireError) in
        unsafe .revisionRegistered(
          try Revision.required(m.revision, "revision"), by: try Requester.required(m.by, "by"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .strategyRegistered:
      return try unsafe strategyRegistered.decode(payload) { (m) throws(WireError) in
        unsafe .strategyRegistered(
          try StrategyVersion(required: m.version, "version"),
          try Strategy.required(m.strategy, "strategy"), by: try Requester.required(m.by, "by"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .policyApplied:
      return try unsafe policyApplied.decode(payload) { (m) throws(WireError) in
        unsafe .policyApplied(
          try RolloutPolicy.required(m.policy, "policy"), by: try Requester.required(m.by, "by"),
          now: Timestamp(microseconds: m.now_microseconds))
      }
    case .revisionHeld:
      return try unsafe revisionHeld.decode(payload) { (m) throws(WireError) in
        unsafe .revisionHeld(
          try RevisionNumber(required: m.revision, "revision"),
          by: try Requester.required(m.by, "by"), now: Timestamp(microseconds: m.now_microseconds))
      }
    case .revisionReleased:
      return try unsafe revisionReleased.decode(payload) { (m) throws(WireError) in
        unsafe .revisionReleased(
          try RevisionNumber(required: m.revision, "revision"),
          by: try Requester.required(m.by, "by"), now: Timestamp(microseconds: m.now_microseconds))
      }
    default: throw WireError(field: "type", reason: "is not of an application")
    }
  }
}
