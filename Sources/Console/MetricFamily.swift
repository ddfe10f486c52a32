/// All samples of one metric.
public struct MetricFamily: Equatable, Sendable {
  /// `[a-zA-Z_:][a-zA-Z0-9_:]*`, for example `windlass_commands_total`.
  public let name: String
  /// One sentence; any text, escaped when written.
  public let help: String
  public let kind: Kind
  public var samples: [Sample]

  /// - Precondition: `name` is a metric name of the exposition format. Names are ours, never a
  ///   caller's; what callers chose belongs into label values.
  public init(name: String, help: String, kind: Kind, samples: [Sample]) {
    precondition(Self.isMetricName(name), "not a metric name")
    self.name = name
    self.help = help
    self.kind = kind
    self.samples = samples
  }

  public enum Kind: String, Equatable, Sendable {
    case counter
    case gauge
    case histogram
  }

  public struct Sample: Equatable, Sendable {
    /// `_bucket`, `_sum` or `_count` within a histogram; empty otherwise.
    public let suffix: String
    public let labels: [Label]
    public let value: Double

    public init(suffix: String = "", labels: [Label] = [], value: Double) {
      precondition(suffix.isEmpty || MetricFamily.isMetricName(suffix), "not a metric suffix")
      self.suffix = suffix
      self.labels = labels
      self.value = value
    }
  }

  public struct Label: Equatable, Sendable {
    /// `[a-zA-Z_][a-zA-Z0-9_]*`, not beginning with `__`, which Prometheus keeps for itself.
    public let name: String
    /// Any text, escaped when written.
    public let value: String

    public init(_ name: String, _ value: String) {
      precondition(MetricFamily.isLabelName(name), "not a label name")
      self.name = name
      self.value = value
    }
  }

  static func isMetricName(_ text: String) -> Bool {
    isName(text, alsoAllowing: UInt8(ascii: ":"))
  }

  static func isLabelName(_ text: String) -> Bool {
    isName(text, alsoAllowing: nil) && !text.utf8.starts(with: "__".utf8)
  }

  private static func isName(_ text: String, alsoAllowing extra: UInt8?) -> Bool {
    guard let first = text.utf8.first, !isDigit(first) else { return false }
    return text.utf8.allSatisfy { byte in
      isDigit(byte) || byte == UInt8(ascii: "_") || byte == extra
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
