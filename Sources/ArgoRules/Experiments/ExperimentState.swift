/// The status of an Experiment, as its own controller keeps it.
public struct ExperimentState: Equatable, Sendable {
  public enum TemplatePhase: String, Equatable, Sendable, CaseIterable {
    case none = ""
    case progressing = "Progressing"
    case running = "Running"
    case successful = "Successful"
    case failed = "Failed"
    case error = "Error"

    public var isCompleted: Bool {
      switch self {
      case .successful, .failed, .error: true
      case .none, .progressing, .running: false
      }
    }

    /// Best to worst; no phase ranks with the best.
    var rank: Int {
      switch self {
      case .none, .successful: 0
      case .running: 1
      case .progressing: 2
      case .error: 3
      case .failed: 4
      }
    }
  }

  public struct Template: Equatable, Sendable {
    public var name: String
    public var phase: TemplatePhase
    public var message: String
    @Count public var replicas: Int
    @Count public var ready: Int
    @Count public var available: Int
    /// Last change of size or of a counter; the clock of the progress deadline.
    public var lastTransition: ArgoTime?

    public init(
      _ name: String, _ phase: TemplatePhase = .none, message: String = "", replicas: Int = 0,
      ready: Int = 0, available: Int = 0, lastTransition: ArgoTime? = nil
    ) {
      self.name = name
      self.phase = phase
      self.message = message
      _replicas = Count(wrappedValue: replicas)
      _ready = Count(wrappedValue: ready)
      _available = Count(wrappedValue: available)
      self.lastTransition = lastTransition
    }
  }

  public struct Analysis: Equatable, Sendable {
    public var name: String
    /// Name of its run; empty before there is one.
    public var run: String
    public var phase: AnalysisPhase
    public var message: String

    public init(
      _ name: String, run: String = "", _ phase: AnalysisPhase = .none, message: String = ""
    ) {
      self.name = name
      self.run = run
      self.phase = phase
      self.message = message
    }
  }

  public var phase: AnalysisPhase
  public var message: String
  /// When every template had its pods for the first time.
  public var availableAt: ArgoTime?
  public var templates: [Template]
  public var analyses: [Analysis]

  public init(
    _ phase: AnalysisPhase = .none, message: String = "", availableAt: ArgoTime? = nil,
    templates: [Template] = [], analyses: [Analysis] = []
  ) {
    self.phase = phase
    self.message = message
    self.availableAt = availableAt
    self.templates = templates
    self.analyses = analyses
  }

  public func template(_ name: String) -> Template? { templates.first { $0.name == name } }

  public func analysis(_ name: String) -> Analysis? { analyses.first { $0.name == name } }

  mutating func set(_ template: Template) {
    if let index = templates.firstIndex(where: { $0.name == template.name }) {
      templates[index] = template
    } else {
      templates.append(template)
    }
  }

  mutating func set(_ analysis: Analysis) {
    if let index = analyses.firstIndex(where: { $0.name == analysis.name }) {
      analyses[index] = analysis
    } else {
      analyses.append(analysis)
    }
  }
}
