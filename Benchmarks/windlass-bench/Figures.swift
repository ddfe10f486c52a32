import Foundation

/// What a measurement found, by name; the unit is the name's last word.
struct Figures {
  private var values: [String: Double] = [:]

  subscript(name: String) -> Double? {
    get { values[name] }
    set { values[name] = newValue }
  }

  mutating func merge(_ other: Figures) { values.merge(other.values) { _, new in new } }

  /// Adds `<name>_p50_us`, `<name>_p99_us` and `<name>_max_us`.
  mutating func add(_ name: String, latencies: [Duration]) {
    let sorted = latencies.sorted()
    guard let last = sorted.last else { return }
    values["\(name)_p50_us"] = sorted[sorted.count / 2].microseconds
    values["\(name)_p99_us"] = sorted[sorted.count * 99 / 100].microseconds
    values["\(name)_max_us"] = last.microseconds
  }

  /// One JSON object on one line of standard output.
  func print() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    Swift.print(String(decoding: try encoder.encode(values), as: UTF8.self))
  }
}

extension Duration {
  var seconds: Double { self / .seconds(1) }
  var microseconds: Double { self / .microseconds(1) }
}

/// Why a measurement cannot be made.
struct BenchError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
