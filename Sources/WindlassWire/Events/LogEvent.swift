public import RolloutCore

/// Any event of the log, as core values.
public enum LogEvent: Equatable, Sendable {
  case application(ApplicationEvent)
  case rollout(RolloutEvent)
  case cluster(ClusterEvent)
  case lease(LeaseEvent)
  case refusal(RefusalRecorded)
}
