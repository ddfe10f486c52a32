import GRPC
import RolloutCore
import Synchronization
import WindlassWire

@testable import windlass

/// A service made of closures; remembers what it was asked.
final class FakeBackend: RolloutBackend {
  enum StreamStep: Sendable {
    case reply(any WireMessage)
    case fail(RPCError)
  }

  private let asked = Mutex<[any WireMessage]>([])
  private let answer: @Sendable (any WireMessage, Int) -> Result<any WireMessage, RPCError>
  private let steps: @Sendable (any WireMessage, Int) -> [StreamStep]

  /// - Parameters:
  ///   - answer: to the request, which is the n-th one, from 0.
  ///   - steps: of a stream; after the last one it ends with OK.
  init(
    answer: @escaping @Sendable (any WireMessage, Int) -> Result<any WireMessage, RPCError> = {
      _, _ in .failure(FakeBackend.refused)
    },
    steps: @escaping @Sendable (any WireMessage, Int) -> [StreamStep] = { _, _ in [] }
  ) {
    self.answer = answer
    self.steps = steps
  }

  static let refused = RPCError(
    RPCStatus(.unavailable, "cannot connect to 127.0.0.1:7443: Connection refused (errno: 111)"),
    wasSent: false)
  static let lost = RPCError(RPCStatus(.unavailable, "connection lost"), wasSent: true)

  var requests: [any WireMessage] { asked.withLock { $0 } }
  var submissions: [SubmitRequest] { requests.compactMap { $0 as? SubmitRequest } }
  var awaits: [AwaitRequest] { requests.compactMap { $0 as? AwaitRequest } }

  private func remember(_ request: some WireMessage) -> Int {
    asked.withLock { asked in
      asked.append(request)
      return asked.count - 1
    }
  }

  func call<Reply: WireMessage>(
    _ path: String, _ request: some WireMessage, timeout: Duration
  ) async throws(RPCError) -> Reply {
    let reply = try answer(request, remember(request)).get()
    guard let reply = reply as? Reply else {
      throw RPCError(RPCStatus(.internal, "the test's answer has another type"), wasSent: true)
    }
    return reply
  }

  func stream<Reply: WireMessage>(
    _ path: String, _ request: some WireMessage, timeout: Duration?,
    each: (Reply) async throws -> Bool
  ) async throws {
    for step in steps(request, remember(request)) {
      switch step {
      case .fail(let error): throw error
      case .reply(let message):
        guard let reply = message as? Reply else {
          throw RPCError(RPCStatus(.internal, "the test's answer has another type"), wasSent: true)
        }
        guard try await each(reply) else { return }
      }
    }
  }
}
