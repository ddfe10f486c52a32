/// An object as JSON has it, to take single values out of.
public indirect enum FieldTree: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([FieldTree])
  case map([String: FieldTree])

  /// The single value at a path of a rollout, as text.
  ///
  /// Paths that begin with `metadata` are read as the downward API reads them: `metadata.name`,
  /// `.namespace`, `.uid`, `.labels`, `.annotations`, `.labels['key']`, `.annotations['key']`,
  /// where a missing key is an empty text. Any other path is `a.b[0].c`.
  ///
  /// - Throws: ``CompositionError`` if nothing is there, or not a single value.
  func text(at path: String) throws(CompositionError) -> String {
    path.hasPrefix("metadata") ? try metadata(path) : try value(at: path)
  }

  private func metadata(_ path: String) throws(CompositionError) -> String {
    let metadata = self["metadata"]
    if path.hasSuffix("']"), let open = path.range(of: "['") {
      let parent = String(path[..<open.lowerBound])
      let key = String(path[open.upperBound...].dropLast(2))
      guard parent == "metadata.labels" || parent == "metadata.annotations" else {
        throw CompositionError("fieldPath \"\(parent)\" does not support subscript")
      }
      guard case .text(let value) = metadata[String(parent.dropFirst(9))][key] else { return "" }
      return value
    }
    switch path {
    case "metadata.name", "metadata.namespace", "metadata.uid":
      guard case .text(let value) = metadata[String(path.dropFirst(9))] else { return "" }
      return value
    case "metadata.labels", "metadata.annotations":
      guard case .map(let entries) = metadata[String(path.dropFirst(9))] else { return "" }
      return entries.sorted { $0.key < $1.key }.map { key, value in
        guard case .text(let text) = value else { return "\(key)=\"\"" }
        return "\(key)=\(Self.quoted(text))"
      }.joined(separator: "\n")
    default: throw CompositionError("unsupported fieldPath: \(path)")
    }
  }

  private subscript(key: String) -> FieldTree {
    guard case .map(let entries) = self else { return .null }
    return entries[key] ?? .null
  }

  private func value(at path: String) throws(CompositionError) -> String {
    let invalid = CompositionError("invalid path \(path) in rollout")
    var place = self
    let sections = path.split(omittingEmptySubsequences: true) { ".[]".contains($0) }
    for section in sections {
      switch place {
      case .list(let items):
        guard let index = Int(section) else {
          throw CompositionError("invalid index '\(section)'")
        }
        guard items.indices.contains(index) else {
          throw CompositionError("index \(index) out of range")
        }
        place = items[index]
      case .map: place = place[String(section)]
      case .null, .bool, .number, .text: throw invalid
      }
    }
    switch place {
    case .null: throw invalid
    case .bool(let value): return value ? "true" : "false"
    case .number(let value): return Self.number(value)
    case .text(let text): return text
    case .list, .map:
      throw CompositionError("path \(path) in rollout must terminate in a primitive value")
    }
  }

  /// A number as Go prints a float: the fewest digits, with an exponent from 1e+06 on and below
  /// 1e-4.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf" }
    guard value != 0 else { return value.sign == .minus ? "-0" : "0" }
    // The fewest digits, wherever Swift puts the point: `-123.5`, `1e-07`, `1.5e+20`.
    var mantissa = "\(value.magnitude)"
    var exponent = 0
    if let mark = mantissa.firstIndex(of: "e") {
      exponent = Int(mantissa[mantissa.index(after: mark)...]) ?? 0
      mantissa = String(mantissa[..<mark])
    }
    let parts = mantissa.split(separator: ".", omittingEmptySubsequences: false)
    let whole = parts.first.map(String.init) ?? "0"
    var digits = whole + (parts.count > 1 ? String(parts[1]) : "")
    var point = whole.utf8.count + exponent
    while digits.hasPrefix("0") && digits.utf8.count > 1 {
      digits.removeFirst()
      point -= 1
    }
    while digits.hasSuffix("0") && digits.utf8.count > 1 { digits.removeLast() }
    let sign = value < 0 ? "-" : ""
    let power = point - 1
    guard power >= -4 && power < 6 else {
      let first = digits.prefix(1)
      let rest = digits.dropFirst()
      let magnitude = power.magnitude
      return sign + first + (rest.isEmpty ? "" : "." + rest) + (power < 0 ? "e-" : "e+")
        + (magnitude < 10 ? "0" : "") + "\(magnitude)"
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    if point >= digits.utf8.count {
      return sign + digits + String(repeating: "0", count: point - digits.utf8.count)
    }
    return sign + digits.prefix(point) + "." + digits.dropFirst(point)
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension String {
  /// The first place of a text in this one.
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
