/// A compiled regular expression, matched by following all its threads at once: time is bounded by
/// length of the text times size of the pattern, whatever the pattern.
struct Pattern: Sendable {
  enum Assertion: Sendable {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
  }

  private enum Step: Sendable {
    case take(CharacterSet)
    case assert(Assertion)
    case jump(Int)
    case fork(Int, Int)
    case done
  }

  private var steps: [Step] = []
  private let offset: Int

  /// Number of steps, for judging what a match may cost.
  var size: Int { steps.count }

  init(_ source: String, at offset: Int) throws(ConditionError) {
    self.offset = offset
    try add(try PatternParser.parse(source, at: offset))
    try append(.done)
  }

  private mutating func append(_ step: Step) throws(ConditionError) {
    guard steps.count < ConditionLimits.patternStates else {
      throw ConditionError(
        .limit, "error parsing regexp: expression too large", at: offset)
    }
    steps.append(step)
  }

  private mutating func add(_ piece: PatternParser.Piece) throws(ConditionError) {
    switch piece {
    case .empty: break
    case .set(let set): try append(.take(set))
    case .assertion(let assertion): try append(.assert(assertion))
    case .sequence(let pieces):
      for piece in pieces { try add(piece) }
    case .choice(let branches):
      var ends: [Int] = []
      for (index, branch) in branches.enumerated() {
        if index == branches.count - 1 {
          try add(branch)
        } else {
          let fork = steps.count
          try append(.done)
          try add(branch)
          ends.append(steps.count)
          try append(.done)
          steps[fork] = .fork(fork + 1, steps.count)
        }
      }
      for end in ends { steps[end] = .jump(steps.count) }
    case .repetition(let inner, let low, let high):
      for _ in 0..<low {
        let before = steps.count
        try add(inner)
        // Repeating what takes no step is no work, however often.
        if steps.count == before { return }
      }
      guard let high else {
        let fork = steps.count
        try append(.done)
        try add(inner)
        try append(.jump(fork))
        steps[fork] = .fork(fork + 1, steps.count)
        return
      }
      var forks: [Int] = []
      for _ in low..<max(low, high) {
        forks.append(steps.count)
        try append(.done)
        try add(inner)
      }
      for fork in forks { steps[fork] = .fork(fork + 1, steps.count) }
    }
  }

  /// Whether the pattern occurs anywhere in the text.
  func matches(_ text: String) -> Bool {
    var threads: [Int] = []
    var next: [Int] = []
    /// The round in which a step was last reached.
    var reached = [Int](repeating: -1, count: steps.count)
    var round = 0
    var previous: Unicode.Scalar?
    var iterator = text.unicodeScalars.makeIterator()
    var current = iterator.next()
    var pending: [Int] = []
    while true {
      // A match may start anywhere.
      if follow(0, previous, current, &threads, &reached, round, &pending) { return true }
      guard let scalar = current else { return false }
      let following = iterator.next()
      round += 1
      next.removeAll(keepingCapacity: true)
      for thread in threads {
        guard case .take(let set) = steps[thread], set.contains(scalar) else { continue }
        if follow(thread + 1, scalar, following, &next, &reached, round, &pending) { return true }
      }
      swap(&threads, &next)
      previous = scalar
      current = following
    }
  }

  /// Adds what can be reached without taking a character; `true` when that is the end.
  private func follow(
    _ start: Int, _ previous: Unicode.Scalar?, _ next: Unicode.Scalar?, _ threads: inout [Int],
    _ reached: inout [Int], _ round: Int, _ pending: inout [Int]
  ) -> Bool {
    pending.removeAll(keepingCapacity: true)
    pending.append(start)
    while let step = pending.popLast() {
      guard reached[step] != round else { continue }
      reached[step] = round
      switch steps[step] {
      case .take: threads.append(step)
      case .assert(let assertion):
        if Self.holds(assertion, previous, next) { pending.append(step + 1) }
      case .jump(let target): pending.append(target)
      case .fork(let one, let other):
        pending.append(other)
        pending.append(one)
      case .done: return true
      }
    }
    return false
  }

  private static func holds(
    _ assertion: Assertion, _ previous: Unicode.Scalar?, _ next: Unicode.Scalar?
  ) -> Bool {
    switch assertion {
    case .textStart: return previous == nil
    case .textEnd: return next == nil
    case .lineStart: return previous == nil || previous == "\n"
    case .lineEnd: return next == nil || next == "\n"
    case .wordBoundary: return isWord(previous) != isWord(next)
    case .noWordBoundary: return isWord(previous) == isWord(next)
    }
  }

  private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
    guard let scalar else { return false }
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_": return true
    default: return false
    }
  }
}
