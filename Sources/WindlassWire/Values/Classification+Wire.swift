internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

extension Classification: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__classification__init)

  init(wire m: Windlass__V1__Classification) throws(WireError) {
    let kind = try unsafe Kind.required(m.kind, "kind")
    let rollback = try unsafe Rollback.optional(m.rollback, "rollback")
    guard (rollback != nil) == (kind == .rollback) else {
      throw WireError(field: "rollback", reason: "must be there exactly when kind says ROLLBACK")
    }
    unsafe self.init(
      kind: kind, origin: try Origin.required(m.origin, "origin"),
      track: try Track.required(m.track, "track"), rollback: rollback,
      rules: try Rule.list(m.n_rules, m.rules, "rules"),
      facts: try Fact.list(m.n_facts, m.facts, "facts"),
      warnings: try Warning.list(m.n_warnings, m.warnings))
  }

  func packed(in arena: Arena) -> Windlass__V1__Classification {
    unsafe Windlass__V1__Classification(
      base: Self.wireType.base, kind: kind.wire, origin: origin.wire, track: track.wire,
      rollback: arena.pointer(rollback), n_rules: rules.count,
      rules: arena.array(rules) { rule in unsafe arena.string(rule.rawValue) },
      n_facts: facts.count, facts: arena.list(facts), n_warnings: warnings.count,
      warnings: arena.array(warnings) { warning in unsafe arena.string(warning.rawValue) })
  }
}

extension Classification.Warning {
  @unsafe
  static func list(
    _ count: Int, _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  ) throws(WireError) -> [Self] {
    var warnings: [Self] = []
    for (index, text) in unsafe strings(count, pointers).enumerated() {
      warnings.append(try word(text, "warnings[\(index)]"))
    }
    return warnings
  }
}

extension Classification.Rollback: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__classification__rollback__init)

  init(wire m: Windlass__V1__Classification__Rollback) throws(WireError) {
    unsafe self.init(
      rollbackClass: try RollbackClass.required(m.rollback_class, "rollback_class"),
      insistsOnAnalysis: m.insists_on_analysis != 0,
      answer: try WindowAnswer.required(m.answer, "answer"))
  }

  func packed(in arena: Arena) -> Windlass__V1__Classification__Rollback {
    unsafe Windlass__V1__Classification__Rollback(
      base: Self.wireType.base, rollback_class: rollbackClass.wire,
      insists_on_analysis: flag(insistsOnAnalysis), answer: arena.pointer(answer))
  }
}

extension Fact: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__fact__init)

  init(wire m: Windlass__V1__Fact) throws(WireError) {
    unsafe self.init(
      try word(string(m.kind), "kind"), revision: RevisionNumber(optional: m.revision),
      at: logPosition(plusOne: m.position_plus_one))
  }

  func packed(in arena: Arena) -> Windlass__V1__Fact {
    unsafe Windlass__V1__Fact(
      base: Self.wireType.base, kind: arena.string(kind.rawValue), revision: revision.wire,
      position_plus_one: plusOne(position))
  }
}

extension Rule {
  /// Found by hash: comparing with every rule would cost more than the rest of the message.
  private static let byID = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

  init(wire text: String, _ field: String) throws(WireError) {
    guard let rule = Self.byID[text] else {
      throw WireError(field: field, reason: "is not a rule this version knows")
    }
    self = rule
  }

  /// `nil` for the empty text.
  static func optional(_ text: String, _ field: String) throws(WireError) -> Self? {
    text.isEmpty ? nil : try Self(wire: text, field)
  }

  @unsafe
  static func list(
    _ count: Int, _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ field: String
  ) throws(WireError) -> [Self] {
    guard let pointers = unsafe pointers else { return [] }
    var rules: [Self] = []
    rules.reserveCapacity(count)
    for index in 0..<count {
      do {
        rules.append(try unsafe Self(wire: string(pointers[index]), ""))
      } catch {
        throw error.under("\(field)[\(index)]")
      }
    }
    return rules
  }
}
