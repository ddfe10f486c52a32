/// What every log demands of a batch before it looks at what is recorded.
public enum AppendRules {
  /// The most commits in one batch.
  public static let commitsMax = 1000
  /// The most events in one batch.
  public static let eventsMax = 1000
  /// The most payload in one batch, in bytes.
  public static let payloadBytesMax = 1024 * 1024
  /// The most slices and guards in one batch.
  public static let referencesMax = 10_000
  /// The most events one read returns.
  public static let readLimitMax = 10_000
  /// How far a `now` may be from the server's clock, in microseconds.
  public static let clockSkewMaxMicroseconds: Int64 = 500_000

  /// - Throws: ``AppendError/invalid(_:)`` naming the field and the limit.
  public static func validate(_ batch: [Commit]) throws(AppendError) {
    guard (1...commitsMax).contains(batch.count) else {
      throw .invalid("batch has \(batch.count) commits; 1...\(commitsMax) are allowed")
    }
    var events = 0
    var payload = 0
    var references = 0
    for (index, commit) in batch.enumerated() {
      guard commit.digest.count == Commit.digestBytes else {
        throw .invalid(
          "commit \(index): digest has \(commit.digest.count) bytes, not \(Commit.digestBytes)")
      }
      guard commit.now >= 0 else { throw .invalid("commit \(index): now is before 1970") }
      references += commit.slices.count + commit.guards.count
      try validateStreams(of: commit, index)
      for slice in commit.slices {
        guard !slice.events.isEmpty else {
          throw .invalid("commit \(index): slice \(slice.stream) has no event")
        }
        events += slice.events.count
        for event in slice.events {
          try validate(event, index)
          payload += event.payload.count
        }
      }
    }
    guard events <= eventsMax else {
      throw .invalid("batch has \(events) events; the limit is \(eventsMax)")
    }
    guard payload <= payloadBytesMax else {
      throw .invalid("batch has \(payload) bytes of payload; the limit is \(payloadBytesMax)")
    }
    guard references <= referencesMax else {
      throw .invalid("batch has \(references) slices and guards; the limit is \(referencesMax)")
    }
  }

  /// - Throws: ``ReadError/invalid(_:)`` when the limit of a read is out of range.
  public static func validate(readLimit limit: Int) throws(ReadError) {
    guard (1...readLimitMax).contains(limit) else {
      throw .invalid("limit is \(limit); 1...\(readLimitMax) is allowed")
    }
  }

  private static func validateStreams(of commit: Commit, _ index: Int) throws(AppendError) {
    let names = commit.slices.map(\.stream) + commit.guards.map(\.stream)
    let versions = commit.slices.map(\.expected) + commit.guards.map(\.expected)
    guard Self.areDistinct(names) else {
      throw .invalid("commit \(index): a stream stands twice in its slices and guards")
    }
    // Versions are signed on disk; the margin keeps every sum in range.
    guard versions.allSatisfy({ $0.index <= UInt64(Int64.max) / 2 }) else {
      throw .invalid("commit \(index): an expected version is out of range")
    }
  }

  /// Most commits touch a few streams, which are compared sooner than hashed.
  private static func areDistinct(_ names: [StreamName]) -> Bool {
    guard names.count <= 8 else { return Set(names).count == names.count }
    for (place, name) in names.enumerated() {
      for other in names[..<place] where other == name { return false }
    }
    return true
  }

  private static func validate(_ event: NewEvent, _ index: Int) throws(AppendError) {
    guard (1...NewEvent.typeBytesMax).contains(event.type.utf8.count),
      event.type.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
      throw .invalid(
        "commit \(index): an event type must be 1...\(NewEvent.typeBytesMax) bytes of printable ASCII"
      )
    }
    guard event.payload.count <= NewEvent.payloadBytesMax else {
      throw .invalid(
        "commit \(index): payload of \(event.type) has \(event.payload.count) bytes; "
          + "the limit is \(NewEvent.payloadBytesMax)")
    }
  }
}
