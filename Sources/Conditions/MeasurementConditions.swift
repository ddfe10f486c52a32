/// The two conditions of a metric, compiled once and judged against every measurement.
///
/// Either may be empty. Neither: every measurement is successful. Only success: true is successful,
/// false failed. Only failure: true is failed, false successful. Both: a true failure condition
/// wins, then a true success condition, and what neither claims is inconclusive.
public struct MeasurementConditions: Sendable {
  public let success: String
  public let failure: String
  private let compiledSuccess: Result<CompiledCondition, ConditionError>?
  private let compiledFailure: Result<CompiledCondition, ConditionError>?

  /// Never fails: what is wrong with a condition is the outcome of each measurement, as in Argo.
  /// See ``problems`` for finding out early.
  public init(success: String, failure: String) {
    self.success = success
    self.failure = failure
    compiledSuccess = Self.compile(success)
    compiledFailure = Self.compile(failure)
  }

  /// What is wrong with the text of the conditions, whatever the result will be.
  public var problems: [ConditionError] {
    [compiledSuccess, compiledFailure].compactMap { compiled in
      guard case .failure(let error) = compiled else { return nil }
      return error
    }
  }

  /// Success is evaluated first; an error in either is the outcome, whatever the other says.
  public func assess(_ result: Value, now: Moment) -> Assessment {
    var succeeded: Bool?
    var failed: Bool?
    do throws(ConditionError) {
      succeeded = try Self.holds(compiledSuccess, result, now)
    } catch {
      return .unevaluated("successCondition", success, error, result)
    }
    do throws(ConditionError) {
      failed = try Self.holds(compiledFailure, result, now)
    } catch {
      return .unevaluated("failureCondition", failure, error, result)
    }
    switch (succeeded, failed) {
    case (nil, nil): return Assessment(phase: .successful)
    case (let succeeded?, nil): return Assessment(phase: succeeded ? .successful : .failed)
    case (nil, let failed?): return Assessment(phase: failed ? .failed : .successful)
    case (_?, true?): return Assessment(phase: .failed)
    case (true?, false?): return Assessment(phase: .successful)
    case (false?, false?): return Assessment(phase: .inconclusive)
    }
  }

  private static func compile(_ source: String) -> Result<CompiledCondition, ConditionError>? {
    guard !source.isEmpty else { return nil }
    do throws(ConditionError) {
      return .success(try CompiledCondition(parsing: source))
    } catch {
      return .failure(error)
    }
  }

  private static func holds(
    _ condition: Result<CompiledCondition, ConditionError>?, _ result: Value, _ now: Moment
  ) throws(ConditionError) -> Bool? {
    guard let condition else { return nil }
    return try condition.get().holds(for: result, now: now)
  }
}

/// Judges one value by two conditions given as text; ``MeasurementConditions`` is the form to keep
/// when there are more values to come.
public func assess(
  success: String, failure: String, result: Value, now: Moment
) -> Assessment {
  MeasurementConditions(success: success, failure: failure).assess(result, now: now)
}
