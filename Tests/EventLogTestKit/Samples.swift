public import EventLog

/// Streams, commits and ids that do not meet those of other tests on the same log.
public enum Samples {
  public static func stream(_ category: String = "test") throws -> StreamName {
    try StreamName(validating: "\(category)-\(UInt64.random(in: 0 ... .max))")
  }

  public static func id() -> CommandID {
    CommandID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
  }

  public static func digest(_ byte: UInt8 = 7) -> [UInt8] {
    [UInt8](repeating: byte, count: Commit.digestBytes)
  }

  public static func events(_ count: Int, bytes: Int = 10) -> [NewEvent] {
    (0..<count).map {
      NewEvent(
        type: "tested.v\($0 % 3 + 1)",
        payload: [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: bytes))
    }
  }

  /// A commit of so many events to one stream.
  public static func commit(
    _ stream: StreamName, expecting expected: UInt64 = 0, events: Int = 1, id: CommandID? = nil,
    digest: [UInt8]? = nil, guards: [Guard] = [], now: Int64
  ) -> Commit {
    Commit(
      id: id ?? self.id(), digest: digest ?? self.digest(),
      slices: [
        Slice(
          stream: stream, expected: StreamVersion(expected), events: self.events(events))
      ], guards: guards, now: now)
  }
}
