import ArgumentParser
import GRPC
import RolloutCore
import Synchronization
import Transport
import WindlassWire

/// Watches a cluster's directives from many connections, as many agents would, and measures what the
/// service spends on telling all of them of a change, and on telling each of everything.
struct PushCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "push", abstract: "Deliver directives of a prepared service to many watchers.")

  @Option(help: "HOST:PORT of a prepared windlassd.") var endpoint: String
  @Option(help: "Process id of that windlassd.") var pid: Int
  @Option(help: "Watchers.") var watchers = 1_000
  @Option(help: "Connections that they share; by default each has its own, as agents do.")
  var connections: Int?
  @Option(help: "Changes, each of which every watcher hears of.") var changes = 50
  @Option(help: "Times that each watcher asks for everything anew.") var rounds = 20

  func validate() throws {
    guard (1...4_000).contains(watchers), (2...10_000).contains(changes),
      (1...1_000).contains(rounds), (1...watchers).contains(connections ?? watchers)
    else {
      throw ValidationError(
        "watchers must be 1 to 4000, changes 2 to 10000, rounds 1 to 1000, connections no more "
          + "than watchers")
    }
  }

  func run() async throws {
    let fleet = try Fleet(applications: 1, clusters: 1)
    let name = fleet.rollouts[0]
    let service = try ServiceClient(endpoint: endpoint)
    let lease = try await service.claim(name.cluster)
    let process = ServiceProcess(pid: pid)
    var change = Change(name: name, service: service)
    // What the changes cost by themselves.
    for _ in 0..<changes { try await change.make() }
    let idle = try process.cpuSeconds()
    for _ in 0..<changes { try await change.make() }
    let alone = try process.cpuSeconds() - idle

    let before = try process.residentBytes()
    let request = WatchDirectivesRequest(cluster: name.cluster, epoch: lease.epoch, seen: [])
    let inbox = Inbox()
    let clients = try (0..<(connections ?? watchers)).map { _ in
      try GRPCClient(endpoint: endpoint)
    }
    var figures = Figures()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<watchers {
        let client = clients[number % clients.count]
        group.addTask { try await Self.watch(client, request, inbox) }
      }
      try await inbox.snapshots(watchers)
      figures["watcher_kib"] = (try process.residentBytes() - before) / Double(watchers) / 1_024
      let start = try process.cpuSeconds()
      for count in 1...changes {
        try await change.make()
        try await inbox.deliveries(count * watchers)
      }
      let used = try process.cpuSeconds() - start - alone
      figures["delivery_us"] = used / Double(changes * watchers) * 1e6
      group.cancelAll()
      // A watch that was cancelled ends with CANCELLED.
      while let ended = await group.nextResult() { _ = ended }
    }
    figures.merge(try await catchUp(clients, request, process))
    for client in clients { await client.shutdown() }
    await service.shutdown()
    try figures.print()
  }

  private static func watch(
    _ client: GRPCClient, _ request: WatchDirectivesRequest, _ inbox: Inbox
  ) async throws {
    for try await bytes in client.serverStreaming(
      Paths.watchDirectives, request.encoded(), timeout: nil)
    {
      // Only the last message of a snapshot is that small, and reading each would cost more than
      // the service spends on it.
      if bytes.count > 16 { inbox.delivered() } else { inbox.snapshotEnded() }
    }
  }

  /// Every watcher asks for everything, again and again, over the connection it has.
  private func catchUp(
    _ clients: [GRPCClient], _ request: WatchDirectivesRequest, _ process: ServiceProcess
  ) async throws -> Figures {
    let start = try process.cpuSeconds()
    let rounds = rounds
    let messages = try await withThrowingTaskGroup(of: Int.self) { group in
      for client in clients.prefix(64) {
        group.addTask {
          var messages = 0
          for _ in 0..<rounds {
            for try await bytes in client.serverStreaming(
              Paths.watchDirectives, request.encoded(), timeout: nil)
            {
              messages += 1
              if bytes.count <= 16 { break }
            }
          }
          return messages
        }
      }
      return try await group.reduce(0, +)
    }
    var figures = Figures()
    figures["catch_up_us"] = (try process.cpuSeconds() - start) / Double(messages) * 1e6
    return figures
  }

  /// One rollout that is paused and resumed in turn.
  private struct Change {
    let name: RolloutName
    let service: ServiceClient
    var count = 0

    mutating func make() async throws {
      let decision = try await service.submit(
        count % 2 == 0 ? .pause : .resume, name.application, on: name.cluster,
        key: service.key("push-\(count)"))
      guard decision.result == .allowed else {
        throw BenchError("\(name): \(decision.result) instead of a change")
      }
      count += 1
    }
  }

  /// Counts what all watchers were told.
  private final class Inbox: Sendable {
    private struct Counts {
      var snapshots = 0
      var deliveries = 0
    }

    private let counts = Mutex(Counts())

    /// Everything of a snapshot comes before its end: what was counted till then is forgotten.
    func snapshotEnded() { counts.withLock { $0.snapshots += 1 } }
    func delivered() { counts.withLock { $0.deliveries += 1 } }

    func snapshots(_ expected: Int) async throws {
      try await wait { $0.snapshots >= expected }
      counts.withLock { $0.deliveries = 0 }
    }

    func deliveries(_ expected: Int) async throws { try await wait { $0.deliveries >= expected } }

    private func wait(_ isReached: (Counts) -> Bool) async throws {
      let end = ContinuousClock.now + .seconds(120)
      while !isReached(counts.withLock { $0 }) {
        guard ContinuousClock.now < end else { throw BenchError("watchers heard too little") }
        try await Task.sleep(for: .milliseconds(1))
      }
    }
  }
}
