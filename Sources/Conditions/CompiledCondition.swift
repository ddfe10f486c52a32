/// One expression, parsed once and checked once per type of result it meets.
public struct CompiledCondition: Sendable {
  public let source: String
  private let node: Node
  private let forNull: Result<Program, ConditionError>
  private let forBool: Result<Program, ConditionError>
  private let forFloat: Result<Program, ConditionError>
  private let forText: Result<Program, ConditionError>
  private let forList: Result<Program, ConditionError>
  private let forFloats: Result<Program, ConditionError>
  private let forMap: Result<Program, ConditionError>

  /// - Parameter source: an expression of at most 64 KiB, 10,000 tokens and 250 levels.
  /// - Throws: ``ConditionError`` of kind `syntax` or `limit`, with the place.
  public init(parsing source: String) throws(ConditionError) {
    do throws(ConditionError) {
      node = try Parser.parse(source)
    } catch {
      throw error.located(in: source)
    }
    self.source = source
    forNull = Self.program(node, .null, source)
    forBool = Self.program(node, .bool, source)
    forFloat = Self.program(node, .float, source)
    forText = Self.program(node, .text, source)
    forList = Self.program(node, .list(.declared), source)
    forFloats = Self.program(node, .list(.float, named: true), source)
    forMap = Self.program(node, .map, source)
  }

  /// The expression's value for a result.
  ///
  /// - Parameter now: what `now()` yields: the measurement's time, so that an evaluation can be
  ///   repeated.
  /// - Throws: ``ConditionError`` of kind `type` when the expression cannot be applied to a result
  ///   of this type, wherever in it the mismatch is; `evaluation` or `limit` when running it failed.
  public func evaluate(_ result: Value, now: Moment) throws(ConditionError) -> Value {
    let program = try program(for: result).get()
    var evaluator = Evaluator(program, result: result, now: now)
    do throws(ConditionError) {
      return try evaluator.run(program.code)
    } catch {
      throw error.located(in: source)
    }
  }

  /// Whether the condition holds; it must yield a boolean.
  public func holds(for result: Value, now: Moment) throws(ConditionError) -> Bool {
    let value = try evaluate(result, now: now)
    guard case .bool(let holds) = value else {
      throw ConditionError(.evaluation, "expected bool, but got \(value.typeName)")
        .located(in: source)
    }
    return holds
  }

  /// Checks the expression against the type of a result, without running it.
  public func check(for result: Value) throws(ConditionError) {
    _ = try program(for: result).get()
  }

  private func program(for result: Value) -> Result<Program, ConditionError> {
    switch result {
    case .null: forNull
    case .bool: forBool
    case .float: forFloat
    case .string: forText
    case .list: forList
    case .floats: forFloats
    case .map: forMap
    case .int, .integer, .bytes, .keyed, .time, .duration, .zone:
      Self.program(node, StaticType(of: result), source)
    }
  }

  private static func program(_ node: Node, _ type: StaticType, _ source: String)
    -> Result<Program, ConditionError>
  {
    do throws(ConditionError) {
      return .success(try Checker.check(node, result: type))
    } catch {
      return .failure(error.located(in: source))
    }
  }
}
