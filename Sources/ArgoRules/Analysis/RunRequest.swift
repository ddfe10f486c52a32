/// A run a pass creates.
public struct RunRequest: Equatable, Sendable {
  public var type: AnalysisType
  public var name: String
  public var hash: String
  /// For ``AnalysisType/step`` only.
  public var stepIndex: Int?
  public var labels: [String: String]
  public var annotations: [String: String]
  /// What it measures; `nil` when templates are not known here.
  public var content: RunContent?

  public init(
    _ type: AnalysisType, name: String, hash: String, stepIndex: Int? = nil,
    labels: [String: String] = [:], annotations: [String: String] = [:],
    content: RunContent? = nil
  ) {
    self.type = type
    self.name = name
    self.hash = hash
    self.stepIndex = stepIndex
    self.labels = labels
    self.annotations = annotations
    self.content = content
  }

  /// The object right after its creation.
  public func object(ownerUID: String, now: ArgoTime) -> ArgoAnalysisRun {
    ArgoAnalysisRun(
      name: name, ownerUID: ownerUID, hash: hash, type: type, stepIndex: stepIndex,
      created: now.storedSecond, workDigest: content?.digest ?? "")
  }
}
