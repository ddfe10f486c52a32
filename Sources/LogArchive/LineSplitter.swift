/// Cuts what is read from a file into lines, and says which line is which.
public struct LineSplitter: Sendable {
  private var rest: [UInt8] = []
  /// Of the last line that was returned; the first is 1.
  public private(set) var number: UInt64 = 0
  private let bytesMax: Int

  public init(bytesMax: Int = ArchiveLine.bytesMax) { self.bytesMax = bytesMax }

  /// The lines that end in these bytes.
  ///
  /// - Throws: ``ArchiveError`` once a line is longer than it may be.
  public mutating func feed(
    _ bytes: [UInt8], _ line: (ArraySlice<UInt8>, UInt64) throws -> Void
  ) throws {
    var start = bytes.startIndex
    while let feed = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      number += 1
      if rest.isEmpty {
        try line(bytes[start..<feed], number)
      } else {
        guard rest.count + feed - start <= bytesMax else { throw tooLong }
        rest += bytes[start..<feed]
        try line(rest[...], number)
        rest.removeAll(keepingCapacity: true)
      }
      start = feed + 1
    }
    guard rest.count + bytes.count - start <= bytesMax else { throw tooLong }
    rest += bytes[start...]
  }

  /// - Throws: ``ArchiveError`` unless the last line ended with a line feed.
  public func finish() throws(ArchiveError) {
    guard rest.isEmpty else {
      throw ArchiveError("line \(number + 1) does not end: the file is cut off")
    }
  }

  private var tooLong: ArchiveError {
    ArchiveError("line \(number + 1) has more than \(bytesMax) bytes")
  }
}
