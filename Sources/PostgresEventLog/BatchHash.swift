import Crypto
import EventLog

/// What the chain is made of. The layout is on disk for ever: every reader computes it again.
struct BatchHash {
  /// The bytes of the events so far, all numbers big-endian: length and text of the stream (2 bytes),
  /// version (8), length and text of the type (1), command id (16), length and bytes of the payload (4).
  private var buffer: [UInt8] = []

  mutating func removeAll() { buffer.removeAll(keepingCapacity: true) }

  mutating func add(
    _ stream: StreamName, _ version: UInt64, _ type: String, _ command: CommandID,
    _ payload: [UInt8]
  ) {
    put(UInt64(stream.text.utf8.count), bytes: 2)
    buffer.append(contentsOf: stream.text.utf8)
    put(version, bytes: 8)
    put(UInt64(type.utf8.count), bytes: 1)
    buffer.append(contentsOf: type.utf8)
    put(command.high, bytes: 8)
    put(command.low, bytes: 8)
    put(UInt64(payload.count), bytes: 4)
    buffer.append(contentsOf: payload)
  }

  /// SHA-256 of what was added.
  var digest: [UInt8] { Array(SHA256.hash(data: buffer)) }

  /// The chain after a batch, as `append` in migrations/0001_event_log.sql computes it.
  static func chain(
    after previous: [UInt8], first: UInt64, count: Int32, at: Int64, now: Int64, digest: [UInt8]
  ) -> [UInt8] {
    var hash = BatchHash()
    hash.buffer = previous
    hash.put(first, bytes: 8)
    hash.put(UInt64(UInt32(bitPattern: count)), bytes: 4)
    hash.put(UInt64(bitPattern: at), bytes: 8)
    hash.put(UInt64(bitPattern: now), bytes: 8)
    hash.buffer.append(contentsOf: digest)
    return hash.digest
  }

  private mutating func put(_ value: UInt64, bytes: UInt64) {
    for index in 0..<bytes {
      buffer.append(UInt8(truncatingIfNeeded: value >> ((bytes - 1 - index) * 8)))
    }
  }
}
