extension Counterfactual {
  /// The nearest single change that flips a window answer given at `now`; see
  /// ``Explainer/counterfactual(of:now:)``.
  static func nearest(to answer: WindowAnswer, now: Timestamp) -> Counterfactual? {
    // The list of revisions between is cut off at this length, so what it implies is unknown.
    guard answer.between.count < WindowRule.betweenMax else { return nil }
    switch answer.verdict {
    case .inside: return makingOutside(answer, now: now)
    case .outsideByRevisions, .outsideByDuration, .outsideByBoth, .noWindow, .neverStableHere,
      .neverRanHere:
      return makingInside(answer, now: now)
    }
  }

  private static func makingOutside(_ answer: WindowAnswer, now: Timestamp) -> Counterfactual? {
    guard var window = answer.window else { return nil }
    let between = answer.between.count
    let revisionsHold = window.revisions.map { between < $0 } ?? false
    let end = durationEnd(answer)
    let durationHolds = end.map { now <= $0 } ?? false

    // With `any`, each condition that holds would have to fail.
    if durationHolds, let end, end.microseconds < .max, !(revisionsHold && window.match == .any) {
      let after = end + Interval(microseconds: 1)
      return Counterfactual(
        change: .now(after),
        text: "Asked after \(end.utcText), it would have been outside: revision "
          + "\(answer.target) stopped being stable at \(stoppedText(answer)) and the window "
          + "reaches back \(window.duration?.text ?? "").")
    }
    if between > 0, !(durationHolds && window.match == .any) {
      window.revisions = between
      return Counterfactual(
        change: .window(window),
        text: "With a window of \(count(between, "revision")) instead of "
          + "\(count(answer.window?.revisions ?? 0, "revision")) it would have been outside: "
          + "\(list(answer.between)) \(between == 1 ? "lies" : "lie") between.")
    }
    return Counterfactual(
      change: .window(nil),
      text: "Only without any window would it have been outside: "
        + (between == 0
          ? "nothing lies between revision \(answer.stable) and \(answer.target)."
          : "both the number of revisions and the time are within it, and either is enough."))
  }

  private static func makingInside(_ answer: WindowAnswer, now: Timestamp) -> Counterfactual? {
    let between = answer.between.count
    let needed = between + 1
    let onceStable = answer.stoppedBeingStableAt != nil || answer.restsOnImport
    guard var window = answer.window, window.revisions != nil || window.duration != nil else {
      return Counterfactual(
        change: .window(
          RollbackWindow(
            revisions: needed, counting: answer.window?.counting ?? .attempted,
            requireStable: onceStable)),
        text: "With a window of \(count(needed, "revision"))"
          + (onceStable ? "" : " that does not ask whether the target was ever stable here")
          + " it would have been inside.")
    }
    let revisionsHold = window.revisions.map { $0 > 0 && between < $0 }
    let end = durationEnd(answer)
    let durationHolds = window.duration.map { _ in end.map { now <= $0 } ?? false }

    if window.requireStable, !onceStable {
      // Had it been stable until now, any duration would hold.
      let durationWould = window.duration.map { $0 > .zero }
      if holds(revisionsHold, durationWould, window.match) {
        return Counterfactual(
          change: .onceStable(answer.target),
          text: "Had revision \(answer.target) once been stable here, until now, it would have "
            + "been inside.")
      }
      window.requireStable = false
      window.revisions = max(needed, window.revisions ?? 0)
      window.duration = nil
      return Counterfactual(
        change: .window(window),
        text: "Only a window of \(count(needed, "revision")) that does not ask whether the target "
          + "was ever stable here would have let it in.")
    }

    if holds(true, durationHolds, window.match), window.revisions != nil, revisionsHold == false {
      let had = window.revisions ?? 0
      window.revisions = needed
      return Counterfactual(
        change: .window(window),
        text: "With a window of \(count(needed, "revision")) instead of \(had) it would have been "
          + "inside.")
    }
    if let end, end <= now, holds(revisionsHold, true, window.match), durationHolds == false,
      window.duration.map({ $0 > .zero }) == true
    {
      return Counterfactual(
        change: .now(end),
        text: "Asked by \(end.utcText), that is \(now.since(end).text) earlier, it would have been "
          + "inside.")
    }
    if answer.stoppedBeingStableAt == nil, holds(revisionsHold, true, window.match),
      window.duration.map({ $0 > .zero }) == true
    {
      return Counterfactual(
        change: .onceStable(answer.target),
        text: "Had the log seen revision \(answer.target) stable here, until now, it would have "
          + "been inside; \(answer.restsOnImport ? "imported history" : "it") gives no moment to "
          + "measure the time from.")
    }
    // Nothing single is enough: the window itself would have to be another one.
    let asked = window
    if revisionsHold != true { window.revisions = needed }
    if durationHolds != true {
      let since = answer.stoppedBeingStableAt.map { now.since($0) }
      window.duration = since.flatMap { $0 > .zero ? $0 : nil }
      if window.duration == nil, asked.duration != nil, since != nil {
        window.duration = Interval(microseconds: 1)
      }
    }
    return Counterfactual(
      change: .window(window),
      text: "It would have taken a window of "
        + [
          window.revisions.map { count($0, "revision") },
          window.duration.map { "\($0.text)" },
        ].compactMap { $0 }.joined(separator: window.match == .all ? " and " : " or ")
        + " to let it in.")
  }

  /// How the parts of a window combine; `nil` stands for a part that the window does not have.
  private static func holds(
    _ revisions: Bool?, _ duration: Bool?, _ match: RollbackWindow.Match
  ) -> Bool {
    switch (revisions, duration) {
    case (let revisions?, let duration?):
      match == .all ? revisions && duration : revisions || duration
    case (let only?, nil), (nil, let only?): only
    case (nil, nil): false
    }
  }

  /// The last moment at which the duration held.
  private static func durationEnd(_ answer: WindowAnswer) -> Timestamp? {
    guard let duration = answer.window?.duration, duration > .zero,
      let stopped = answer.stoppedBeingStableAt
    else { return nil }
    return stopped + duration
  }

  private static func stoppedText(_ answer: WindowAnswer) -> String {
    answer.stoppedBeingStableAt?.utcText ?? "an unknown time"
  }

  static func count(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
  }

  /// `revision 3`, `revisions 3 and 4`, `revisions 3, 4 and 5`, `12 revisions from 3 to 14`.
  static func list(_ revisions: [RevisionNumber]) -> String {
    guard let first = revisions.first, let last = revisions.last else { return "no revision" }
    if revisions.count == 1 { return "revision \(first)" }
    if revisions.count > 6 { return "\(revisions.count) revisions from \(first) to \(last)" }
    let head = revisions.dropLast().map(\.description).joined(separator: ", ")
    return "revisions \(head) and \(last)"
  }
}
