internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// `Rollouts.Explain`: why an attempt was classified as it was, or why a command was refused.
public struct ExplainRequest: BoundedRequest {
  public var application: ApplicationName
  /// `nil` only with a refusal of a command to the application itself.
  public var cluster: ClusterName?
  /// `nil`: the latest.
  public var attempt: AttemptNumber?
  /// A refusal, by its place in the log; wins over the attempt.
  public var refusal: LogPosition?
  public var bounds: ReadBounds

  public var atLeastPosition: UInt64 {
    get { bounds.atLeast }
    set { bounds.atLeast = newValue }
  }

  public init(
    application: ApplicationName, cluster: ClusterName?, attempt: AttemptNumber? = nil,
    refusal: LogPosition? = nil, bounds: ReadBounds = ReadBounds()
  ) {
    self.bounds = bounds
    self.application = application
    self.cluster = cluster
    self.attempt = attempt
    self.refusal = refusal
  }
}

public struct ExplainResponse: PositionedReply {
  public var explanation: ExplanationView
  /// Where the log has the explained event.
  public var position: LogPosition
  public var attempt: AttemptNumber?
  /// What happened afterwards, one line for each event.
  public var story: [String]
  /// How many of the log's events the answer rests on.
  public var logPosition: UInt64

  public init(
    explanation: ExplanationView, position: LogPosition, attempt: AttemptNumber? = nil,
    story: [String] = [], logPosition: UInt64 = 0
  ) {
    self.logPosition = logPosition
    self.explanation = explanation
    self.position = position
    self.attempt = attempt
    self.story = story
  }
}

extension ExplainRequest: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__explain_request__init)
  static let scan = unsafe PreScan(wireType, Limits.request)

  init(wire m: Windlass__V1__ExplainRequest) throws(WireError) {
    unsafe self.init(
      application: try ApplicationName(wire: string(m.application), "application"),
      cluster: try ClusterName.optional(string(m.cluster), "cluster"),
      attempt: AttemptNumber(optional: m.attempt),
      refusal: logPosition(plusOne: m.refusal_position_plus_one),
      bounds: try ReadBounds(
        wire: m.at_least_position, asOfPosition: m.as_of_position,
        asOfMicroseconds: m.as_of_microseconds))
    guard cluster != nil || refusal != nil else {
      throw WireError(field: "cluster", reason: "must be given to explain an attempt")
    }
  }

  func packed(in arena: Arena) -> Windlass__V1__ExplainRequest {
    unsafe Windlass__V1__ExplainRequest(
      base: Self.wireType.base, application: arena.string(application.text),
      cluster: arena.string(cluster.wire), attempt: attempt.wire,
      refusal_position_plus_one: plusOne(refusal), at_least_position: bounds.atLeast,
      as_of_position: bounds.asOfPosition, as_of_microseconds: bounds.asOfMicroseconds)
  }
}

extension ExplainResponse: @unsafe PackedMessage {
  static let wireType = unsafe MessageType(windlass__v1__explain_response__init)
  static let scan = unsafe PreScan(wireType, Limits.response)

  init(wire m: Windlass__V1__ExplainResponse) throws(WireError) {
    unsafe self.init(
      explanation: try ExplanationView.required(m.explanation, "explanation"),
      position: LogPosition(m.position), attempt: AttemptNumber(optional: m.attempt),
      story: strings(m.n_story, m.story), logPosition: m.log_position)
  }

  func packed(in arena: Arena) -> Windlass__V1__ExplainResponse {
    unsafe Windlass__V1__ExplainResponse(
      base: Self.wireType.base, explanation: arena.pointer(explanation), position: position.index,
      attempt: attempt.wire, n_story: story.count, story: arena.strings(story),
      log_position: logPosition)
  }
}
