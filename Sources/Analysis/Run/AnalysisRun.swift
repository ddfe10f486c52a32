/// Why a run cannot begin. Its state is ``RunState/init(refused:)``.
public struct RunRefusal: Error, Equatable, Sendable {
  /// `Unable to resolve metric arguments: ...` or `Analysis spec invalid: ...`, as Argo says it.
  public var message: String

  public init(message: String) { self.message = message }
}

/// A run whose metrics are resolved and checked: what is fixed about it. What changes is a
/// ``RunState``.
///
/// One pass of the controller is: ``plan(_:now:)``, the measurements it asks for, and
/// ``step(_:_:now:)`` with their outcomes; then the next pass is due at ``nextLook(_:now:)``. All
/// of it is pure and total, and takes the same time however many measurements there were.
public struct AnalysisRun: Equatable, Sendable {
  /// In order, arguments filled in.
  public let metrics: [Metric]

  /// Resolves and checks a run.
  ///
  /// - Parameter matches: what reads the patterns of the dry-run and retention rules.
  /// - Throws: ``RunRefusal``: the run is an Error from the start.
  public init(
    _ specification: RunSpecification, matching matches: NameMatching
  ) throws(RunRefusal) {
    guard specification.arguments.count <= AnalysisLimits.arguments else {
      throw RunRefusal(
        message: "Unable to resolve metric arguments: more than \(AnalysisLimits.arguments)")
    }
    guard specification.metrics.count <= AnalysisLimits.metrics else {
      throw RunRefusal(
        message: "Analysis spec invalid: too many metrics: \(specification.metrics.count), at most "
          + "\(AnalysisLimits.metrics)")
    }
    let substitution = Substitution(specification.arguments)
    var resolved: [MetricSpecification] = []
    resolved.reserveCapacity(specification.metrics.count)
    do throws(Substitution.Unresolved) {
      for metric in specification.metrics { resolved.append(try substitution.metric(metric)) }
    } catch {
      throw RunRefusal(message: "Unable to resolve metric arguments: \(error.description)")
    }
    if let issue = SpecificationIssue.first(in: resolved) {
      throw RunRefusal(message: "Analysis spec invalid: \(issue.description)")
    }
    do throws(NameRules.Refusal) {
      let rules = try NameRules(
        specification.dryRun, specification.measurementRetention, over: resolved.map(\.name),
        matches)
      metrics = resolved.enumerated().map { index, specification in
        Metric(
          specification, isDryRun: rules.isDryRun[index], retained: rules.retained[index])
      }
    } catch {
      throw RunRefusal(message: "Analysis spec invalid: \(error.reason)")
    }
  }

  /// The state before the first pass.
  public var initial: RunState {
    RunState(
      metrics: metrics.map {
        MetricState(name: $0.name, isDryRun: $0.isDryRun, retained: $0.retained)
      })
  }

  /// A metric with its settings as numbers.
  public struct Metric: Equatable, Sendable {
    public let specification: MetricSpecification
    public let isDryRun: Bool
    /// How many measurements stay readable.
    public let retained: Int
    public let interval: Moment.Span?
    public let initialDelay: Moment.Span?
    /// Measurements wanted; `nil` for no end. Without a count (or with 0): 1, or no end if there is
    /// an interval. A negative count, which Argo accepts, is reached at once.
    public let effectiveCount: Int64?
    /// `nil` where it is switched off.
    public let failureLimit: Int64?
    public let inconclusiveLimit: Int64
    public let consecutiveErrorLimit: Int64
    /// `nil` where it is switched off.
    public let consecutiveSuccessLimit: Int64?

    public var name: String { specification.name }

    /// - Parameter specification: checked, so its durations can be read.
    init(_ specification: MetricSpecification, isDryRun: Bool, retained: Int) {
      self.specification = specification
      self.isDryRun = isDryRun
      self.retained = retained
      interval = Self.span(specification.interval)
      initialDelay = Self.span(specification.initialDelay)
      let count = specification.count?.value ?? 0
      effectiveCount = count != 0 ? count : specification.interval.isEmpty ? 1 : nil
      let failureLimit = specification.failureLimit?.value ?? 0
      self.failureLimit = failureLimit >= 0 ? failureLimit : nil
      inconclusiveLimit = specification.inconclusiveLimit?.value ?? 0
      consecutiveErrorLimit = specification.consecutiveErrorLimit?.value ?? 4
      let consecutiveSuccessLimit = specification.consecutiveSuccessLimit?.value ?? 0
      self.consecutiveSuccessLimit = consecutiveSuccessLimit > 0 ? consecutiveSuccessLimit : nil
    }

    private static func span(_ text: String) -> Moment.Span? {
      guard !text.isEmpty else { return nil }
      do throws(GoDuration.Invalid) {
        return try GoDuration.parse(text)
      } catch {
        // Checked before; a metric without a wait would be the lesser evil.
        return nil
      }
    }

    /// Whether so many measurements are all that is wanted.
    public func isCountReached(_ count: Int64) -> Bool {
      effectiveCount.map { count >= $0 } ?? false
    }
  }
}
