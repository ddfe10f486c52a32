import Proofs

/// What was signed, held against the tree at its size.
extension LogVerifier {
  mutating func take(_ archived: ArchivedCheckpoint) throws(Tampering) {
    let number = archived.number
    guard number == checkpointNumber + 1 else {
      throw Tampering(
        rightUpTo, .checkpoint,
        "checkpoint \(checkpointNumber + 1) is missing: the next one there is has number \(number)")
    }
    checkpointNumber = number
    let note = try signed(archived.note, "checkpoint \(number)")
    let checkpoint: Checkpoint
    do { checkpoint = try Checkpoint(parsing: note.text) } catch {
      throw Tampering(rightUpTo, .checkpoint, "checkpoint \(number) is malformed: \(error)")
    }
    guard let origin = LogOrigin(checkpoint.origin),
      keys.contains(where: { $0.name == origin.log }),
      origin.log.hasSuffix("/log/\(logID)")
    else {
      throw Tampering(
        rightUpTo, .checkpoint,
        "checkpoint \(number) is of the log \(checkpoint.origin), which is another one")
    }
    if let last = lastCheckpoint {
      let ascends =
        origin.incarnation > last.origin.incarnation
        || origin.incarnation == last.origin.incarnation && checkpoint.size > last.size
      guard ascends else {
        throw Tampering(rightUpTo, .checkpoint, "checkpoint \(number) is out of order")
      }
    }
    lastCheckpoint = (origin, checkpoint.size)
    guard checkpoint.size >= frontier.size else {
      throw Tampering(
        rightUpTo, .checkpoint, "checkpoint \(number) stands after the size it was made at")
    }
    expect(Ahead(checkpoint: checkpoint, note: archived.note, isTrusted: false))
    guard aheadCount <= Self.aheadMax else {
      throw Tampering(
        rightUpTo, .malformed, "more than \(Self.aheadMax) checkpoints of sizes not reached")
    }
    try meet()
  }

  /// A note with a signature by one of the keys.
  func signed(_ bytes: [UInt8], _ what: String) throws(Tampering) -> SignedNote {
    do {
      let note = try SignedNote(parsing: bytes)
      guard try !note.verified(by: keys).isEmpty else {
        throw Tampering(rightUpTo, .checkpoint, "\(what) is not signed by the key")
      }
      return note
    } catch let tampering as Tampering {
      throw tampering
    } catch {
      throw Tampering(rightUpTo, .checkpoint, "\(what) is not what was signed: \(error)")
    }
  }

  /// The accepted restoration after a checkpoint, which may have taken back what was signed.
  func restoration(after checkpoint: Checkpoint) -> Restoration? {
    guard let origin = LogOrigin(checkpoint.origin) else { return nil }
    return report.restorations.first { $0.origin.incarnation > origin.incarnation }
  }

  /// Waits for the tree to have the size.
  mutating func expect(_ checkpoint: Ahead) {
    ahead[checkpoint.checkpoint.size, default: []].append(checkpoint)
    aheadCount += 1
    nextAhead = min(nextAhead, checkpoint.checkpoint.size)
  }

  mutating func forget(_ size: UInt64) {
    aheadCount -= ahead.removeValue(forKey: size)?.count ?? 0
    nextAhead = ahead.keys.min() ?? .max
  }

  /// Compares the root with the checkpoints of the present size.
  mutating func meet() throws(Tampering) {
    guard frontier.size >= nextAhead else { return }
    let root = frontier.root
    for met in ahead[frontier.size] ?? [] {
      guard LogOrigin(met.checkpoint.origin)?.log.hasSuffix("/log/\(logID)") == true else {
        throw Tampering(
          rightUpTo, .checkpoint,
          "the remembered checkpoint is of \(met.checkpoint.origin), which is another log")
      }
      guard met.checkpoint.root == root else {
        try checkDisowned(
          met,
          else: Tampering(
            rightUpTo, .rewritten,
            "the log agrees with itself and is not the one that was signed: up to position "
              + "\(frontier.size) the events or the tree over them are others. The first "
              + "difference is at position \(rightUpTo) or after it, before \(frontier.size)"))
        continue
      }
      rightUpTo = frontier.size
      if met.isTrusted {
        report.trusted += 1
      } else {
        report.checkpoints += 1
        report.signed = met.checkpoint
        report.signedNote = met.note
      }
    }
    forget(frontier.size)
  }

  /// What was signed and does not hold: excused by a signed statement, unless somebody remembers it.
  mutating func checkDisowned(
    _ checkpoint: Ahead, else tampering: Tampering
  ) throws(Tampering) {
    guard let restoration = restoration(after: checkpoint.checkpoint) else { throw tampering }
    guard !checkpoint.isTrusted else {
      throw Tampering(
        restoration.size, .restored,
        "the log was restored at size \(restoration.size), and \(restoration.lost) signed events "
          + "were given up, as was accepted: \(restoration.reason)")
    }
    report.disowned += 1
  }

  mutating func checkLost(at size: UInt64) throws(Tampering) {
    let missing = min(next, frontier.size)
    for lost in ahead[size] ?? [] {
      try checkDisowned(
        lost,
        else: Tampering(
          missing, .truncated,
          "\(size - missing) events are missing from position \(missing) on: a checkpoint was signed "
            + "over \(size) events, and the tree has \(frontier.size) leaves over a log of \(next)")
      )
    }
  }
}
