import Foundation
import GRPC
import RolloutCore
import Testing
import WindlassWire

@testable import windlass

@Suite("Watching a rollout")
struct WatchTests {
  private func later(_ version: UInt64) -> RolloutView {
    var view = empty
    view.version = version
    view.now = Timestamp(microseconds: noon.microseconds + Int64(version))
    return view
  }

  private let request = GetRolloutRequest(application: shop, cluster: east)

  @Test("changes are blocks with an empty line between, across a lost connection")
  func blocks() async throws {
    let views = [later(1), later(2), later(3)]
    let backend = FakeBackend(steps: { _, n in
      n == 0
        ? [.reply(views[0]), .reply(views[1]), .fail(FakeBackend.lost)]
        : [.reply(views[1]), .reply(views[2])]
    })
    let console = Console(readsUntil: 3)
    #expect(try await console.session(backend).watch(request) == .done)
    #expect(
      console.out == views.map { RolloutTree.render($0, .plain) + "\n" }.joined(separator: "\n"))
  }

  @Test("for a program each change is one object a line")
  func lines() async throws {
    let views = [later(1), later(2)]
    let backend = FakeBackend(steps: { _, _ in views.map { .reply($0) } })
    let console = Console(readsUntil: 2)
    #expect(try await console.session(backend, format: .json).watch(request) == .done)
    let lines = console.out.split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines {
      #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
    }
  }

  @Test("on a terminal the picture is drawn over the last one")
  func terminal() async throws {
    let backend = FakeBackend(steps: { [self] _, _ in [.reply(later(1)), .reply(later(2))] })
    let console = Console(readsUntil: 2)
    _ = try await console.session(backend, isTerminal: true).watch(request)
    #expect(console.out.hasPrefix("\u{1B}[2J\u{1B}[HName:"))
    #expect(console.out.components(separatedBy: "\u{1B}[2J").count == 2)
    #expect(console.out.hasSuffix("\u{1B}[K\n\u{1B}[J"))
  }

  @Test("a service that was never there is an error at once")
  func never() async {
    let backend = FakeBackend(steps: { _, _ in [.fail(FakeBackend.refused)] })
    await #expect(throws: Failure.self) { try await Console().session(backend).watch(request) }
    #expect(backend.requests.count == 1)
  }
}
