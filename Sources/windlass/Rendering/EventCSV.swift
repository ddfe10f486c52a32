import Foundation
import RolloutCore
import WindlassWire

/// Events as comma-separated values: RFC 4180, UTF-8, one header. Columns are only ever added, at
/// the end.
enum EventCSV {
  static let columns = [
    "position", "stream", "version", "type", "now", "recorded", "application", "cluster",
    "attempt", "principal", "claimed_actor", "reason", "rules", "summary", "event", "command_id",
  ]

  /// - Parameter withPayload: a last column `payload` with the event's bytes in base64.
  static func header(withPayload: Bool) -> String {
    line(withPayload ? columns + ["payload"] : columns)
  }

  static func row(_ event: EventView, withPayload: Bool) -> String {
    let fields = event.fields
    let subjects = event.subjects
    let by = fields?["by"]
    let attempt = fields?["attempt"]?.scalar ?? ""
    var cells = [
      "\(event.position)", event.stream, "\(event.version)", event.type,
      event.now.map { rfc3339($0) } ?? "", rfc3339(event.recordedAt),
      subjects.application ?? "", subjects.cluster ?? "", attempt == "0" ? "" : attempt,
      by?["principal"]?.scalar ?? "", by?["claimedActor"]?.scalar ?? "",
      by?["reason"]?.scalar ?? "", rules(of: fields), event.summary,
      fields.map { JSON($0).compact } ?? "", hex(event.commandID),
    ]
    if withPayload { cells.append(Data(event.payload).base64EncodedString()) }
    return line(cells)
  }

  private static func rules(of fields: FieldValue?) -> String {
    if case .list(let rules)? = fields?["classification"]?["rules"] {
      return rules.compactMap(\.scalar).joined(separator: " ")
    }
    return fields?["rule"]?.scalar ?? ""
  }

  private static func line(_ cells: [String]) -> String {
    cells.map(cell).joined(separator: ",") + "\r\n"
  }

  /// One cell. What a spreadsheet would take for a formula gets a quote in front; what steers a
  /// terminal is dropped.
  static func cell(_ text: String) -> String {
    // Looked at before line breaks are made one kind: a carriage return in front is one sign too.
    let isFormula =
      text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
    let lines = String(
      String.UnicodeScalarView(
        text.unicodeScalars.filter { $0 == "\n" || $0 == "\t" || !SafeText.isUnsafe($0) }))
    let safe = isFormula || begins(lines) ? "'" + lines : lines
    guard safe.unicodeScalars.contains(where: { ",\"\n\t'".unicodeScalars.contains($0) }) else {
      return safe
    }
    return "\"" + safe.replacing("\"", with: "\"\"") + "\""
  }

  /// What is dropped in front of a formula must not uncover it.
  private static func begins(_ text: String) -> Bool {
    text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
  }

  /// `2026-11-23T09:00:00.000001Z`
  static func rfc3339(_ moment: Timestamp) -> String {
    let fraction = moment.microseconds % 1_000_000
    let digits = String(fraction < 0 ? fraction + 1_000_000 : fraction)
    return moment.utcText.replacing(" ", with: "T").dropLast()
      + "." + String(repeating: "0", count: 6 - digits.count) + digits + "Z"
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
