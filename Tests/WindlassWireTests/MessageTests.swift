import RolloutCore
import Testing
import WindlassWire

@Suite("messages of the services")
struct MessageTests {
  @Test("a message comes back as it was", arguments: MessageKind.all)
  func roundTrip(kind: MessageKind) throws {
    var random = Generator(seed: 7)
    for _ in 0..<300 { #expect(try kind.survives(&random)) }
  }

  @Test(
    "equal messages have equal bytes, and decoding then encoding changes none",
    arguments: MessageKind.all)
  func canonical(kind: MessageKind) throws {
    for seed in UInt64(0)..<50 {
      var one = Generator(seed: seed)
      var other = Generator(seed: seed)
      let bytes = try kind.bytes(&one)
      #expect(try kind.bytes(&other) == bytes)
      #expect(try kind.reencoded(bytes) == bytes)
    }
  }

  @Test("every message of the services is tested")
  func complete() {
    // One kind each; ReleaseLease and WatchRollout share theirs.
    #expect(Set(MessageKind.all.map(\.name)).count == 37)
    #expect(Paths.all.count == 20)
    #expect(Set(Paths.all).count == 20)
  }

  @Test("every command comes back as it was", arguments: 0..<19)
  func commands(index: Int) throws {
    var random = Generator(seed: UInt64(index))
    for _ in 0..<50 {
      var request = try random.submitRequest()
      request.command = try random.command(index)
      #expect(try SubmitRequest(decoding: request.encoded().span) == request)
    }
  }

  @Test("every path is a method that the descriptor set has")
  func paths() {
    let text = String(decoding: descriptorSet, as: Unicode.ASCII.self)
    for path in Paths.all {
      let parts = path.split(separator: "/")
      #expect(parts.count == 2)
      #expect(
        ["windlass.v1.Rollouts", "windlass.v1.Clusters", "windlass.v1.Log"].contains(parts[0]))
      #expect(text.contains(parts[1]))
    }
  }

  @Test("the digest of a command depends neither on its envelope nor on the order of clusters")
  func digestIgnores() throws {
    let one = try Self.rollback()
    var other = one
    other.envelope.idempotencyKey = "another"
    other.envelope.expectedVersion = 9
    other.envelope.isDryRun = true
    other.envelope.claimedActor = "somebody"
    other.envelope.reason = "another"
    other.clusters.names.reverse()
    other.clusters.labels.reverse()
    #expect(one.canonicalDigestInput() == other.canonicalDigestInput())
  }

  @Test("the digest of a command depends on application, clusters and the command itself")
  func digestSees() throws {
    let one = try Self.rollback()
    var others = Array(repeating: one, count: 4)
    others[0].application = try ApplicationName(validating: "shop/cart")
    others[1].clusters.names.removeLast()
    others[2].command = .rollback(
      .number(RevisionNumber(3)), .regular, insistsOnAnalysis: true)
    others[3].command = .start(.number(RevisionNumber(3)))
    for other in others {
      #expect(other.canonicalDigestInput() != one.canonicalDigestInput())
    }
  }

  static func rollback() throws -> SubmitRequest {
    SubmitRequest(
      envelope: Envelope(idempotencyKey: "run-1", claimedActor: "ada", reason: "errors"),
      application: try ApplicationName(validating: "shop/checkout"),
      clusters: ClusterSelector(
        names: [try ClusterName(validating: "eu-1"), try ClusterName(validating: "us-1")],
        labels: [.init("region", "eu"), .init("wave", "1")]),
      command: .rollback(.number(RevisionNumber(3)), .regular, insistsOnAnalysis: false))
  }
}
