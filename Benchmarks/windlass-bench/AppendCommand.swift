import ArgumentParser
import RolloutCore
import WindlassWire

/// Pauses and resumes rollouts over gRPC: every answer is a durable commit of one event.
struct AppendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "append", abstract: "Submit commands to a prepared service, as fast as it answers."
  )

  @Option(help: "HOST:PORT of a prepared windlassd.") var endpoint: String
  @Option(help: "Applications, as given to prepare.") var applications = 16
  @Option(help: "Clusters, as given to prepare.") var clusters = 16
  @Option(help: "Of so many loads at the same time, each with its part of the rollouts ...")
  var parts = 1
  @Option(help: "... this is which, from 0.") var part = 0
  @Option(help: "Seconds that are measured, after one that is not.") var seconds = 5
  @Option(help: "Commands a second, evenly spaced; 0: the next one after each answer.") var rate = 0

  func validate() throws {
    guard (1...600).contains(seconds), (0...1_000_000).contains(rate), (1...16).contains(parts),
      (0..<parts).contains(part)
    else {
      throw ValidationError(
        "seconds must be 1 to 600, rate 0 to 1000000, parts 1 to 16, part less than that")
    }
  }

  func run() async throws {
    let all = try Fleet(applications: applications, clusters: clusters).rollouts
    let names = all.indices.filter { $0 % parts == part }.map { all[$0] }
    let service = try ServiceClient(endpoint: endpoint, connections: 8)
    var switches: [Switch] = []
    for (index, name) in names.enumerated() {
      let view = try await service.view(of: name)
      guard let attempt = view.attempt else { throw BenchError("\(name) has no attempt to pause") }
      switches.append(
        Switch(name: name, index: index, isPaused: attempt.pauses.contains(.person)))
    }
    let begin = ContinuousClock.now + .seconds(1)
    let window = begin..<(begin + .seconds(seconds))
    let latencies =
      rate == 0
      ? try LoadGenerator(
        endpoint: endpoint, connections: 8, names: switches.map(\.name),
        paused: switches.map(\.isPaused), key: service.key("load")
      ).run(window) : try await pace(switches, service, window)
    await service.shutdown()
    var figures = Figures()
    figures["commands_per_s"] = Double(latencies.count) / Double(seconds)
    figures.add("latency", latencies: latencies)
    try figures.print()
  }

  /// One rollout that is paused and resumed in turn.
  private struct Switch: Sendable {
    var name: RolloutName
    var index: Int
    var isPaused: Bool
    var count = 0

    mutating func flip(_ service: ServiceClient) async throws {
      let decision = try await service.submit(
        isPaused ? .resume : .pause, name.application, on: name.cluster,
        key: service.key("\(index)/\(count)"), connection: index)
      guard decision.result == .allowed else {
        throw BenchError("\(name): \(decision.result) instead of a change")
      }
      isPaused.toggle()
      count += 1
    }
  }

  /// Each rollout takes its turn at an even pace, whatever the others wait for; latencies of those
  /// begun in the window, counted from the sending: a sleep ends up to a millisecond late.
  private func pace(
    _ switches: [Switch], _ service: ServiceClient, _ window: Range<ContinuousClock.Instant>
  ) async throws -> [Duration] {
    let interval = Duration.seconds(1) / rate
    return try await withThrowingTaskGroup(of: [Duration].self) { group in
      for item in switches {
        group.addTask {
          var item = item
          var latencies: [Duration] = []
          var due = window.lowerBound - .seconds(1) + interval * item.index
          while due < window.upperBound {
            try await Task.sleep(until: due, tolerance: .zero, clock: .continuous)
            let start = ContinuousClock.now
            try await item.flip(service)
            if window.contains(due) { latencies.append(start.duration(to: .now)) }
            due += interval * switches.count
          }
          return latencies
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
  }
}
