public import GRPC
internal import HTTP2
internal import Synchronization

/// The methods of `grpc.health.v1.Health`.
public struct HealthService: Sendable {
  public static let name = "grpc.health.v1.Health"
  private static let requestBytesMax = 1_024
  /// As in other servers; a list is for small deployments.
  private static let listedMax = 100
  /// Answered by Watch for a service nobody has set; it may appear later.
  private static let serviceUnknown: UInt64 = 3

  private let registry: HealthRegistry

  public init(_ registry: HealthRegistry) {
    self.registry = registry
  }

  public var methods: [MethodDefinition] {
    let registry = registry
    return [
      .unary("/\(Self.name)/Check", requestBytesMax: Self.requestBytesMax) { request, call in
        guard let service = Self.service(request) else {
          call.reply(Self.malformed)
          return
        }
        guard let status = registry.status(ofBytes: service) else {
          call.reply(RPCStatus(.notFound, "unknown service"))
          return
        }
        call.reply(Self.response(status.rawValue))
      },
      .unary("/\(Self.name)/List", requestBytesMax: Self.requestBytesMax) { _, call in
        guard let all = registry.all(countMax: Self.listedMax) else {
          let text = "more than \(Self.listedMax) services; ask for one by Check"
          call.reply(RPCStatus(.resourceExhausted, text))
          return
        }
        var list = ProtoWriter()
        for (service, status) in all {
          var entry = ProtoWriter()
          entry.field(1, service)
          entry.field(2, Self.response(status.rawValue))
          list.field(1, entry.bytes)
        }
        call.reply(list.bytes)
      },
      .serverStreaming("/\(Self.name)/Watch", requestBytesMax: Self.requestBytesMax) {
        request, stream in
        guard let service = Self.service(request) else {
          stream.produce { .end(Self.malformed) }
          return
        }
        let id = registry.watch(service) { stream.wake() }
        stream.onCancel { registry.unwatch(id) }
        let lastSent = LastSent()
        stream.produce {
          let status = registry.status(ofBytes: service)?.rawValue ?? Self.serviceUnknown
          return lastSent.replace(status) ? .message(Self.response(status)) : .idle
        }
      },
    ]
  }

  /// What a watcher was told last. Only touched on its connection's loop.
  private final class LastSent: Sendable {
    private let status = Mutex<UInt64?>(nil)

    /// False when that was the last status already.
    func replace(_ new: UInt64) -> Bool {
      status.withLock { status in
        defer { status = new }
        return status != new
      }
    }
  }

  private static let malformed = RPCStatus(
    .invalidArgument, "request: not a HealthCheckRequest")

  /// `HealthCheckRequest.service`, or `nil` when the request is malformed.
  private static func service(_ request: Span<UInt8>) -> [UInt8]? {
    var reader = ProtoReader([UInt8](copying: request))
    var service: [UInt8] = []
    do throws(ProtoReader.Malformed) {
      while let (number, value) = try reader.next() {
        guard number == 1 else { continue }
        guard case .bytes(let range) = value else { return nil }
        service = Array(try reader.text(range).utf8)
      }
    } catch {
      return nil
    }
    return service
  }

  private static func response(_ status: UInt64) -> [UInt8] {
    var writer = ProtoWriter()
    if status != 0 { writer.varint(1, status) }
    return writer.bytes
  }
}
