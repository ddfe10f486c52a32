internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// `Rollouts.EvaluateRollback`: what would be answered to a rollback now.
public struct EvaluateRollbackRequest: BoundedRequest {
  public var application: ApplicationName
  public var cluster: ClusterName
  /// `nil`: stable if an attempt is running, else the previous stable.
  public var target: RevisionRef?
  public var rollbackClass: RollbackClass
  public var insistsOnAnalysis: Bool
  /// At most 2 KiB.
  public var reason: String
  /// Asks for ``EvaluateRollbackResponse/explanation``.
  public var explains: Bool
  public var bounds: ReadBounds

  public var atLeastPosition: UInt64 {
    get { bounds.atLeast }
    set { bounds.atLeast = newValue }
  }

  public init(
    application: ApplicationName, cluster: ClusterName, target: RevisionRef? = nil,
    rollbackClass: RollbackClass = .regular, insistsOnAnalysis: Bool = false, reason: String = "",
    explains: Bool = false, bounds: ReadBounds = ReadBounds()
  ) {
    self.bounds = bounds
    self.application = application
    self.cluster = cluster
    self.target = target
    self.rollbackClass = rollbackClass
    self.insistsOnAnalysis = insistsOnAnalysis
    self.reason = reason
    self.explains = explains
  }
}

public struct EvaluateRollbackResponse: PositionedReply {
  public var isRefused: Bool
  /// Why it would be refused.
  public var rule: Rule?
  public var message: String
  /// What the attempt would be; absent when refused.
  public var classification: Classification?
  /// Present when it was asked for and there is something to explain.
  public var explanation: ExplanationView?
  /// How many of the log's events the answer rests on.
  public var position: UInt64
  /// Version of the rollout's stream it rests on.
  public var version: UInt64

  public var logPosition: UInt64 { position }

  public init(
    isRefused: Bool, rule: Rule? = nil, message: String = "",
    classification: Classification? = nil, explanation: ExplanationView? = nil, position: UInt64,
    version: UInt64
  ) {
    self.isRefused = isRefused
    self.rule = rule
    self.message = message
    self.classification = classification
    self.explanation = explanation
    self.position = position
    self.version = version
  }
}

extension EvaluateRollbackRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__evaluate_rollback_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__EvaluateRollbackRequest) throws(WireError) {
    unsafe self.init(
      application: try ApplicationName(wire: string(m.application), "application"),
      cluster: try ClusterName(wire: string(m.cluster), "cluster"),
      target: try RevisionRef.optional(number: m.revision, release: string(m.release)),
      rollbackClass: try RollbackClass.declared(m.rollback_class),
      insistsOnAnalysis: m.insist_on_analysis != 0, reason: string(m.reason),
      explains: m.explain != 0,
      bounds: try ReadBounds(
        wire: m.at_least_position, asOfPosition: m.as_of_position,
        asOfMicroseconds: m.as_of_microseconds))
  }

  func packed(in arena: Arena) -> Windlass__V1__EvaluateRollbackRequest {
    unsafe Windlass__V1__EvaluateRollbackRequest(
      base: Self.wireType.base, application: arena.string(application.text),
      cluster: arena.string(cluster.text), revision: target?.wireNumber ?? 0,
      release: arena.string(target?.wireRelease ?? ""), rollback_class: rollbackClass.wire,
      insist_on_analysis: flag(insistsOnAnalysis), reason: arena.string(reason),
      explain: flag(explains), at_least_position: bounds.atLeast,
      as_of_position: bounds.asOfPosition, as_of_microseconds: bounds.asOfMicroseconds)
  }
}

extension EvaluateRollbackResponse: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__evaluate_rollback_response__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__EvaluateRollbackResponse) throws(WireError) {
    unsafe self.init(
      isRefused: m.refused != 0, rule: try Rule.optional(string(m.rule), "rule"),
      message: string(m.message),
      classification: try Classification.optional(m.classification, "classification"),
      explanation: try ExplanationView.optional(m.explanation, "explanation"), position: m.position,
      version: m.version)
  }

  func packed(in arena: Arena) -> Windlass__V1__EvaluateRollbackResponse {
    unsafe Windlass__V1__EvaluateRollbackResponse(
      base: Self.wireType.base, refused: flag(isRefused), rule: arena.string(rule?.rawValue ?? ""),
      message: arena.string(message), classification: arena.pointer(classification),
      explanation: arena.pointer(explanation), position: position, version: version)
  }
}
