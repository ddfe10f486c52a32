internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

// Routes that steps set: which requests they take.

extension Strategy.HeaderRoute: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__header_route__init)

  init(wire m: Windlass__V1__HeaderRoute) throws(WireError) {
    unsafe self.init(
      name: string(m.name),
      matches: try Strategy.HeaderMatch.list(m.n_matches, m.matches, "matches"))
  }

  func packed(in arena: Arena) -> Windlass__V1__HeaderRoute {
    unsafe Windlass__V1__HeaderRoute(
      base: Self.wireType.base, name: arena.string(name), n_matches: matches.count,
      matches: arena.list(matches))
  }
}

extension Strategy.HeaderMatch: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__header_match__init)

  init(wire m: Windlass__V1__HeaderMatch) throws(WireError) {
    unsafe self.init(
      header: string(m.header), value: try Strategy.ValueMatch.required(m.value, "value"))
  }

  func packed(in arena: Arena) -> Windlass__V1__HeaderMatch {
    unsafe Windlass__V1__HeaderMatch(
      base: Self.wireType.base, header: arena.string(header), value: arena.pointer(value))
  }
}

extension Strategy.ValueMatch: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__value_match__init)

  init(wire m: Windlass__V1__ValueMatch) throws(WireError) {
    let text = unsafe string(m.value)
    switch unsafe m.kind {
    case WINDLASS__V1__VALUE_MATCH__KIND__EXACT: self = .exact(text)
    case WINDLASS__V1__VALUE_MATCH__KIND__PREFIX: self = .prefix(text)
    case WINDLASS__V1__VALUE_MATCH__KIND__REGEX: self = .regex(text)
    default: throw WireError(field: "kind", reason: "is not a kind this version knows")
    }
  }

  func packed(in arena: Arena) -> Windlass__V1__ValueMatch {
    let (kind, text) =
      switch self {
      case .exact(let text): (WINDLASS__V1__VALUE_MATCH__KIND__EXACT, text)
      case .prefix(let text): (WINDLASS__V1__VALUE_MATCH__KIND__PREFIX, text)
      case .regex(let text): (WINDLASS__V1__VALUE_MATCH__KIND__REGEX, text)
      }
    return unsafe Windlass__V1__ValueMatch(
      base: Self.wireType.base, kind: kind, value: arena.string(text))
  }
}

extension Strategy.MirrorRoute: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__mirror_route__init)

  init(wire m: Windlass__V1__MirrorRoute) throws(WireError) {
    unsafe self.init(
      name: string(m.name),
      percentage: try GivenCount.optional(m.percentage, in: 0...100, "percentage"),
      matches: try Strategy.RequestMatch.list(m.n_matches, m.matches, "matches"))
  }

  func packed(in arena: Arena) -> Windlass__V1__MirrorRoute {
    unsafe Windlass__V1__MirrorRoute(
      base: Self.wireType.base, name: arena.string(name),
      percentage: arena.pointer(GivenCount(percentage)), n_matches: matches.count,
      matches: arena.list(matches))
  }
}

extension Strategy.RequestMatch: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__mirror_route__match__init)

  init(wire m: Windlass__V1__MirrorRoute__Match) throws(WireError) {
    unsafe self.init(
      method: try Strategy.ValueMatch.optional(m.method, "method"),
      path: try Strategy.ValueMatch.optional(m.path, "path"),
      headers: try Strategy.HeaderMatch.list(m.n_headers, m.headers, "headers"))
  }

  func packed(in arena: Arena) -> Windlass__V1__MirrorRoute__Match {
    unsafe Windlass__V1__MirrorRoute__Match(
      base: Self.wireType.base, method: arena.pointer(method), path: arena.pointer(path),
      n_headers: headers.count, headers: arena.list(headers))
  }
}
