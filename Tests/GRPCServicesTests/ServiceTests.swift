import Synchronization
import Testing

@testable import GRPCServices

@Suite("Reflection and health")
struct ServiceTests {
  private let reflection = Result { try ReflectionService(descriptorSets: []) }

  private func request(_ field: UInt64, _ text: String) -> [UInt8] {
    var writer = ProtoWriter()
    writer.field(field, text.utf8)
    return writer.bytes
  }

  /// The content of one field of an answer.
  private func content(_ answer: [UInt8]?, _ field: UInt64) throws -> [UInt8]? {
    var reader = ProtoReader(try #require(answer))
    while let (number, value) = try reader.next() {
      if number == field, case .bytes(let range) = value { return Array(reader.bytes[range]) }
    }
    return nil
  }

  @Test("every service is listed")
  func list() throws {
    let service = try reflection.get()
    let list = try content(service.answer(request(7, "*")), 6)
    let text = String(decoding: list ?? [], as: UTF8.self)
    for name in [
      "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
    ] {
      #expect(text.contains(name))
      #expect(service.serviceNames.contains(name))
    }
  }

  @Test(
    "a symbol of any kind leads to its file",
    arguments: [
      "grpc.health.v1.Health", "grpc.health.v1.Health.Check", "grpc.health.v1.Health.List",
      "grpc.health.v1.HealthListResponse.StatusesEntry", "grpc.health.v1.HealthCheckRequest",
      "grpc.health.v1.HealthCheckRequest.service",
      "grpc.health.v1.HealthCheckResponse.ServingStatus",
      "grpc.health.v1.HealthCheckResponse.SERVING",
      "grpc.reflection.v1.ServerReflectionRequest.message_request",
    ])
  func symbols(symbol: String) throws {
    let answer = try reflection.get().answer(request(4, symbol))
    #expect(try content(answer, 4) != nil)
    #expect(try content(answer, 7) == nil)
  }

  @Test(
    "what is not known is NOT_FOUND",
    arguments: [(3, "no.proto"), (4, "no.Such"), (4, ""), (6, "no.Such")] as [(UInt64, String)])
  func unknown(field: UInt64, text: String) throws {
    let error = try content(try reflection.get().answer(request(field, text)), 7)
    #expect(error?.prefix(2) == [8, 5])
  }

  @Test("a file comes with everything it needs, itself first")
  func closure() throws {
    func file(_ name: String, needs: [String]) -> [UInt8] {
      var file = ProtoWriter()
      file.field(1, name.utf8)
      for need in needs { file.field(3, need.utf8) }
      var set = ProtoWriter()
      set.field(1, file.bytes)
      return set.bytes
    }
    let index = try DescriptorIndex([
      file("a", needs: ["b", "c"]) + file("b", needs: ["d"]) + file("c", needs: ["d", "a"]),
      file("d", needs: ["missing"]) + file("a", needs: []),
    ])
    #expect(index.closure(ofFile: "a")?.map(\.name) == ["a", "b", "c", "d"])
    #expect(index.closure(ofFile: "d")?.map(\.name) == ["d"])
    #expect(index.files.count == 4)
  }

  @Test(
    "malformed requests and sets are refused",
    arguments: [
      [0x22, 5, 1], [0x22, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], [0x0C],
      [0x22, 1, 0xFF], [0], [0x80],
    ] as [[UInt8]])
  func malformed(bytes: [UInt8]) throws {
    #expect(try reflection.get().answer(bytes) == nil)
    if bytes != [0x22, 1, 0xFF] {
      #expect(throws: ReflectionError.self) { try ReflectionService(descriptorSets: [bytes]) }
    }
  }

  @Test("a service is what was last said of it")
  func health() {
    let registry = HealthRegistry()
    #expect(registry.status() == .serving)
    #expect(registry.status(of: "a") == nil)
    registry.set(.notServing, for: "a")
    #expect(registry.status(of: "a") == .notServing)
  }

  @Test("a drain makes everything not serving, for good, and wakes every watcher")
  func drain() {
    let registry = HealthRegistry()
    registry.set(.serving, for: "a")
    let woken = Mutex(0)
    _ = registry.watch(Array("a".utf8)) { woken.withLock { $0 += 1 } }
    _ = registry.watch(Array("unknown".utf8)) { woken.withLock { $0 += 1 } }
    registry.drain()
    registry.drain()
    registry.set(.serving, for: "a")
    #expect(registry.status() == .notServing)
    #expect(registry.status(of: "a") == .notServing)
    #expect(woken.withLock { $0 } == 2)
  }

  @Test("a watcher hears of its own service only, and no more once it is gone")
  func watchers() {
    let registry = HealthRegistry()
    let woken = Mutex(0)
    let id = registry.watch(Array("a".utf8)) { woken.withLock { $0 += 1 } }
    registry.set(.serving, for: "a")
    registry.set(.serving, for: "a")
    registry.set(.notServing, for: "b")
    #expect(woken.withLock { $0 } == 1)
    registry.unwatch(id)
    registry.set(.notServing, for: "a")
    #expect(woken.withLock { $0 } == 1)
    #expect(registry.watcherCount == 0)
  }

  @Test("services are listed in order; too many are refused whole")
  func listed() {
    let registry = HealthRegistry()
    registry.set(.notServing, for: "b")
    registry.set(.serving, for: "a")
    let all = registry.all(countMax: 3)
    #expect(all?.map { String(decoding: $0.service, as: UTF8.self) } == ["", "a", "b"])
    #expect(all?.map(\.status) == [.serving, .serving, .notServing])
    #expect(registry.all(countMax: 2) == nil)
  }

  @Test("names that only look alike are different services")
  func names() {
    let registry = HealthRegistry()
    registry.set(.serving, for: "caf\u{E9}")
    #expect(registry.status(of: "cafe\u{301}") == nil)
  }

  @Test(
    "extensions are found by type and number; what has none says so",
    arguments: [("t.M", 100, true), ("t.M", 101, false), ("t.N", 100, false)])
  func extensions(type: String, number: Int, isKnown: Bool) throws {
    func named(_ name: String) -> ProtoWriter {
      var writer = ProtoWriter()
      writer.field(1, name.utf8)
      return writer
    }
    var declared = named("ext")
    declared.field(2, ".t.M".utf8)
    declared.varint(3, 100)
    var file = named("t.proto")
    file.field(2, "t".utf8)
    file.field(4, named("M").bytes)
    file.field(7, declared.bytes)
    var set = ProtoWriter()
    set.field(1, file.bytes)
    let service = try ReflectionService(descriptorSets: [set.bytes])

    var asked = ProtoWriter()
    asked.field(1, type.utf8)
    asked.varint(2, UInt64(number))
    var question = ProtoWriter()
    question.field(5, asked.bytes)
    let answer = service.answer(question.bytes)
    #expect((try content(answer, 4) != nil) == isKnown)
    #expect((try content(answer, 7) == nil) == isKnown)

    let numbers = try content(service.answer(request(6, "t.M")), 5)
    #expect(numbers == [0x0A, 3] + Array("t.M".utf8) + [0x10, 100])
    // A message without extensions has an empty list; what is no message is unknown.
    #expect(try content(service.answer(request(6, "t.N")), 7)?.prefix(2) == [8, 5])
    #expect(try content(service.answer(request(4, "t.ext")), 4) != nil)
  }
}
