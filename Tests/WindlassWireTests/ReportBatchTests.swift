import RolloutCore
import Testing
import WindlassWire

@Suite("batches of outcomes")
struct ReportBatchTests {
  private func report(_ id: String, _ more: ProtoBytes.Field...) -> ProtoBytes.Field {
    .bytes(3, ProtoBytes.message(.text(1, id), .text(2, "shop/cart")) + more.flatMap(\.bytes))
  }

  private let available = ProtoBytes.Field.message(11, .number(1, 7))

  private func batch(_ reports: ProtoBytes.Field...) throws -> ReportBatch {
    let bytes = ProtoBytes.message(.text(1, "eu-1"), .number(2, 9)) + reports.flatMap(\.bytes)
    return try ReportBatch(decoding: bytes.span)
  }

  @Test("a legal batch reads as the request")
  func legal() throws {
    var random = Generator(seed: 21)
    for _ in 0..<100 {
      let request = ReportOutcomesRequest(
        cluster: try random.cluster(), epoch: random.counter(),
        reports: try random.array(upTo: 5) { try $0.reported() })
      let batch = try ReportBatch(decoding: request.encoded().span)
      #expect(batch.cluster == request.cluster)
      #expect(batch.epoch == request.epoch)
      #expect(batch.items == request.reports.map { .report($0) })
    }
  }

  @Test("a report that is not legal is refused by its id, and the others are read")
  func poison() throws {
    let batch = try batch(
      report("first", available), report("unknown-field", available, .number(900, 1)),
      report("no-outcome"), report("bad-weight", .message(12, .number(1, 1), .number(2, 1 << 40))),
      report("last", available))
    #expect(batch.cluster.text == "eu-1")
    #expect(batch.epoch == 9)
    #expect(
      batch.items.map(\.id) == ["first", "unknown-field", "no-outcome", "bad-weight", "last"])
    guard case .report(let first) = batch.items.first, case .report(let last) = batch.items.last
    else {
      Issue.record("the legal reports are not read")
      return
    }
    #expect(first.outcome == .core(.available(RevisionNumber(7))))
    #expect(last.outcome == first.outcome)
    #expect(
      batch.items[1]
        == .illegal(
          id: "unknown-field",
          WireError(field: "reports[1]", reason: "field 900 is unknown")))
    #expect(
      batch.items[2]
        == .illegal(
          id: "no-outcome", WireError(field: "reports[2].outcome", reason: "is missing")))
  }

  @Test("an id that cannot be read is left empty", arguments: ["", "clé", "a\u{1}"])
  func unreadableID(id: String) throws {
    let batch = try batch(report(id, available), report("ok", available))
    #expect(batch.items.map(\.id) == ["", "ok"])
  }

  @Test("bytes cut short, too many reports and an illegal cluster refuse the whole batch")
  func whole() throws {
    #expect(throws: WireError.self) {
      let bytes = ProtoBytes.message(.text(1, "eu-1"), .number(2, 9)) + [0x1A, 200, 1]
      return try ReportBatch(decoding: bytes.span)
    }
    #expect(throws: WireError(field: "reports", reason: "has more than 500 elements")) {
      let bytes =
        ProtoBytes.message(.text(1, "eu-1")) + (0..<501).flatMap { _ in report("r").bytes }
      return try ReportBatch(decoding: bytes.span)
    }
    let error = #expect(throws: WireError.self) {
      let bytes = ProtoBytes.message(.text(1, "EU"), .number(2, 9)) + report("r").bytes
      return try ReportBatch(decoding: bytes.span)
    }
    #expect(error?.field == "cluster" || error?.field.hasPrefix("reports[0]") == true)
  }

  @Test("whatever is done to a batch's bytes, it is read or refused", arguments: UInt64(0)..<300)
  func mutated(seed: UInt64) throws {
    var random = Generator(seed: seed)
    let request = ReportOutcomesRequest(
      cluster: try random.cluster(), epoch: 1,
      reports: try random.array(upTo: 4) { try $0.reported() })
    var bytes = request.encoded()
    for _ in 0..<random.int(1...6) {
      guard !bytes.isEmpty else { break }
      let index = random.int(0...bytes.count - 1)
      switch random.int(0...2) {
      case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes.remove(at: index)
      default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: index)
      }
    }
    do {
      let batch = try ReportBatch(decoding: bytes.span)
      #expect(batch.items.count <= 500)
    } catch {
      #expect(!error.reason.isEmpty)
    }
  }
}
