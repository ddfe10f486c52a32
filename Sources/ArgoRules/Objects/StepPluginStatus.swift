/// What a step plugin said last about one of its operations.
public struct StepPluginStatus: Equatable, Sendable {
  public enum Operation: String, Equatable, Sendable {
    case run = "Run"
    case terminate = "Terminate"
    case abort = "Abort"
  }

  public enum Phase: String, Equatable, Sendable {
    case running = "Running"
    case successful = "Successful"
    case failed = "Failed"
    case error = "Error"
  }

  /// Step index.
  @Count public var index: Int
  public var name: String
  public var operation: Operation
  public var phase: Phase
  public var message: String
  public var started: ArgoTime?
  public var updated: ArgoTime?
  public var finished: ArgoTime?
  /// Whole seconds until the plugin wants to be asked again.
  @Count public var backoffSeconds: Int
  /// The plugin is switched off in the controller.
  public var disabled: Bool

  public init(
    index: Int, name: String, _ operation: Operation, _ phase: Phase, message: String = "",
    started: ArgoTime? = nil, updated: ArgoTime? = nil, finished: ArgoTime? = nil,
    backoffSeconds: Int = 0, disabled: Bool = false
  ) {
    _index = Count(wrappedValue: index)
    self.name = name
    self.operation = operation
    self.phase = phase
    self.message = message
    self.started = started
    self.updated = updated
    self.finished = finished
    _backoffSeconds = Count(wrappedValue: backoffSeconds)
    self.disabled = disabled
  }
}
