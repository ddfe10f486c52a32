import ArgoManifests

/// Checks that many kinds of fields share.
enum Fields {
  /// Fields that Kubernetes would drop without a word.
  static func check(_ place: Place, _ known: Set<String>, _ log: FindingLog) {
    for (key, member) in place.members where !known.contains(key) {
      log.report(
        .fieldUnknown, member,
        "Argo Rollouts has no field \(Shown.quoted(key)) here: the API server drops it or refuses "
          + "the object",
        fix: "known are \(known.sorted().joined(separator: ", "))")
    }
  }

  /// Members that are integers of 32 bits, as all of Argo's are.
  ///
  /// - Parameter least: what is refused below; `nil` where Argo Rollouts takes any.
  static func integers(
    _ place: Place, _ names: [String], from least: Int64? = nil, _ log: FindingLog
  ) {
    for name in names { integer(place[name], name, from: least, log) }
  }

  static func integer(_ place: Place, _ name: String, from least: Int64?, _ log: FindingLog) {
    guard place.isPresent else { return }
    guard let value = place.integer else {
      log.report(
        .fieldType, place, "\(name) must be an integer, is \(place.node?.kind ?? "nothing")",
        fix: "write a whole number")
      return
    }
    guard Int32(exactly: value) != nil else {
      log.report(
        .numberInvalid, place, "\(value) is no number of 32 bits: \(name) cannot be read",
        fix: "use a number up to \(Int32.max)")
      return
    }
    if let least, value < least {
      log.report(
        .limitNegative, place, "\(name) must not be negative, is \(value)", fix: "use 0 or more")
    }
  }
}
