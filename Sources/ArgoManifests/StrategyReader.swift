import RolloutCore

/// Reads how a rollout proceeds: `spec.strategy`, `spec.replicas`, the progress deadline and
/// `spec.rollbackWindow`.
struct StrategyReader {
  let namespace: String?
  let log: ReadLog

  /// - Returns: `nil` if anything about it was refused.
  func strategy(_ spec: Field, _ catalog: inout TemplateCatalog) -> Strategy? {
    let replicas =
      spec["replicas"].isAbsent
      ? 1 : spec["replicas"].integer(in: 0...ManifestLimits.replicas, log)
    let window = window(spec["rollbackWindow"])
    let progress = progress(spec)
    guard let kind = kind(spec["strategy"], &catalog), let replicas, let progress else {
      return nil
    }
    return Strategy(replicas: replicas, kind: kind, progress: progress, window: window)
  }

  private func kind(_ strategy: Field, _ catalog: inout TemplateCatalog) -> Strategy.Kind? {
    let (canary, blueGreen) = (strategy["canary"], strategy["blueGreen"])
    switch (canary.isAbsent, blueGreen.isAbsent) {
    case (false, true):
      return CanaryReader(namespace: namespace, log: log).canary(canary, &catalog)
        .map { .canary($0) }
    case (true, false):
      return BlueGreenReader(namespace: namespace, log: log).blueGreen(blueGreen, &catalog)
        .map { .blueGreen($0) }
    case (false, false):
      log.refuse(strategy, "must be canary or blueGreen, not both")
    case (true, true):
      _ = strategy.members(log)
      log.refuse(canary, "is missing, and so is blueGreen")
    }
    return nil
  }

  private func progress(_ spec: Field) -> Strategy.ProgressRule? {
    let (seconds, aborts) = (spec["progressDeadlineSeconds"], spec["progressDeadlineAbort"])
    let deadline = seconds.integer(in: 1...Int(Int32.max), log)
    guard deadline != nil || seconds.isAbsent else { return nil }
    return Strategy.ProgressRule(
      deadline: deadline.map { .seconds(Int64($0)) } ?? .seconds(600),
      aborts: aborts.bool(log) ?? false)
  }

  private func window(_ field: Field) -> RollbackWindow? {
    for (key, member) in field.entries(log) where key != "revisions" {
      log.ignore(member, "Argo Rollouts does not read it; a RolloutPolicy can limit the time")
    }
    return field["revisions"].integer(in: 1...Int(Int32.max), log).map {
      RollbackWindow(revisions: $0)
    }
  }
}

extension Field {
  /// A whole number of seconds; `nil` if absent or refused.
  func seconds(_ log: ReadLog) -> Interval? {
    integer(in: 0...Int(Int32.max), log).map { .seconds(Int64($0)) }
  }

  /// `3` or `25%`; `nil` if absent or refused.
  func podBound(_ log: ReadLog) -> PodBound? {
    guard case .text(let text) = content else {
      return integer(in: 0...ManifestLimits.replicas, log).map { .pods($0) }
    }
    let digits = text.utf8.dropLast()
    guard text.utf8.last == UInt8(ascii: "%"), (1...3).contains(digits.count),
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let percent = Int(Substring(digits)), percent <= 100
    else {
      log.refuse(self, "must be a number of pods or 0% to 100%, is \(quoted(text))")
      return nil
    }
    return .percent(percent)
  }
}
