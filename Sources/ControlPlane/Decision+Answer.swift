import Application
import EventLog
import RolloutCore
import WindlassWire

extension Decision {
  /// The decision that an answer stands for. Made from the recorded events alone, so that a repeat
  /// under the same key reads exactly like the first reply.
  init(_ answer: Answer, cluster: ClusterName?, isDryRun: Bool) {
    self.init(cluster: cluster, result: .unavailable, isDryRun: isDryRun)
    position = answer.first.index + UInt64(answer.events.count)
    version = answer.version
    switch answer.result {
    case .allowed:
      result = .allowed
      events = answer.events.map { EventCodec.encode($0).type }
      describe(answer.events)
    case .alreadySatisfied:
      result = .alreadySatisfied
      message = "nothing to do: what was asked for already holds"
    case .refused(let refusal):
      result = .refused
      rule = refusal.rule
      message = refusal.message
      // The recorded version is that of the refusals; a refused rollout has not moved.
      version = 0
    case .conflict:
      result = .conflict
      message = "this idempotency key was used for another command; use a new key"
    case .unknown(let detail):
      result = .unknown
      message = "may or may not be recorded (\(detail)); repeat with the same key"
    case .unavailable(let detail):
      message = "not recorded (\(detail)); repeat later with the same key"
    case .quarantined(let detail), .invalid(let detail), .notFound(let detail):
      result = .refused
      message = detail
    case .fenced:
      result = .refused
      message = "the agent's epoch is over"
    }
  }

  private mutating func describe(_ events: [LogEvent]) {
    for case .rollout(let event) in events {
      if attempt == nil { attempt = event.attempt }
      // What was asked for, not what had to be stopped for it.
      if case .stepReached(_, _, .skipped, _) = event, message.isEmpty {
        message = EventSummary.line(.rollout(event))
      }
      guard case .attemptClassified(let classified) = event else { continue }
      attempt = classified.attempt
      revision = classified.revision
      classification = classified.classification
      message = EventSummary.line(.rollout(event))
    }
    for case .application(.revisionRegistered(let registered, _, _)) in events {
      revision = registered.number
    }
    if message.isEmpty, let first = events.first { message = EventSummary.line(first) }
  }
}
