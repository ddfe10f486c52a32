import Application
import Console
import EventLog
import Foundation
import Projections
import Transport

/// What the Console shows of the running service: whether it can decide, and its figures.
struct ServiceMetrics: ConsoleSource {
  let decisions: DecisionService
  let feed: LogFeed
  let server: GRPCServer
  let draining: Draining
  /// `nil` when they are off.
  let readModels: ReadModels?
  let snapshots: SnapshotKeeper?
  let startedAt = ContinuousClock.now

  func readiness() -> Readiness {
    if draining.hasBegun { return .notReady("the service is stopping") }
    if !draining.isListening { return .notReady("gRPC does not listen yet") }
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
      gauge(
        "windlass_log_followers", "Consumers that are sent new events by this service.",
        Double(feed.followerCount)),
      MetricFamily(
        name: "windlass_subscription_lag_events",
        help: "Events of the log that a subscription has not acknowledged.", kind: .gauge,
        samples: feed.subscriptions.map {
          .init(
            labels: [.init("subscription", $0.name)],
            value: Double(head > $0.position.index ? head - $0.position.index : 0))
        }),
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
    ] + snapshotFamilies + server.metrics.families + (readModels?.status.families ?? [])
  }

  private var snapshotFamilies: [MetricFamily] {
    guard let counts = snapshots?.counts else { return [] }
    func counter(_ name: String, _ help: String, _ value: UInt64) -> MetricFamily {
      MetricFamily(
        name: name, help: help, kind: .counter, samples: [.init(value: Double(value))])
    }
    return [
      counter("windlass_snapshots_written_total", "Snapshots written.", counts.written),
      counter(
        "windlass_snapshots_failed_total", "Snapshots that could not be written.", counts.failed),
      counter(
        "windlass_snapshots_refused_total", "Snapshots of this version that were not used.",
        counts.refused),
      gauge(
        "windlass_snapshot_position", "Position of the latest snapshot written or started from.",
        Double(counts.lastPosition)),
      gauge("windlass_snapshot_bytes", "Its size.", Double(counts.lastBytes)),
      MetricFamily(
        name: "windlass_snapshot_checks_total",
        help: "Snapshots started from and compared with the log, by result.", kind: .counter,
        samples: [
          .init(labels: [.init("result", "same")], value: Double(counts.checkedSame)),
          .init(labels: [.init("result", "different")], value: Double(counts.checkedDifferent)),
        ]),
    ]
  }

  private func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
    MetricFamily(name: name, help: help, kind: .gauge, samples: [.init(value: value)])
  }
}
