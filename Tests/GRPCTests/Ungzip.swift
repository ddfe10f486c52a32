@testable import GRPC

enum Ungzip {
  static func content(of bytes: [UInt8]) -> [UInt8]? {
    do { return try Gzip.decompress(bytes.span, bytesMax: 1 << 20) } catch { return nil }
  }
}
