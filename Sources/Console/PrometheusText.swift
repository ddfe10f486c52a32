/// The Prometheus text exposition format, version 0.0.4.
///
/// Source: prometheus.io, "Exposition formats". Escaping goes byte by byte: Swift's `Character`
/// joins CR and LF, or a quote and a combining mark, into one that equals neither.
enum PrometheusText {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  static func render(_ families: [MetricFamily]) -> String {
    var out: [UInt8] = []
    for family in families {
      out += "# HELP \(family.name) ".utf8
      append(family.help, to: &out, quotes: false)
      out += "\n# TYPE \(family.name) \(family.kind.rawValue)\n".utf8
      for sample in family.samples { append(sample, of: family, to: &out) }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func append(
    _ sample: MetricFamily.Sample, of family: MetricFamily, to out: inout [UInt8]
  ) {
    out += family.name.utf8
    out += sample.suffix.utf8
    if !sample.labels.isEmpty {
      out.append(UInt8(ascii: "{"))
      for (index, label) in sample.labels.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        out += label.name.utf8
        out += "=\"".utf8
        append(label.value, to: &out, quotes: true)
        out.append(UInt8(ascii: "\""))
      }
      out.append(UInt8(ascii: "}"))
    }
    out.append(UInt8(ascii: " "))
    out += number(sample.value).utf8
    out.append(UInt8(ascii: "\n"))
  }

  /// Backslash and line feed are escaped everywhere, the quote in label values only.
  private static func append(_ text: String, to out: inout [UInt8], quotes: Bool) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): out += "\\\\".utf8
      case UInt8(ascii: "\n"): out += "\\n".utf8
      case UInt8(ascii: "\"") where quotes: out += "\\\"".utf8
      default: out.append(byte)
      }
    }
  }

  /// A number as the format wants it: whole ones without a fraction, `+Inf`, `-Inf`, `NaN`.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    // Above 2^53 not every whole number has a Double, so there the shortest form is the honest one.
    if value.magnitude <= 9_007_199_254_740_992, let whole = Int64(exactly: value) {
      return String(whole)
    }
    return value.description
  }
}
