/// How an argument's `fieldRef` is read from the rollout.
public enum FieldPath {
  /// What is wrong with a path. `description` is the text Argo reports.
  public enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
    case notAnIndex(String)
    case outOfRange(Int)
    case noSuchField(path: String)
    case notPrimitive(path: String)
    case unsupportedMetadata(path: String)
    case noSubscript(path: String)

    public var description: String {
      switch self {
      case .notAnIndex(let section): "invalid index '\(section)'"
      case .outOfRange(let index): "index \(index) out of range"
      case .noSuchField(let path): "invalid path \(path) in rollout"
      case .notPrimitive(let path):
        "path \(path) in rollout must terminate in a primitive value"
      case .unsupportedMetadata(let path): "unsupported fieldPath: \(path)"
      case .noSubscript(let path): "fieldPath \"\(path)\" does not support subscript"
      }
    }
  }

  /// The value at `path` in `object`, as text.
  ///
  /// Two readers share the work. A path that begins with `metadata` is read the way pods' downward
  /// API reads it: name, namespace, uid, all labels or annotations as sorted `key="value"` lines,
  /// or one of them as `metadata.labels['key']`, where a missing key is empty text and no error.
  /// Every other path (`spec`, `status`, ...) walks the whole object: sections are parted by any
  /// run of dots and brackets, so `a.b[0].c`, `a.b.0.c` and `a[b][0]c` name the same field.
  public static func read(_ path: String, in object: TreeValue) throws(Problem) -> String {
    path.hasPrefix("metadata") ? try metadata(path, in: object) : try walk(path, in: object)
  }

  private static func walk(_ path: String, in object: TreeValue) throws(Problem) -> String {
    var value = object
    for section in path.split(whereSeparator: { $0 == "." || $0 == "[" || $0 == "]" }) {
      switch value {
      case .list(let items):
        guard let index = Int(section) else { throw .notAnIndex(String(section)) }
        guard items.indices.contains(index) else { throw .outOfRange(index) }
        value = items[index]
      case .map(let fields):
        value = fields[String(section)] ?? .null
      case .null, .bool, .number, .string:
        throw .noSuchField(path: path)
      }
    }
    switch value {
    case .null: throw .noSuchField(path: path)
    case .list, .map: throw .notPrimitive(path: path)
    case .bool, .number, .string: return value.argumentText ?? ""
    }
  }

  private static func metadata(_ path: String, in object: TreeValue) throws(Problem) -> String {
    if let (name, key) = subscripted(path) {
      switch name {
      case "metadata.labels": return strings("labels", in: object)[key] ?? ""
      case "metadata.annotations": return strings("annotations", in: object)[key] ?? ""
      default: throw .noSubscript(path: path)
      }
    }
    switch path {
    case "metadata.labels": return lines(strings("labels", in: object))
    case "metadata.annotations": return lines(strings("annotations", in: object))
    case "metadata.name", "metadata.namespace", "metadata.uid":
      guard case .map(let root) = object, case .map(let fields) = root["metadata"] else {
        return ""
      }
      return fields[String(path.dropFirst("metadata.".count))]?.argumentText ?? ""
    default:
      throw .unsupportedMetadata(path: path)
    }
  }

  /// `name['key']` as its two parts.
  private static func subscripted(_ path: String) -> (name: String, key: String)? {
    guard path.hasSuffix("']") else { return nil }
    let body = Array(path.dropLast(2))
    var index = 0
    while index + 1 < body.count {
      if body[index] == "[", body[index + 1] == "'" {
        return index == 0 ? nil : (String(body[..<index]), String(body[(index + 2)...]))
      }
      index += 1
    }
    return nil
  }

  private static func strings(_ name: String, in object: TreeValue) -> [String: String] {
    guard case .map(let root) = object, case .map(let metadata) = root["metadata"],
      case .map(let fields) = metadata[name]
    else { return [:] }
    return fields.compactMapValues(\.argumentText)
  }

  private static func lines(_ values: [String: String]) -> String {
    values.sorted { $0.key < $1.key }.map { "\($0.key)=\(quoted($0.value))" }
      .joined(separator: "\n")
  }

  /// Go's quoting of a string, for the characters a label or annotation can reasonably hold.
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
