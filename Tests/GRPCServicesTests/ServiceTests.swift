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
      "grpc.health.v1.Health", "grpc.health.v1.Health.Check", "grpc.health.v1.HealthCheckRequest",
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
}
