/// Fields that Kubernetes would drop without a word.
enum Fields {
  static func check(_ place: Place, _ known: Set<String>, _ log: FindingLog) {
    for (key, member) in place.members where !known.contains(key) {
      log.report(
        .fieldUnknown, member,
        "Argo Rollouts has no field \(Shown.quoted(key)) here: the API server drops it or refuses "
          + "the object",
        fix: "known are \(known.sorted().joined(separator: ", "))")
    }
  }
}
