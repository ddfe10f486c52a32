/// `{{args.name}}` replaced in the texts of a metric.
///
/// One pass: a value that itself holds a placeholder is not looked into. Blanks inside the braces
/// do not count.
public struct Substitution: Sendable {
  private let values: [String: String]
  /// An argument without a value, whoever uses it.
  private let missing: String?

  /// What stands for a secret until it is measured: the content never gets here.
  public static let secretPlaceholder = "temp-for-secret"

  public init(_ arguments: [RunArgument]) {
    var values: [String: String] = [:]
    var missing: String?
    for argument in arguments {
      if argument.secret != nil {
        values["args.\(argument.name)"] = Self.secretPlaceholder
      } else if let value = argument.value {
        values["args.\(argument.name)"] = value
      } else if missing == nil {
        missing = argument.name
      }
    }
    self.values = values
    self.missing = missing
  }

  /// Why a placeholder cannot be replaced; the text is Argo's.
  public struct Unresolved: Error, Equatable, Sendable, CustomStringConvertible {
    public var description: String
  }

  /// The metric with its arguments filled in, its name included.
  ///
  /// - Throws: ``Unresolved``, naming the last placeholder that has no value, as Argo does.
  public func metric(
    _ metric: MetricSpecification
  ) throws(Unresolved) -> MetricSpecification {
    if let missing { throw Unresolved(description: "argument \"\(missing)\" was not supplied") }
    var filling = Filling(values: values)
    var result = metric
    filling.fill(&result.name)
    filling.fill(&result.interval)
    filling.fill(&result.initialDelay)
    filling.fill(&result.count)
    filling.fill(&result.successCondition)
    filling.fill(&result.failureCondition)
    filling.fill(&result.failureLimit)
    filling.fill(&result.inconclusiveLimit)
    filling.fill(&result.consecutiveErrorLimit)
    result.providers = metric.providers.map { providers in
      providers.map { provider in
        var provider = provider
        for index in provider.settings.indices { filling.fill(&provider.settings[index].value) }
        return provider
      }
    }
    filling.fill(&result.consecutiveSuccessLimit)
    if let unresolved = filling.unresolved { throw unresolved }
    return result
  }

  /// A single text, for values that are no metric's.
  public func text(_ text: String) throws(Unresolved) -> String {
    var filling = Filling(values: values)
    var result = text
    filling.fill(&result)
    if let unresolved = filling.unresolved { throw unresolved }
    return result
  }

  /// One metric's worth of replacing.
  private struct Filling {
    let values: [String: String]
    var unresolved: Unresolved?
    var bytes = 0

    mutating func fill(_ setting: inout NumberSetting?) {
      guard case .text(var text)? = setting else { return }
      fill(&text)
      setting = .text(text)
    }

    mutating func fill(_ text: inout String) {
      let source = text.utf8[...]
      guard var open = Self.find("{", twiceIn: source) else { return add(text.utf8.count) }
      var result = ""
      var rest = source
      while true {
        result += String(Substring(rest[..<open]))
        let inner = rest[rest.index(open, offsetBy: 2)...]
        guard let close = Self.find("}", twiceIn: inner) else {
          unresolved = Unresolved(
            description: "Cannot find end tag=\"}}\" in the template=\"\(text)\" starting from "
              + "\"\(String(Substring(inner)))\"")
          return
        }
        let tag = String(Substring(inner[..<close]))
        if let value = values[Self.trimmed(tag)] {
          result += value
        } else {
          unresolved = Unresolved(description: "failed to resolve {{\(tag)}}")
        }
        rest = inner[inner.index(close, offsetBy: 2)...]
        guard bytes + result.utf8.count <= AnalysisLimits.metricBytes else { break }
        guard let next = Self.find("{", twiceIn: rest) else { break }
        open = next
      }
      result += String(Substring(rest))
      text = result
      add(result.utf8.count)
    }

    private mutating func add(_ count: Int) {
      bytes += count
      guard bytes > AnalysisLimits.metricBytes else { return }
      unresolved = Unresolved(
        description: "metric is larger than \(AnalysisLimits.metricBytes) bytes with its arguments")
    }

    /// The first place where a character stands twice in a row.
    private static func find(
      _ character: Unicode.Scalar, twiceIn text: Substring.UTF8View
    ) -> String.Index? {
      let byte = UInt8(ascii: character)
      var start = text.startIndex
      while let place = text[start...].firstIndex(of: byte) {
        let after = text.index(after: place)
        guard after < text.endIndex else { return nil }
        if text[after] == byte { return place }
        start = after
      }
      return nil
    }

    private static func trimmed(_ tag: String) -> String {
      var bytes = tag.utf8[...]
      let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D]
      while let byte = bytes.first, blanks.contains(byte) { bytes = bytes.dropFirst() }
      while let byte = bytes.last, blanks.contains(byte) { bytes = bytes.dropLast() }
      return String(Substring(bytes))
    }
  }
}
