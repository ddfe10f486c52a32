import ArgoManifests

/// Judges our RolloutPolicy.
struct PolicyJudge {
  let policy: Place
  let log: FindingLog

  /// What judging needs to know of the rollouts in the given files.
  struct Target {
    /// `namespace/name`, or the annotation.
    var application: String
    var historyLimit: Int64
    var object: String
  }

  /// Found by name, so that many policies and many rollouts stay cheap together.
  struct Targets {
    private(set) var byApplication: [String: Target] = [:]
    /// The one with the shortest history.
    private(set) var least: Target?
    private(set) var first: [String] = []

    mutating func add(_ target: Target) {
      if first.count < 10 { first.append(Shown.text(target.application)) }
      byApplication[target.application] = Self.shorter(byApplication[target.application], target)
      least = Self.shorter(least, target)
    }

    static func shorter(_ a: Target?, _ b: Target) -> Target {
      a.map { $0.historyLimit <= b.historyLimit ? $0 : b } ?? b
    }
  }

  /// Everything the importer would refuse.
  ///
  /// - Parameter linesBefore: lines of the file before the document.
  func judge(_ bytes: [UInt8], linesBefore: Int) {
    do throws(ManifestErrors) {
      _ = try ManifestReader.read([SourceFile(name: policy.file, bytes: bytes)])
    } catch {
      for issue in error.issues {
        log.report(
          Finding(
            rule: .policyInvalid, file: policy.file, line: issue.location.line + linesBefore,
            column: 1, object: log.object, field: issue.field,
            message: "\(issue.field) \(issue.reason)", fix: "correct the field"))
      }
    }
  }

  func judge(_ targets: Targets) {
    let window = policy["spec"]["rollbackWindow"]
    let (revisions, duration) = (window["revisions"], window["duration"])
    if revisions.isPresent && duration.isPresent && window["match"].text == "any" {
      log.report(
        .policyWindowAny, window["match"],
        "with match: any either limit opens the window: an old revision is inside if few came after "
          + "it, a far one if it was recent",
        fix: "use match: all, which is the default")
    }
    if window["requireStable"].bool == false {
      log.report(
        .policyNeverStableAllowed, window["requireStable"],
        "a rollback to a revision that was never stable takes the fast track, without analysis",
        fix: "leave requireStable out")
    }
    let names = Set(policy["spec"]["applications"].items.compactMap(\.text))
    let meant =
      names.isEmpty
      ? targets.least
      : names.sorted().compactMap { targets.byApplication[$0] }
        .reduce(nil) { Targets.shorter($0, $1) }
    if meant == nil && targets.least != nil {
      log.report(
        .policySelectsNothing, policy["spec"]["applications"],
        "none of the rollouts in the given files is one of these applications",
        fix: "the files have \(targets.first.joined(separator: ", "))")
    }
    guard let reach = revisions.integer, reach > 0,
      let least = meant, reach > least.historyLimit
    else { return }
    log.report(
      .policyWindowBeyondHistory, revisions,
      "the window reaches \(reach) revisions back, and \(least.object) keeps only "
        + "\(least.historyLimit): the pods of older ones have to be made anew",
      fix: "raise its revisionHistoryLimit, or shrink the window")
  }
}
