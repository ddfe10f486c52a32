internal import Crypto
public import Proofs

/// What a leaf of the tree is made of: 205 bytes, all numbers big-endian. The layout is for ever.
///
/// A fixed size whatever the payload, nothing of the payload itself, and a salt that keeps anybody
/// from guessing it: so payload and salt can be erased, and the leaf still verifies. The chain ties
/// the leaf to its batch and everything before it, the digest of the commands to what was asked.
public enum LeafRecord {
  public static let bytes = 205
  public static let saltBytes = 16
  public static let version: UInt8 = 1

  /// - Parameters:
  ///   - at: the database's time of the batch, microseconds since 1970.
  ///   - body: SHA-256 of salt and payload, see ``body(salt:payload:)``.
  ///   - chain: of the event's batch.
  ///   - commands: of the event's batch, see ``CommandsDigest``.
  public static func hash(
    logID: UInt32, position: UInt64, stream: String, version: UInt64, command: [UInt8],
    type: String, at: Int64, body: [UInt8], chain: [UInt8], commands: [UInt8]
  ) -> MerkleHash {
    var record: [UInt8] = []
    record.reserveCapacity(bytes)
    record.append(Self.version)
    record.append(bigEndian: UInt64(logID), bytes: 4)
    record.append(bigEndian: position, bytes: 8)
    record.append(contentsOf: SHA256.hash(data: Array(stream.utf8)))
    record.append(bigEndian: version, bytes: 8)
    record += command
    record.append(contentsOf: SHA256.hash(data: Array(type.utf8)))
    record.append(bigEndian: UInt64(bitPattern: at), bytes: 8)
    record += body
    record += chain
    record += commands
    return .leaf(record)
  }

  /// What stands for a payload.
  public static func body(salt: [UInt8], payload: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: salt)
    hash.update(data: payload)
    return Array(hash.finalize())
  }
}

/// SHA-256 over the commands of a batch, in the order of their first positions and then their ids:
/// id (16), length and bytes of the digest (4), first position (8), count (4), time (8).
///
/// The commands of a batch are those first recorded at its positions: also those without events
/// that came after the batch before it.
public struct CommandsDigest: Sendable {
  private var hash = SHA256()

  public init() {}

  public mutating func add(_ command: ArchivedCommand) {
    var bytes = command.id
    bytes.append(bigEndian: UInt64(command.digest.count), bytes: 4)
    bytes += command.digest
    bytes.append(bigEndian: command.first, bytes: 8)
    bytes.append(bigEndian: UInt64(command.count), bytes: 4)
    bytes.append(bigEndian: UInt64(bitPattern: command.at), bytes: 8)
    hash.update(data: bytes)
  }

  /// 32 bytes.
  public var bytes: [UInt8] { Array(hash.finalize()) }
}

/// What the chain of batches is made of, computed apart from the code that appends: an auditor that
/// shared its code would share its mistakes.
public struct BatchDigest: Sendable {
  private var hash = SHA256()
  private var buffer: [UInt8] = []

  public init() {}

  public mutating func add(_ event: ArchivedEvent) {
    buffer.removeAll(keepingCapacity: true)
    let stream = Array(event.stream.utf8)
    let type = Array(event.type.utf8)
    buffer.append(bigEndian: UInt64(stream.count), bytes: 2)
    buffer += stream
    buffer.append(bigEndian: event.version, bytes: 8)
    buffer.append(bigEndian: UInt64(type.count), bytes: 1)
    buffer += type
    buffer += event.command
    buffer.append(bigEndian: UInt64(event.payload.count), bytes: 4)
    buffer += event.payload
    hash.update(data: buffer)
  }

  /// 32 bytes.
  public var bytes: [UInt8] { Array(hash.finalize()) }

  /// The chain after a batch whose first event is at `first`.
  public static func chain(after previous: [UInt8], first: UInt64, _ batch: ArchivedBatch)
    -> [UInt8]
  {
    var bytes = previous
    bytes.append(bigEndian: first, bytes: 8)
    bytes.append(bigEndian: UInt64(batch.count), bytes: 4)
    bytes.append(bigEndian: UInt64(bitPattern: batch.at), bytes: 8)
    bytes.append(bigEndian: UInt64(bitPattern: batch.now), bytes: 8)
    bytes += batch.digest
    return Array(SHA256.hash(data: bytes))
  }
}

extension [UInt8] {
  /// The last `bytes` bytes of a number, the most significant first.
  mutating func append(bigEndian value: UInt64, bytes: UInt64) {
    for index in 0..<bytes {
      append(UInt8(truncatingIfNeeded: value >> ((bytes - 1 - index) * 8)))
    }
  }
}
