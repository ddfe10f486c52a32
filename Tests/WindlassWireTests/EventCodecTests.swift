import RolloutCore
import Testing
import WindlassWire

@Suite("events of the log")
struct EventCodecTests {
  @Test("an event comes back as it was, under its own type name", arguments: EventType.allCases)
  func roundTrip(type: EventType) throws {
    var random = Generator(seed: 11)
    for _ in 0..<300 {
      let event = try random.event(type)
      let stored = EventCodec.encode(event)
      #expect(stored.type == type.rawValue)
      #expect(try EventCodec.decode(type: stored.type, payload: stored.payload) == event)
    }
  }

  @Test("an unknown type is refused, not guessed")
  func unknownType() {
    #expect(throws: WireError(field: "type", reason: "is not an event type this version knows")) {
      try EventCodec.decode(type: "attempt-classified.v2", payload: [])
    }
  }

  @Test("an empty payload is no event, whatever its type", arguments: EventType.allCases)
  func empty(type: EventType) {
    #expect(throws: WireError.self) { try EventCodec.decode(type: type.rawValue, payload: []) }
  }

  @Test("an unknown rule, kind of fact or enum number is refused")
  func unknownWords() {
    let refused = ProtoBytes.message(
      .text(1, "start"), .text(3, "no-such-rule"), .message(5, .text(1, "ada")))
    #expect(throws: WireError(field: "rule", reason: "is not a rule this version knows")) {
      try EventCodec.decode(type: "command-refused.v1", payload: refused)
    }
    let paused = ProtoBytes.message(.number(1, 1), .number(2, 99))
    #expect(throws: WireError(field: "reason", reason: "99 is not a value this version knows")) {
      try EventCodec.decode(type: "paused.v1", payload: paused)
    }
  }

  @Test("a field of a later version is passed over in an event")
  func laterField() throws {
    let event = try EventSample.event(.contractKept)
    let stored = EventCodec.encode(event)
    let later = stored.payload + ProtoBytes.message(.text(900, "new"), .number(901, 5))
    #expect(try EventCodec.decode(type: stored.type, payload: later) == event)
  }

  @Test("what is longer than a request may say is still readable in an event")
  func limitsDoNotBindEvents() throws {
    let event = LogEvent.lease(
      .released(
        holder: String(repeating: "h", count: 5_000),
        by: Requester(principal: "p", reason: String(repeating: "r", count: 5_000)),
        now: Timestamp(microseconds: 1)))
    let stored = EventCodec.encode(event)
    #expect(try EventCodec.decode(type: stored.type, payload: stored.payload) == event)
  }

  @Test("numbers beyond the wire's are clamped, never a trap")
  func clamped() throws {
    let now = Timestamp(microseconds: 1)
    let stored = EventCodec.encode(
      .rollout(.stepReached(AttemptNumber(1), index: .max, how: .entered, now: now)))
    #expect(
      try EventCodec.decode(type: stored.type, payload: stored.payload)
        == .rollout(
          .stepReached(AttemptNumber(1), index: Int(UInt32.max), how: .entered, now: now)))
    for weight in [Int.min, -1, 1_000_000_001, .max] {
      let stored = EventCodec.encode(
        .rollout(.weightApplied(AttemptNumber(1), weight: weight, verified: nil, now: now)))
      #expect(throws: WireError(field: "weight", reason: "must be 0 to 1000000000")) {
        try EventCodec.decode(type: stored.type, payload: stored.payload)
      }
    }
    let key = RunKey(type: .step, stepIndex: .max, round: .min)
    _ = EventCodec.encode(.rollout(.runScheduled(AttemptNumber(1), key, now: now)))
    let fact = Fact(.hold, at: LogPosition(.max))
    _ = Classification(kind: .initial, origin: .observed, track: .full, rules: [], facts: [fact])
  }
}
