extension Evaluator {
  mutating func textFunction(_ builtin: Builtin, _ arguments: [Value], _ at: Int)
    throws(ConditionError) -> Value
  {
    if builtin == .join { return .string(try join(arguments, at)) }
    let subject = try text(arguments.first ?? .null, at)
    let other = arguments.count > 1 ? arguments[1] : nil
    try spend(text: subject.utf8.count, at)
    let bytes = Array(subject.utf8)
    switch builtin {
    case .upper: return .string(cased(subject) { $0.properties.uppercaseMapping })
    case .lower: return .string(cased(subject) { $0.properties.lowercaseMapping })
    case .trim:
      let cut: (Unicode.Scalar) -> Bool
      if let other {
        let set = Set(try text(other, at).unicodeScalars)
        cut = { set.contains($0) }
      } else {
        cut = { $0.properties.isWhitespace }
      }
      var scalars = Array(subject.unicodeScalars)[...]
      while let scalar = scalars.first, cut(scalar) { scalars.removeFirst() }
      while let scalar = scalars.last, cut(scalar) { scalars.removeLast() }
      var trimmed = ""
      trimmed.unicodeScalars.append(contentsOf: scalars)
      return .string(trimmed)
    case .trimPrefix, .trimSuffix:
      let part = Array(
        try other.map { value throws(ConditionError) in try text(value, at) }?.utf8
          ?? " ".utf8)
      guard bytes.count >= part.count else { return .string(subject) }
      if builtin == .trimPrefix {
        guard bytes.starts(with: part) else { return .string(subject) }
        return .string(String(decoding: bytes.dropFirst(part.count), as: UTF8.self))
      }
      guard bytes.suffix(part.count).elementsEqual(part) else { return .string(subject) }
      return .string(String(decoding: bytes.dropLast(part.count), as: UTF8.self))
    case .split, .splitAfter:
      let separator = Array(try text(other ?? .null, at).utf8)
      let most = arguments.count > 2 ? try integer(arguments[2], at) : -1
      guard most != 0 else { return .list([]) }
      let pieces = try split(
        subject, separator, most: most < 0 ? .max : Int(most), keeps: builtin == .splitAfter, at)
      return .list(pieces.map { .string($0) })
    case .replace:
      let old = Array(try text(other ?? .null, at).utf8)
      let new = Array(try text(arguments.count > 2 ? arguments[2] : .null, at).utf8)
      let most = arguments.count > 3 ? try integer(arguments[3], at) : -1
      return .string(try replace(subject, old, new, most: most < 0 ? .max : Int(most), at))
    case .repeat:
      let count = try integer(other ?? .null, at)
      guard count >= 0 else {
        throw failure("invalid argument for repeat (expected positive integer, got \(count))", at)
      }
      let (size, overflow) = bytes.count.multipliedReportingOverflow(by: Int(count))
      guard count <= 1_000_000, !overflow, size < ConditionLimits.elements else {
        throw ConditionError(.limit, "memory budget exceeded", at: at)
      }
      try spend(text: size, at)
      return .string(String(repeating: subject, count: Int(count)))
    case .indexOf:
      let part = Array(try text(other ?? .null, at).utf8)
      return .int(Int64(Text.find(part, in: bytes) ?? -1))
    case .lastIndexOf:
      let part = Array(try text(other ?? .null, at).utf8)
      guard let place = Text.find(part.reversed(), in: bytes.reversed()) else { return .int(-1) }
      return .int(Int64(bytes.count - part.count - place))
    case .hasPrefix: return .bool(bytes.starts(with: try text(other ?? .null, at).utf8))
    case .hasSuffix:
      let part = Array(try text(other ?? .null, at).utf8)
      return .bool(bytes.count >= part.count && bytes.suffix(part.count).elementsEqual(part))
    case .toBase64:
      try spend(text: bytes.count * 2, at)
      return .string(Base64.encode(bytes))
    case .fromBase64:
      switch Base64.decode(subject) {
      case .success(let decoded): return .string(String(decoding: decoded, as: UTF8.self))
      case .failure(let corrupt):
        throw failure("illegal base64 data at input byte \(corrupt.place)", at)
      }
    default: throw failure("\(builtin.rawValue) takes no text", at)
    }
  }

  /// Character by character, as Go does it: `ß` stays one letter.
  private func cased(_ text: String, _ mapping: (Unicode.Scalar) -> String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let mapped = mapping(scalar).unicodeScalars
      if mapped.count == 1, let first = mapped.first {
        result.unicodeScalars.append(first)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private mutating func join(_ arguments: [Value], _ at: Int) throws(ConditionError) -> String {
    let glue = arguments.count > 1 ? try text(arguments[1], at) : ""
    guard case .list(let values)? = arguments.first else {
      throw failure(
        "invalid argument for join (type \(arguments.first?.goTypeName ?? "%!s(<nil>)"))", at)
    }
    var joined: [UInt8] = []
    for (index, value) in values.enumerated() {
      let part = try text(value, at)
      try spend(text: part.utf8.count + glue.utf8.count, at)
      if index > 0 { joined.append(contentsOf: glue.utf8) }
      joined.append(contentsOf: part.utf8)
    }
    return String(decoding: joined, as: UTF8.self)
  }

  private mutating func split(
    _ text: String, _ separator: [UInt8], most: Int, keeps: Bool, _ at: Int
  ) throws(ConditionError) -> [String] {
    var pieces: [String] = []
    if separator.isEmpty {
      var rest = Array(text.unicodeScalars)[...]
      while rest.count > 1, pieces.count < most - 1 {
        try spend(elements: 1, at)
        pieces.append(String(rest.removeFirst()))
      }
      if !rest.isEmpty {
        var last = ""
        last.unicodeScalars.append(contentsOf: rest)
        pieces.append(last)
      }
      return pieces
    }
    let bytes = Array(text.utf8)
    var start = 0
    for place in places(of: separator, in: bytes, most: most - 1) {
      try spend(elements: 1, at)
      let end = keeps ? place + separator.count : place
      pieces.append(String(decoding: bytes[start..<end], as: UTF8.self))
      start = place + separator.count
    }
    pieces.append(String(decoding: bytes[start...], as: UTF8.self))
    return pieces
  }

  /// Places of a text that do not overlap, in one pass.
  private func places(of part: [UInt8], in bytes: [UInt8], most: Int) -> [Int] {
    var places: [Int] = []
    var matcher = Text.Finder(part)
    var index = 0
    while index < bytes.count, places.count < most {
      if matcher.advance(bytes[index]) { places.append(index - part.count + 1) }
      index += 1
    }
    return places
  }

  private mutating func replace(
    _ text: String, _ old: [UInt8], _ new: [UInt8], most: Int, _ at: Int
  ) throws(ConditionError) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    if old.isEmpty {
      var done = 0
      for scalar in text.unicodeScalars {
        if done < most {
          try spend(text: new.count, at)
          result.append(contentsOf: new)
          done += 1
        }
        result.append(contentsOf: String(scalar).utf8)
      }
      if done < most { result.append(contentsOf: new) }
      return String(decoding: result, as: UTF8.self)
    }
    var start = 0
    for place in places(of: old, in: bytes, most: most) {
      try spend(text: new.count, at)
      result.append(contentsOf: bytes[start..<place])
      result.append(contentsOf: new)
      start = place + old.count
    }
    result.append(contentsOf: bytes[start...])
    return String(decoding: result, as: UTF8.self)
  }
}
