import Testing

@testable import Protobuf

@Suite("the arena")
struct ArenaTests {
  @Test("memory is given up to the budget, then refused")
  func budget() {
    Arena.with(budget: 1_024) { arena in
      for _ in 0..<64 { #expect(unsafe arena.allocate(16) != nil) }
      #expect(!arena.isExhausted)
      #expect(unsafe arena.allocate(1) == nil)
      #expect(arena.isExhausted)
    }
  }

  @Test("a size that no memory has is refused, not rounded to nothing")
  func absurd() {
    Arena.with(budget: 1 << 20) { arena in
      #expect(unsafe arena.allocate(.max) == nil)
      #expect(unsafe arena.allocate(.max - 7) == nil)
      #expect(unsafe arena.allocate(64) != nil)
    }
  }

  @Test("pieces are aligned, apart and stay as written across chunks")
  func pieces() {
    Arena.with(budget: 1 << 22) { arena in
      var pieces: [(UnsafeMutableRawPointer, Int)] = unsafe []
      var areAligned = true
      for size in 1...700 {
        guard let piece = unsafe arena.allocate(size) else { continue }
        areAligned = areAligned && Int(bitPattern: piece) % 16 == 0
        unsafe piece.initializeMemory(as: UInt8.self, repeating: UInt8(size % 251), count: size)
        unsafe pieces.append((piece, size))
      }
      let count = unsafe pieces.count
      #expect(count == 700)
      #expect(areAligned)
      let intact = unsafe pieces.allSatisfy { piece, size in
        unsafe UnsafeRawBufferPointer(start: piece, count: size)
          .allSatisfy { $0 == UInt8(size % 251) }
      }
      #expect(intact)
    }
  }

  @Test("a message that outgrows its budget is refused, and the arena took no more than that")
  func bomb() {
    // Four MiB of empty messages would be 115 MB of structs.
    let bytes = (0..<2_000_000).flatMap { _ in [0x0a, 0] as [UInt8] }
    let scan = PreScanTests.scan(countMax: .max, fieldsMax: .max)
    let budget = DecodingBudget.bytes(for: bytes.count)
    #expect(budget <= 33 << 20)
    let error = #expect(throws: MalformedMessage.self) {
      try PreScanTests.name(of: bytes, scan)
    }
    #expect(error?.reason == "needs more than \(budget) bytes of memory")
    Arena.with(budget: 4 << 20) { arena in
      while unsafe arena.allocate(1_000) != nil {}
      // Chunks are larger than what is asked of them, but not by more than one.
      #expect(arena.overflowBytes <= (4 << 20) + (256 << 10))
    }
    Arena.with(budget: 16) { arena in #expect(arena.overflowBytes == 0) }
  }

  @Test("the budget of any length is finite", arguments: [0, 1, 1 << 20, Int.max / 16 + 1, .max])
  func budgets(count: Int) {
    #expect((64 << 10...33 << 20).contains(DecodingBudget.bytes(for: count)))
  }
}
