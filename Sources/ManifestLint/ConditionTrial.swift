import Conditions

/// The conditions of a metric tried on sample results, the way the run engine would judge them.
/// The only file that knows the condition language.
struct ConditionTrial {
  /// What a provider gives.
  enum Shape: Hashable {
    /// A Prometheus vector or matrix, Graphite, InfluxDB: a list of numbers.
    case numbers
    /// A Prometheus scalar, Datadog: one number.
    case number
    /// Whatever a service answers.
    case unknown
  }

  /// Why the text of a condition cannot be used.
  struct Problem: Error, Hashable {
    var message: String
    /// Characters before the place, where the condition is one line.
    var offset: Int
  }

  enum Verdict: Hashable {
    case successful
    case failed
    case inconclusive
    case error
  }

  enum Usability: Hashable {
    case usable
    case syntax(Problem)
    case unknownName(Problem)
    case listAgainstNumber
    case numberAgainstList
    case mismatch(String)
  }

  private let success: CompiledCondition?
  private let failure: CompiledCondition?
  private let shape: Shape
  private let samples: [Value]

  /// - Throws: ``Problem`` when the condition is no expression.
  static func compile(_ source: String) throws(Problem) -> CompiledCondition? {
    guard !source.isEmpty else { return nil }
    do throws(ConditionError) {
      return try CompiledCondition(parsing: source)
    } catch {
      throw Problem(message: error.message, offset: error.line == 1 ? error.column - 1 : 0)
    }
  }

  init(
    _ success: CompiledCondition?, _ failure: CompiledCondition?, _ shape: Shape,
    _ words: [ConditionWords]
  ) {
    (self.success, self.failure, self.shape) = (success, failure, shape)
    let numbers = Self.numbers(words, few: words.contains(where: \.isCostly))
    let samples: [Value]
    switch shape {
    case .number: samples = numbers.map { .float($0) }
    case .numbers: samples = numbers.map { .floats([$0]) } + numbers.map { .floats([$0, $0]) }
    case .unknown:
      samples =
        numbers.map { .float($0) }
        + ([""] + words.flatMap(\.strings) + ["x", String(repeating: "x", count: 1_000)]).map {
          .string($0)
        }
        + [
          .bool(true), .bool(false), .null, .list([]), .floats([1]),
          .floats(Array(repeating: 1, count: 100)),
        ]
    }
    self.samples = words.contains(where: \.isCostly) ? Array(samples.prefix(3)) : samples
  }

  /// How many samples there are, for counting work.
  var size: Int { samples.count }

  private static let moment = Moment(seconds: 1_700_000_000)

  /// Numbers around those that are written, and some that measurements often are.
  private static func numbers(_ words: [ConditionWords], few: Bool = false) -> [Double] {
    var numbers: [Double] = few ? [0, 1] : [0, 1, -1, 0.5, 0.99, 10, 95, 100, 1000, 1e9, -1e9]
    for value in words.flatMap(\.numbers) where value.isFinite {
      let step = max(abs(value) * 0.001, 0.001)
      numbers += few ? [value] : [value, value - step, value + step]
    }
    return numbers
  }

  func verdict(_ value: Value) -> Verdict {
    do throws(ConditionError) {
      let succeeded = try success?.holds(for: value, now: Self.moment)
      let failed = try failure?.holds(for: value, now: Self.moment)
      if failed == true { return .failed }
      switch succeeded {
      case true?: return .successful
      case false?: return failure == nil ? .failed : .inconclusive
      case nil: return .successful
      }
    } catch {
      return .error
    }
  }

  /// What all samples gave.
  var verdicts: Set<Verdict> { Set(samples.map(verdict)) }

  var onNaN: Verdict { verdict(shape == .number ? .float(.nan) : .floats([.nan])) }
  var onNoData: Verdict { verdict(.floats([])) }

  /// Whether a single condition can be evaluated on what the provider gives.
  static func usability(
    of condition: CompiledCondition, _ words: ConditionWords, _ shape: Shape
  ) -> Usability {
    let kinds: [Value] =
      switch shape {
      case .numbers: [.floats([1])]
      case .number: [.float(1)]
      case .unknown:
        [.float(1), .string("x"), .bool(true), .null, .list([]), .floats([1]), [:]]
      }
    var mismatch: ConditionError?
    for kind in kinds {
      do throws(ConditionError) {
        try condition.check(for: kind)
        mismatch = nil
        break
      } catch {
        if error.message.hasPrefix("unknown name") {
          return .unknownName(
            Problem(message: error.message, offset: error.line == 1 ? error.column - 1 : 0))
        }
        mismatch = error
      }
    }
    guard let mismatch else {
      return words.isCostly || yieldsBoolean(ConditionTrial(condition, nil, shape, [words]))
        ? .usable : .mismatch("it yields no boolean")
    }
    switch shape {
    case .numbers where fits(condition, .float(1)): return .listAgainstNumber
    case .number where fits(condition, .floats([1])): return .numberAgainstList
    case .unknown where words.looksInside: return .usable
    case .numbers, .number, .unknown:
      return .mismatch(Shown.text(mismatch.message, atMost: 200))
    }
  }

  private static func fits(_ condition: CompiledCondition, _ kind: Value) -> Bool {
    do throws(ConditionError) {
      try condition.check(for: kind)
      return true
    } catch {
      return false
    }
  }

  /// False only if every sample that gave something gave something else.
  private static func yieldsBoolean(_ trial: ConditionTrial) -> Bool {
    var isOther = false
    for sample in trial.samples {
      do throws(ConditionError) {
        _ = try trial.success?.holds(for: sample, now: moment)
        return true
      } catch {
        if error.message.hasPrefix("expected bool") { isOther = true }
      }
    }
    return !isOther
  }

  /// Whether a pattern over metric names is one.
  static func matcher(_ pattern: String) -> ((String) -> Bool)? {
    let condition: CompiledCondition?
    do throws(Problem) {
      condition = try compile("result[0] matches result[1]")
    } catch {
      return nil
    }
    guard let condition else { return nil }
    let matches = { (name: String) throws(ConditionError) -> Bool in
      try condition.holds(for: .list([.string(name), .string(pattern)]), now: moment)
    }
    do throws(ConditionError) {
      _ = try matches("")
    } catch {
      return nil
    }
    return { name in
      do throws(ConditionError) {
        return try matches(name)
      } catch {
        return false
      }
    }
  }
}
