internal import Crypto
internal import EventLog
internal import RolloutCore

/// A ``World`` as bytes, and back.
///
/// Equal worlds have equal bytes. Version of the codec, head, clock and counts come first; then every
/// text once; then each stream by itself, in the order of their names, with its version, why it is
/// quarantined if it is, and the state folded from it.
public enum WorldSnapshot {
  /// `windlass` and the number of the outer form.
  private static let magic = Array("windlass1".utf8)

  private static let isQuarantined: UInt8 = 1
  private static let hasState: UInt8 = 2

  // MARK: Writing

  public static func encode(_ world: World) throws -> [UInt8] {
    try encode(world, version: SnapshotVersion.current, StateEncoder())
  }

  static func encode(
    _ world: World, version: [UInt8], _ encoder: StateEncoder
  ) throws -> [UInt8] {
    var streams = SnapshotWriter()
    let addresses = world.versions.keys.map { ($0.stream.text, $0) }
      .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
    streams.put(UInt64(addresses.count))
    for (_, address) in addresses { try put(address, of: world, encoder, &streams) }

    var whole = SnapshotWriter()
    whole.put(magic)
    whole.put(version)
    whole.put(world.head.next.index)
    whole.put(world.head.chain)
    whole.put(signed: world.foldedNow)
    let counts = world.eventCounts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    whole.put(UInt64(counts.count))
    for (type, count) in counts {
      whole.put(type.utf8)
      whole.put(count)
    }
    let texts = encoder.texts.all
    whole.put(UInt64(texts.count))
    for text in texts { whole.put(text.utf8) }
    return whole.bytes + streams.bytes
  }

  private static func put(
    _ address: StreamAddress, of world: World, _ encoder: StateEncoder,
    _ streams: inout SnapshotWriter
  ) throws {
    let kind: UInt8 =
      switch address {
      case .application: 0
      case .rollout: 1
      case .cluster: 2
      case .lease: 3
      case .refusals: 4
      }
    switch address {
    case .application(let name), .refusals(let name): encoder.encode(name.text)
    case .cluster(let name), .lease(let name): encoder.encode(name.text)
    case .rollout(let name):
      encoder.encode(name.application.text)
      encoder.encode(name.cluster.text)
    }
    encoder.encode(world.version(address))
    let quarantined = world.quarantined[address]
    if let quarantined { encoder.encode(quarantined) }
    let header = encoder.takeBytes()

    let found: Bool
    switch address {
    case .application(let name): found = try state(world.applications[name], encoder)
    case .rollout(let name): found = try state(world.rollouts[name], encoder)
    case .cluster(let name): found = try state(world.clusters[name], encoder)
    case .lease(let name): found = try state(world.leases[name], encoder)
    case .refusals: found = false
    }
    streams.put(
      byte: kind << 2 | (quarantined == nil ? 0 : isQuarantined) | (found ? hasState : 0))
    streams.append(header)
    if found { streams.put(encoder.takeBytes()) }
  }

  private static func state<T: Encodable>(_ value: T?, _ encoder: StateEncoder) throws -> Bool {
    guard let value else { return false }
    try encoder.encode(value)
    return true
  }

  // MARK: Reading

  /// Reads what a store has, if it is what its row says: these bytes, of this place in the log.
  ///
  /// - Throws: ``SnapshotRefused``, or what the state's own types refuse.
  static func decode(_ bytes: [UInt8], of snapshot: StoredSnapshot) async throws -> World {
    guard Array(SHA256.hash(data: bytes)) == snapshot.digest else { throw SnapshotRefused.digest }
    var world = try parse(bytes)
    guard world.head == snapshot.head else { throw SnapshotRefused.otherPlace }
    world.derive()
    return world
  }

  /// Reads bytes that are known to be what ``encode(_:)`` wrote.
  ///
  /// - Throws: ``SnapshotRefused``, or what the state's own types refuse.
  public static func decode(_ bytes: [UInt8]) throws -> World {
    var world = try parse(bytes)
    world.derive()
    return world
  }

  /// The folded state alone: total over whatever bytes there are.
  static func parse(_ bytes: [UInt8]) throws -> World {
    var reader = SnapshotReader(bytes)
    guard try reader.content().elementsEqual(magic),
      try reader.content().elementsEqual(SnapshotVersion.current)
    else { throw SnapshotRefused.otherVersion }
    var world = World()
    let next = GlobalPosition(try reader.number())
    world.head = LogHead(next: next, chain: Array(try reader.content()))
    world.foldedNow = try reader.signed()
    for _ in 0..<(try reader.count()) {
      let type = try reader.text()
      world.eventCounts[type] = try reader.number()
    }
    var texts: [String] = []
    let textCount = try reader.count()
    texts.reserveCapacity(textCount)
    for _ in 0..<textCount { texts.append(try reader.text()) }

    let count = try reader.count()
    var names = Names(texts: texts)
    let decoder = StateDecoder(reader, texts: texts)
    // No more than a real one needs soon, whatever the bytes say.
    world.versions.reserveCapacity(min(count, 100_000))
    world.rollouts.reserveCapacity(min(count, 100_000))
    for _ in 0..<count {
      let mark = try reader.byte()
      let address = try names.address(kind: mark >> 2, &reader)
      guard world.versions.updateValue(try reader.number(), forKey: address) == nil else {
        throw SnapshotRefused.malformed("a stream appears twice")
      }
      if mark & isQuarantined != 0 { world.quarantined[address] = try names.text(&reader) }
      guard mark & hasState != 0 else { continue }
      let range = try reader.range()
      switch address {
      case .application(let name):
        world.applications[name] = try decoder.read(ApplicationState.self, range)
      case .rollout(let name):
        world.rollouts[name] = try decoder.read(RolloutState.self, range)
      case .cluster(let name):
        world.clusters[name] = try decoder.read(ClusterRegistration.self, range)
      case .lease(let name): world.leases[name] = try decoder.read(World.Lease.self, range)
      case .refusals: throw SnapshotRefused.malformed("refusals have no state")
      }
    }
    guard reader.left == 0 else { throw SnapshotRefused.malformed("something follows the end") }
    return world
  }

  /// The names that texts stand for, each checked once and shared by all that use it.
  private struct Names {
    let texts: [String]
    private var applications: [UInt64: ApplicationName] = [:]
    private var clusters: [UInt64: ClusterName] = [:]

    init(texts: [String]) { self.texts = texts }

    mutating func address(
      kind: UInt8, _ reader: inout SnapshotReader
    ) throws -> StreamAddress {
      switch kind {
      case 0: return .application(try application(&reader))
      case 1:
        let name = try application(&reader)
        return .rollout(RolloutName(name, on: try cluster(&reader)))
      case 2: return .cluster(try cluster(&reader))
      case 3: return .lease(try cluster(&reader))
      case 4: return .refusals(try application(&reader))
      default: throw SnapshotRefused.malformed("there is no stream of kind \(kind)")
      }
    }

    private mutating func application(_ reader: inout SnapshotReader) throws -> ApplicationName {
      let place = try reader.number()
      if let known = applications[place] { return known }
      let name = try ApplicationName(validating: try text(at: place, &reader))
      if place > 0 { applications[place] = name }
      return name
    }

    private mutating func cluster(_ reader: inout SnapshotReader) throws -> ClusterName {
      let place = try reader.number()
      if let known = clusters[place] { return known }
      let name = try ClusterName(validating: try text(at: place, &reader))
      if place > 0 { clusters[place] = name }
      return name
    }

    func text(_ reader: inout SnapshotReader) throws -> String {
      try text(at: try reader.number(), &reader)
    }

    private func text(at place: UInt64, _ reader: inout SnapshotReader) throws -> String {
      guard place > 0 else { return try reader.text() }
      guard place <= UInt64(texts.count) else {
        throw SnapshotRefused.malformed("there is no text \(place)")
      }
      return texts[Int(place) - 1]
    }
  }
}
