/// The functions of the language, and Argo's.
enum Builtin: String, CaseIterable, Sendable {
  // Over a list, with a predicate.
  case all, none, any, one, filter, map, find, findIndex, findLast, findLastIndex, count, sum
  case groupBy, sortBy, reduce
  // Of any value.
  case len, type, abs, ceil, floor, round, int, float, string
  case trim, trimPrefix, trimSuffix, upper, lower, split, splitAfter, replace, `repeat`, join
  case indexOf, lastIndexOf, hasPrefix, hasSuffix
  case max, min, mean, median
  case toJSON, fromJSON, toBase64, fromBase64
  case now, duration, date, timezone
  case first, last, get, take, keys, values, toPairs, fromPairs, reverse, uniq, concat, flatten
  case sort, bitand, bitor, bitxor, bitnand, bitnot, bitshl, bitshr, bitushr
  // Argo's.
  case asInt, asFloat, isNaN, isInf, isNil, `default`

  /// What a predicate function takes after its list.
  enum Extra: Sendable { case none, required, optionalPredicate, predicateThenOptionalValue }

  /// `nil` for functions of plain arguments.
  var loops: Extra? {
    switch self {
    case .all, .none, .any, .one, .filter, .map, .find, .findIndex, .findLast, .findLastIndex,
      .groupBy:
      .required
    case .count, .sum: .optionalPredicate
    case .sortBy, .reduce: .predicateThenOptionalValue
    default: nil
    }
  }

  /// Argo passes these as variables, so they can be shadowed by no `let`, but are values too.
  var isArgo: Bool {
    switch self {
    case .asInt, .asFloat, .isNaN, .isInf, .isNil, .default: true
    default: false
    }
  }
}
