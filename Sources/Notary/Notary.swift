public import LogArchive
public import Logging
public import Proofs
internal import Synchronization

/// Builds the tree over a log behind its appends, and signs how far it is.
///
/// Several replicas may run one each: leaves are added from a stated size or not at all. No two
/// checkpoints that contradict each other are ever signed: what is signed extends, leaf by leaf, what
/// this notary proved to continue the last checkpoint kept outside the database.
public final class Notary: Sendable {
  /// Events whose leaves are stored in one transaction.
  static let growthMax = 4_096

  private let store: any EvidenceStore
  private let signer: NoteSigner?
  private let memory: (any CheckpointMemory)?
  private let interval: Duration
  private let logger: Logger
  private let state = Mutex(NotaryStatus())
  private let tree = Mutex(Tree())

  /// The tree as this notary has followed it.
  private struct Tree {
    var frontier = MerkleFrontier()
    var chain: [UInt8] = []
    var incarnation: UInt32 = 0
  }

  /// - Parameters:
  ///   - signer: `nil` for a tree without checkpoints.
  ///   - memory: of the last checkpoint, outside the database.
  ///   - interval: between looks at the log.
  public init(
    store: any EvidenceStore, signer: NoteSigner?, memory: (any CheckpointMemory)?,
    interval: Duration, logger: Logger
  ) {
    self.store = store
    self.signer = signer
    self.memory = memory
    self.interval = interval
    self.logger = logger
    state.withLock { $0.signs = signer != nil }
  }

  public var status: NotaryStatus { state.withLock { $0 } }

  /// Whose signatures these are, as `name+hash+key`; empty for nobody's.
  public var key: String { signer?.verifier.description ?? "" }

  // MARK: Opening

  /// Proves that the log continues what was signed last.
  ///
  /// - Parameter reason: of an operator who accepts a log that does not; a new incarnation begins.
  /// - Throws: ``NotaryError`` when it does not, and nobody accepts it; ``EvidenceError``.
  public func open(accepting reason: String? = nil) async throws {
    let evidence = try await store.evidence()
    let saved = try await savedCheckpoint()
    do {
      if let saved { try await prove(saved.checkpoint, in: evidence) }
      if reason != nil {
        logger.warning(
          "nothing was restored, so there is nothing to accept: remove --accept-restored-log")
      }
      try await follow(evidence)
    } catch let error as NotaryError {
      guard error.isAcceptable, let reason, let saved, let signer else { throw error }
      return try await accept(reason, saved.checkpoint, evidence, signer)
    }
    guard let saved, let signer else { return }
    let incarnation = tree.withLock { $0.incarnation }
    let origin = LogOrigin(log: signer.name, incarnation: incarnation).description
    guard saved.checkpoint.origin == origin else { return }
    state.withLock { status in
      guard status.signed.map({ $0.size < saved.checkpoint.size }) ?? true else { return }
      status.signed = saved.checkpoint
      status.signedNote = saved.note
    }
    // Signed, and the database did not hear of it any more.
    _ = try await store.record(saved.note, of: saved.checkpoint, incarnation: incarnation)
  }

  /// The last checkpoint that was signed: from outside the database, or else from inside.
  private func savedCheckpoint() async throws -> (checkpoint: Checkpoint, note: [UInt8])? {
    guard let signer else { return nil }
    if let memory, let note = try await memory.load() {
      do { return (try Self.checkpoint(note, by: signer), note) } catch {
        throw NotaryError.memory(
          "\(memory.name) is no checkpoint signed by this service's key (\(error)). If the key was "
            + "changed on purpose, move the file away: the last checkpoint in the database then "
            + "counts instead")
      }
    }
    guard let last = try await store.lastCheckpoint() else { return nil }
    do { return (try Self.checkpoint(last.note, by: signer), last.note) } catch {
      logger.warning(
        "the last checkpoint in the database is not by this service's key: the log goes on under it",
        metadata: ["checkpoint": "\(last.number)", "reason": "\(error)"])
      return nil
    }
  }

  private static func checkpoint(
    _ bytes: [UInt8], by signer: NoteSigner
  ) throws -> Checkpoint {
    let note = try SignedNote(parsing: bytes)
    guard try note.verified(by: [signer.verifier]).isEmpty == false else {
      throw NoteError.forged(signer.name)
    }
    return try Checkpoint(parsing: note.text)
  }

  private func prove(_ saved: Checkpoint, in evidence: EvidenceState) async throws {
    let incarnation = LogOrigin(saved.origin)?.incarnation ?? 0
    let source = memory?.name ?? "the last checkpoint in the database"
    let size = min(evidence.treeSize, evidence.next, evidence.leavesEnd)
    if incarnation < evidence.incarnation, try await isExcused(saved) { return }
    guard incarnation <= evidence.incarnation, saved.size <= size else {
      guard saved.size > size else { throw NotaryError.rewritten(signed: saved, from: source) }
      throw NotaryError.lost(signed: saved, size: size, from: source)
    }
    let root: MerkleHash?
    do {
      root = try await TiledTree(StoreHashes(store: store), size: size).root(at: saved.size)
    } catch is MissingHashes {
      root = nil
    }
    guard root == saved.root else {
      throw NotaryError.rewritten(signed: saved, from: source)
    }
  }

  /// Whether another replica's operator has accepted the log as it is.
  private func isExcused(_ saved: Checkpoint) async throws -> Bool {
    guard let signer else { return false }
    for bytes in try await store.restorations() {
      let note = try SignedNote(parsing: bytes)
      guard try !note.verified(by: [signer.verifier]).isEmpty,
        let restoration = Restoration(parsing: note.text)
      else { continue }
      if restoration.origin.incarnation > (LogOrigin(saved.origin)?.incarnation ?? 0) {
        return true
      }
    }
    return false
  }

  private func accept(
    _ reason: String, _ saved: Checkpoint, _ evidence: EvidenceState, _ signer: NoteSigner
  ) async throws {
    let size = min(evidence.treeSize, evidence.next)
    let incarnation = max(evidence.incarnation, LogOrigin(saved.origin)?.incarnation ?? 0) + 1
    let tree = TiledTree(StoreHashes(store: store), size: size)
    let root: MerkleHash
    do { root = try await tree.root(at: size) ?? .empty } catch is MissingHashes {
      throw NotaryError.memory(
        "the tree of the database has holes, so there is no state to go on from: restore a backup")
    }
    let restoration = Restoration(
      origin: LogOrigin(log: signer.name, incarnation: incarnation), size: size, root: root,
      last: saved, reason: reason)
    let statement = try SignedNote(signing: restoration.text, by: [signer])
    guard try await store.begin(restoration, statement: statement.bytes) else {
      throw EvidenceError.unavailable("another replica changed the log meanwhile; start again")
    }
    logger.warning(
      "a restored log was accepted and goes on as a new incarnation; remove --accept-restored-log",
      metadata: [
        "incarnation": "\(incarnation)", "size": "\(size)", "lost": "\(restoration.lost)",
        "reason": "\(reason)",
      ])
    try await follow(try await store.evidence())
    try await sign(signer)
  }

  /// Takes the tree of the database as it is, which was just proven.
  private func follow(_ evidence: EvidenceState) async throws {
    let size = min(evidence.treeSize, evidence.next)
    let hashes = TiledTree(StoreHashes(store: store), size: size)
    let frontier: MerkleFrontier
    do {
      guard let found = try await hashes.frontier(at: size) else {
        throw EvidenceError.broken("the tree is shorter than it says")
      }
      frontier = found
    } catch let missing as MissingHashes {
      throw NotaryError.broken(
        position: missing.index << UInt64(missing.level), reason: "\(missing)")
    }
    let start = try await store.start(at: size, in: evidence)
    tree.withLock { tree in
      tree = Tree(frontier: frontier, chain: start.chain, incarnation: evidence.incarnation)
    }
    state.withLock { status in
      status.treeSize = size
      status.behind = evidence.next - size
    }
  }

  // MARK: Running

  /// Goes on until the task is cancelled.
  ///
  /// - Throws: ``NotaryError/lost(signed:size:from:)`` or ``NotaryError/rewritten(signed:from:)``
  ///   when the log no longer continues what was signed: it must not be served any more.
  public func run() async throws {
    if signer == nil {
      logger.warning(
        """
        checkpoints are not signed: whoever owns the database can rewrite the log unnoticed. Give \
        --checkpoint-key
        """)
    } else {
      logger.notice("checkpoints are signed", metadata: ["key": "\(key)"])
    }
    var isTold = false
    while !Task.isCancelled {
      do {
        try await advance()
        isTold = false
        state.withLock { $0.problem = nil }
      } catch let error as NotaryError {
        if error.isAcceptable {
          logger.critical("the log is not what was signed", metadata: ["error": "\(error)"])
          throw error
        }
        tell("\(error)", &isTold)
      } catch is CancellationError {
        return
      } catch {
        tell("\(error)", &isTold)
      }
      do { try await Task.sleep(for: interval) } catch { return }
    }
  }

  private func tell(_ problem: String, _ isTold: inout Bool) {
    state.withLock { $0.problem = problem }
    if !isTold { logger.error("the tree does not grow", metadata: ["error": "\(problem)"]) }
    isTold = true
  }

  /// Adds what the log has and the tree has not, and signs it.
  func advance() async throws {
    var evidence = try await store.evidence()
    while true {
      if evidence.incarnation != tree.withLock({ $0.incarnation }) {
        try await open()
        evidence = try await store.evidence()
      }
      try await catchUp(with: evidence)
      let size = tree.withLock { $0.frontier.size }
      guard size < evidence.next else { break }
      try await grow(evidence)
      try Task.checkCancellation()
      evidence = try await store.evidence()
    }
    state.withLock { $0.behind = 0 }
    if let signer { try await sign(signer) }
    state.withLock { $0.currentSince = .now }
  }

  /// Follows leaves that another replica added.
  private func catchUp(with evidence: EvidenceState) async throws {
    var frontier = tree.withLock { $0.frontier }
    guard evidence.treeSize != frontier.size else { return }
    guard evidence.treeSize > frontier.size else {
      let signed = state.withLock { $0.signed }
      guard let signed, signed.size > evidence.treeSize else { return try await follow(evidence) }
      throw NotaryError.lost(
        signed: signed, size: evidence.treeSize, from: "the last checkpoint that was signed")
    }
    while frontier.size < evidence.treeSize {
      let count = min(evidence.treeSize, (frontier.size / 128 + 1) * 128) - frontier.size
      let hashes = try await store.hashes(level: 0, from: frontier.size, count: Int(count))
      guard hashes.count == Int(count) else {
        throw NotaryError.broken(position: frontier.size, reason: "leaves are missing")
      }
      for hash in hashes { frontier.append(leafHash: hash) }
    }
    let start = try await store.start(at: frontier.size, in: evidence)
    tree.withLock { [frontier] tree in
      tree.frontier = frontier
      tree.chain = start.chain
    }
    state.withLock { $0.treeSize = frontier.size }
  }

  private func grow(_ evidence: EvidenceState) async throws {
    let (frontier, chain) = tree.withLock { ($0.frontier, $0.chain) }
    var builder = TreeBuilder(logID: evidence.logID, frontier: frontier, chain: chain)
    let next = try await store.page(
      from: frontier.size, in: evidence, limit: Self.growthMax
    ) { item in try builder.take(item) }
    let (growth, after, afterChain) = try builder.finish()
    guard growth.next > growth.size else {
      throw NotaryError.broken(
        position: growth.size, reason: "no batch begins there, and the log goes on to \(next)")
    }
    guard try await store.grow(growth) else { return }
    tree.withLock { tree in
      tree.frontier = after
      tree.chain = afterChain
    }
    state.withLock { status in
      status.treeSize = after.size
      status.built += growth.next - growth.size
      status.behind = evidence.next > after.size ? evidence.next - after.size : 0
    }
  }

  private func sign(_ signer: NoteSigner) async throws {
    let (frontier, incarnation) = tree.withLock { ($0.frontier, $0.incarnation) }
    let origin = LogOrigin(log: signer.name, incarnation: incarnation).description
    let last = state.withLock { $0.signed }
    if let last, last.origin == origin, last.size >= frontier.size { return }
    let checkpoint = Checkpoint(origin: origin, size: frontier.size, root: frontier.root)
    let note = try SignedNote(signing: checkpoint.text, by: [signer]).bytes
    // Outside first: what the database knows to be signed must be known outside it.
    try await memory?.save(note)
    state.withLock { status in
      status.signed = checkpoint
      status.signedNote = note
      status.signatures += 1
    }
    _ = try await store.record(note, of: checkpoint, incarnation: incarnation)
  }
}

/// A store as a source of hashes: an existential is not one itself.
public struct StoreHashes: HashSource {
  private let store: any EvidenceStore

  public init(store: any EvidenceStore) { self.store = store }

  public func hashes(level: Int, from index: UInt64, count: Int) async throws -> [MerkleHash] {
    try await store.hashes(level: level, from: index, count: count)
  }
}
