import Application
import Console
import EventLog
import Foundation
import Transport

/// What the Console shows of the running service: whether it can decide, and its figures.
struct ServiceMetrics: ConsoleSource {
  let decisions: DecisionService
  let server: GRPCServer
  let draining: Draining
  let startedAt = ContinuousClock.now

  func readiness() -> Readiness {
    if draining.hasBegun { return .notReady("the service is stopping") }
    return switch decisions.currentStatus {
    case .ready: .ready
    case .starting: .notReady("the event log is being folded into memory")
    case .degraded(let why):
      .notReady("commands cannot be recorded now, reads go on from memory: \(why)")
    case .stopped: .notReady("the service is stopping")
    }
  }

  func metrics() -> [MetricFamily] {
    let counts = decisions.currentCounts
    let (head, rollouts, clusters, quarantined, events) = decisions.read { world in
      (
        world.head.next.index, world.rollouts.count, world.clusters.count,
        world.quarantined.count, world.eventCounts
      )
    }
    let uptime = startedAt.duration(to: .now).components
    return [
      gauge("windlass_ready", "1 when commands can be decided.", readiness().isReady ? 1 : 0),
      gauge(
        "windlass_uptime_seconds", "Seconds since the service started.",
        Double(uptime.seconds)),
      gauge("windlass_log_next_position", "Events folded from the log.", Double(head)),
      gauge("windlass_rollouts", "Rollouts held in memory.", Double(rollouts)),
      gauge("windlass_clusters", "Registered clusters.", Double(clusters)),
      gauge(
        "windlass_quarantined_streams", "Streams stopped by an event that cannot be read.",
        Double(quarantined)),
      gauge(
        "windlass_watchers", "Open watches of rollouts and clusters.",
        Double(decisions.observers.count)),
      MetricFamily(
        name: "windlass_commands_total", help: "Commands answered, by result.", kind: .counter,
        samples: counts.decided.sorted { $0.key < $1.key }.map {
          .init(labels: [.init("result", $0.key)], value: Double($0.value))
        }),
      MetricFamily(
        name: "windlass_events_total", help: "Events in the log, by type.", kind: .counter,
        samples: events.sorted { $0.key < $1.key }.map {
          .init(labels: [.init("type", $0.key)], value: Double($0.value))
        }),
      MetricFamily(
        name: "windlass_contract_violations_total",
        help: "Runs reported although a skip contract forbids them.", kind: .counter,
        samples: [.init(value: Double(events["contract-violated.v1"] ?? 0))]),
      MetricFamily(
        name: "windlass_append_batches_total", help: "Transactions that appended events.",
        kind: .counter, samples: [.init(value: Double(counts.batches))]),
      MetricFamily(
        name: "windlass_appended_events_total", help: "Events this service appended.",
        kind: .counter, samples: [.init(value: Double(counts.events))]),
    ] + server.metrics.families
  }

  private func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
    MetricFamily(name: name, help: help, kind: .gauge, samples: [.init(value: value)])
  }
}
