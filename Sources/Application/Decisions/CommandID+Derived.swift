internal import Crypto
public import EventLog
internal import Foundation

extension CommandID {
  /// The first half of SHA-256: enough that nobody meets another's id by accident, and a caller
  /// that forges a collision only meets itself, because the principal is part of what is hashed.
  public static func derived(from bytes: [UInt8]) -> CommandID {
    CommandID(bytes: Array(SHA256.hash(data: Data(bytes)).prefix(16)))
      ?? CommandID(high: 0, low: 0)
  }
}
