import ArgoManifests

/// Results as JUnit XML, which every CI system reads.
public enum JUnitReport {
  /// What came of one file.
  public struct File: Equatable, Sendable {
    public var name: String
    public var results: [ScenarioResult]
    /// Why the file, or a manifest of it, could not be read; one line for each issue.
    public var unreadable: [String]

    public init(name: String, results: [ScenarioResult] = [], unreadable: [String] = []) {
      self.name = name
      self.results = results
      self.unreadable = unreadable
    }
  }

  /// One suite for each file, one case for each scenario. A file that cannot be read is an error.
  /// No times: a scenario takes none.
  public static func xml(_ files: [File]) -> String {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    let tests = files.reduce(0) { $0 + $1.results.count + ($1.unreadable.isEmpty ? 0 : 1) }
    let failures = files.reduce(0) { $0 + $1.failures }
    let errors = files.count { !$0.unreadable.isEmpty }
    text += "<testsuites name=\"windlass scenario\" tests=\"\(tests)\" failures=\"\(failures)\""
    text += " errors=\"\(errors)\">\n"
    for file in files { suite(file, &text) }
    text += "</testsuites>\n"
    return text
  }

  private static func suite(_ file: File, _ text: inout String) {
    let errors = file.unreadable.isEmpty ? 0 : 1
    text += "  <testsuite name=\"\(escaped(file.name))\" tests=\"\(file.results.count + errors)\""
    text += " failures=\"\(file.failures)\" errors=\"\(errors)\" skipped=\"0\">\n"
    for result in file.results {
      text += "    <testcase name=\"\(escaped(result.name))\" classname=\"\(escaped(file.name))\""
      text += " file=\"\(escaped(file.name))\" line=\"\(result.location.line)\""
      guard let first = result.failures.first else {
        text += "/>\n"
        continue
      }
      let count = result.failures.count
      let message = "\(first.field)" + (count > 1 ? " and \(count - 1) more" : "")
      text += ">\n      <failure type=\"expectation\" message=\"\(escaped(message))\">"
      text += escaped(result.failures.map(\.text).joined(separator: "\n"))
      text += "</failure>\n    </testcase>\n"
    }
    if !file.unreadable.isEmpty {
      text += "    <testcase name=\"can be read\" classname=\"\(escaped(file.name))\">\n"
      text += "      <error type=\"unreadable\" message=\"\(escaped(file.unreadable[0]))\">"
      text += escaped(file.unreadable.joined(separator: "\n"))
      text += "</error>\n    </testcase>\n"
    }
    text += "  </testsuite>\n"
  }

  /// Byte by byte: a combining character after `<` makes one `Character` of both, and what compares
  /// characters lets it through. What XML 1.0 cannot say at all becomes U+FFFD.
  static func escaped(_ text: String) -> String {
    var result: [UInt8] = []
    let bytes = Array(text.utf8)
    let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "&"): result += "&amp;".utf8
      case UInt8(ascii: "<"): result += "&lt;".utf8
      case UInt8(ascii: ">"): result += "&gt;".utf8
      case UInt8(ascii: "\""): result += "&quot;".utf8
      case UInt8(ascii: "'"): result += "&apos;".utf8
      case 0x09, 0x0A, 0x0D: result += "&#\(byte);".utf8
      case 0..<0x20, 0x7F: result += replacement
      case 0xEF
      where bytes[index...].starts(with: [0xBF, 0xBE])
        || bytes[index...].starts(with: [0xBF, 0xBF]):
        // U+FFFE and U+FFFF.
        result += replacement
        index += 2
      default: result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}

extension JUnitReport.File {
  fileprivate var failures: Int { results.count { !$0.hasPassed } }
}
