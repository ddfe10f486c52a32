/// What a decision about one rollout may look at besides the rollout itself.
public struct RolloutContext: Sendable {
  public var application: ApplicationState
  public var cluster: ClusterName
  public var registration: ClusterRegistration
  /// The application's name, for sentences that people read; no rule depends on it.
  public var name: ApplicationName?

  public init(
    application: ApplicationState, cluster: ClusterName, registration: ClusterRegistration,
    name: ApplicationName? = nil
  ) {
    self.application = application
    self.cluster = cluster
    self.registration = registration
    self.name = name
  }

  /// How sentences call the application.
  var spokenName: String { name?.text ?? "APP" }
}
