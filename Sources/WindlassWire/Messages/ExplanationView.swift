internal import CWindlassProto
internal import Protobuf
public import RolloutCore

/// An ``RolloutCore/Explanation`` as it travels: the counterfactual is its sentence only.
public struct ExplanationView: Equatable, Sendable {
  public var headline: String
  public var paragraphs: [String]
  public var trace: [Explanation.TraceLine]
  public var counterfactual: String?
  /// How Argo Rollouts itself would have judged, where that differs.
  public var argoDiffers: String?
  /// What each version of Argo Rollouts itself would decide.
  public var argo: [ArgoJudgement]

  public init(
    headline: String, paragraphs: [String] = [], trace: [Explanation.TraceLine] = [],
    counterfactual: String? = nil, argoDiffers: String? = nil, argo: [ArgoJudgement] = []
  ) {
    self.headline = headline
    self.paragraphs = paragraphs
    self.trace = trace
    self.counterfactual = counterfactual
    self.argoDiffers = argoDiffers
    self.argo = argo
  }

  public init(_ explanation: Explanation) {
    self.init(
      headline: explanation.headline, paragraphs: explanation.paragraphs,
      trace: explanation.trace, counterfactual: explanation.counterfactual?.text,
      argoDiffers: explanation.argoDiffers, argo: explanation.argo)
  }
}

extension ExplanationView: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__explanation__init)

  init(wire m: Windlass__V1__Explanation) throws(WireError) {
    unsafe self.init(
      headline: string(m.headline), paragraphs: strings(m.n_paragraphs, m.paragraphs),
      trace: try Explanation.TraceLine.list(m.n_trace, m.trace, "trace"),
      counterfactual: optionalString(m.counterfactual), argoDiffers: optionalString(m.argo_differs),
      argo: try ArgoJudgement.list(m.n_argo, m.argo, "argo"))
  }

  func packed(in arena: Arena) -> Windlass__V1__Explanation {
    unsafe Windlass__V1__Explanation(
      base: Self.wireType.base, headline: arena.string(headline), n_paragraphs: paragraphs.count,
      paragraphs: arena.strings(paragraphs), n_trace: trace.count, trace: arena.list(trace),
      counterfactual: arena.string(counterfactual ?? ""),
      argo_differs: arena.string(argoDiffers ?? ""), n_argo: argo.count, argo: arena.list(argo))
  }
}

extension ArgoJudgement: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__argo_judgement__init)

  init(wire m: Windlass__V1__ArgoJudgement) throws(WireError) {
    unsafe self.init(
      versions: string(m.versions), answer: try word(string(m.answer), "answer"),
      runsAnalysis: m.runs_analysis != 0, differs: m.differs != 0, why: strings(m.n_why, m.why))
  }

  func packed(in arena: Arena) -> Windlass__V1__ArgoJudgement {
    unsafe Windlass__V1__ArgoJudgement(
      base: Self.wireType.base, versions: arena.string(versions),
      answer: arena.string(answer.rawValue), runs_analysis: flag(runsAnalysis),
      differs: flag(differs), n_why: why.count, why: arena.strings(why))
  }
}

extension Explanation.TraceLine: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__explanation__trace_line__init)

  init(wire m: Windlass__V1__Explanation__TraceLine) throws(WireError) {
    unsafe self.init(
      rule: try Rule(wire: string(m.rule), "rule"), text: string(m.text),
      facts: numbers(m.n_fact_positions, m.fact_positions).map(LogPosition.init))
  }

  func packed(in arena: Arena) -> Windlass__V1__Explanation__TraceLine {
    unsafe Windlass__V1__Explanation__TraceLine(
      base: Self.wireType.base, rule: arena.string(rule.rawValue), text: arena.string(text),
      n_fact_positions: facts.count, fact_positions: arena.array(facts, \.index))
  }
}
