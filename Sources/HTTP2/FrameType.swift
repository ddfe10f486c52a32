/// The frame types of RFC 9113 §6 that are looked at one by one.
enum FrameType {
  static let data: UInt8 = 0
  static let headers: UInt8 = 1
  static let priority: UInt8 = 2
  static let reset: UInt8 = 3
  static let continuation: UInt8 = 9
}
