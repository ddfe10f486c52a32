/// What the health service says of a service; raw values as in `grpc.health.v1`.
public enum HealthStatus: UInt64, Sendable {
  case unknown = 0
  case serving = 1
  case notServing = 2
}
