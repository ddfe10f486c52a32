internal import Protobuf
public import RolloutCore

/// A ``ReportOutcomesRequest`` as a server reads it: a report that is not legal spoils itself, not
/// the others of its batch. An agent would otherwise send the same batch for ever.
public struct ReportBatch: Equatable, Sendable {
  public var cluster: ClusterName
  public var epoch: UInt64
  /// In the order of the reports, at most 500.
  public var items: [Item]

  public enum Item: Equatable, Sendable {
    case report(ReportedOutcome)
    /// `id` is empty where it cannot be read either.
    case illegal(id: String, WireError)

    public var id: String {
      switch self {
      case .report(let report): report.id
      case .illegal(let id, _): id
      }
    }
  }

  /// - Throws: ``WireError`` when the batch itself is not legal: its cluster, its count, or bytes
  ///   that are no message at all.
  public init(decoding bytes: Span<UInt8>) throws(WireError) {
    do {
      let request = try ReportOutcomesRequest(decoding: bytes)
      self.init(request.cluster, request.epoch, request.reports.map { .report($0) })
    } catch {
      guard error.field.hasPrefix("reports["), let split = Self.split(bytes) else { throw error }
      let request = try ReportOutcomesRequest(decoding: split.rest.span)
      var items: [Item] = []
      items.reserveCapacity(split.reports.count)
      for (index, report) in split.reports.enumerated() {
        do throws(WireError) {
          items.append(.report(try ReportedOutcome(decoding: report.span)))
        } catch {
          items.append(
            .illegal(id: Self.id(of: report.span), error.under("reports[\(index)]")))
        }
      }
      self.init(request.cluster, request.epoch, items)
    }
  }

  private init(_ cluster: ClusterName, _ epoch: UInt64, _ items: [Item]) {
    self.cluster = cluster
    self.epoch = epoch
    self.items = items
  }

  // MARK: Outermost fields

  /// The request's field that holds a report, and a report's that holds its id.
  private static let reportsField: UInt64 = 3
  private static let idField: UInt64 = 1
  private static let reportsMax = 500

  /// The bytes of each report, and everything else; `nil` when the outermost fields cannot be told
  /// apart or the reports are too many.
  private static func split(
    _ bytes: Span<UInt8>
  ) -> (reports: [[UInt8]], rest: [UInt8])? {
    var reports: [[UInt8]] = []
    var rest: [UInt8] = []
    var reader = FieldReader(at: 0)
    while reader.offset < bytes.count {
      let start = reader.offset
      guard let field = reader.next(bytes) else { return nil }
      if field.number == reportsField, let value = field.value {
        guard reports.count < reportsMax else { return nil }
        reports.append(copy(bytes, value))
      } else {
        rest += copy(bytes, start..<reader.offset)
      }
    }
    return (reports, rest)
  }

  /// A report's id as far as it is one.
  private static func id(of report: Span<UInt8>) -> String {
    var reader = FieldReader(at: 0)
    while reader.offset < report.count, let field = reader.next(report) {
      guard field.number == idField, let value = field.value else { continue }
      let text = copy(report, value)
      guard (1...200).contains(text.count), text.allSatisfy({ (0x20...0x7E).contains($0) }) else {
        return ""
      }
      return String(decoding: text, as: UTF8.self)
    }
    return ""
  }

  private static func copy(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    var copied: [UInt8] = []
    copied.reserveCapacity(range.count)
    for index in range { copied.append(bytes[index]) }
    return copied
  }
}

/// Walks over the outermost fields of a message without looking into them.
private struct FieldReader {
  var offset: Int

  init(at offset: Int) { self.offset = offset }

  struct Field {
    var number: UInt64
    /// Where its value lies, when that is bytes.
    var value: Range<Int>?
  }

  /// `nil` for bytes that are no field.
  mutating func next(_ bytes: Span<UInt8>) -> Field? {
    guard let tag = varint(bytes) else { return nil }
    let left: Int
    switch tag & 7 {
    case 0:
      guard varint(bytes) != nil else { return nil }
      return Field(number: tag >> 3)
    case 1: left = 8
    case 5: left = 4
    case 2:
      guard let count = varint(bytes), let known = Int(exactly: count) else { return nil }
      left = known
    default: return nil
    }
    guard left <= bytes.count - offset else { return nil }
    let value = offset..<offset + left
    offset = value.upperBound
    return Field(number: tag >> 3, value: tag & 7 == 2 ? value : nil)
  }

  private mutating func varint(_ bytes: Span<UInt8>) -> UInt64? {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard offset < bytes.count else { return nil }
      let byte = bytes[offset]
      offset += 1
      result |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return result }
    }
    return nil
  }
}
