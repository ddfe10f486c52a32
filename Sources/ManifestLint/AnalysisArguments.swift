import ArgoManifests

/// Checks on `args`.
enum AnalysisArguments {
  static func checkSource(_ argument: Place, needsValue: Bool, _ log: FindingLog) {
    let (value, source) = (argument["value"], argument["valueFrom"])
    if argument["name"].text?.isEmpty ?? true {
      log.report(.fieldMissing, argument, "the argument has no name", fix: "name it")
    }
    if value.isPresent && source.isPresent {
      log.report(
        .argumentAmbiguous, argument, "the argument has both value and valueFrom",
        fix: "keep one of them")
    } else if needsValue && value.isAbsent && source.isAbsent {
      log.report(
        .argumentWithoutValue, argument, "the argument has neither value nor valueFrom",
        fix: "give it a value")
    }
    if value.isPresent && value.text == nil {
      log.report(
        .fieldType, value, "an argument's value must be text, is \(value.node?.kind ?? "nothing")",
        fix: "put the value in quotes")
    }
    guard source.isPresent else { return }
    let known: Set<String> = ["secretKeyRef", "fieldRef", "podTemplateHashValue"]
    let given = source.members.filter { $0.place.isPresent && known.contains($0.key) }
    if given.count != 1 {
      log.report(
        .argumentAmbiguous, source, "the argument's source must be one, are \(given.count)",
        fix: "use one of \(known.sorted().joined(separator: ", "))")
    }
    let hash = source["podTemplateHashValue"]
    if hash.isPresent, hash.text != "Latest", hash.text != "Stable" {
      log.report(
        .argumentAmbiguous, hash, "the hash must be of Latest or of Stable",
        fix: "write Latest or Stable")
    }
  }
}
