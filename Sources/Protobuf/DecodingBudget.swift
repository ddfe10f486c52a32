/// How much memory a message may take when it is decoded.
enum DecodingBudget {
  /// Structs are larger than their bytes, and protobuf-c notes every field it finds before it reads
  /// any; small messages have room to be small.
  private static let perByte = 16
  private static let least = 64 * 1_024
  private static let most = 32 * 1_024 * 1_024

  /// - Parameter count: bytes of the encoded message.
  static func bytes(for count: Int) -> Int {
    let (product, overflow) = count.multipliedReportingOverflow(by: perByte)
    return least + min(overflow ? most : product, most)
  }
}
