import RolloutCore
import WindlassWire

/// Lists of things, one line each, without a final line break.
enum Tables {
  static func rollouts(_ views: [RolloutView], _ style: Style) -> String {
    guard !views.isEmpty else {
      return "No rollouts. Register an application with `windlass apply FILES` and start it."
    }
    var columns = Columns(titles: [
      "APPLICATION", "CLUSTER", "STATUS", "STABLE", "DESIRED", "STEP", "WEIGHT", "MESSAGE",
    ])
    for view in views {
      let phase = Words.phase(view.phase)
      var step = "-"
      if let attempt = view.attempt {
        let count = attempt.steps.count
        step =
          attempt.track == .fast
          ? "fast"
          : attempt.isBlueGreen
            ? (attempt.isSwitched ? "switched" : "preview")
            : "\(min(attempt.stepIndex, count))/\(count)"
      }
      columns.add([
        Columns.Cell(view.application.text), Columns.Cell(view.cluster.text),
        Columns.Cell(phase.word, mark: phase.mark),
        Columns.Cell(view.stable?.description ?? "-"),
        Columns.Cell(view.desired?.description ?? "-"), Columns.Cell(step),
        Columns.Cell("\(view.weight)"),
        Columns.Cell(message(view)),
      ])
    }
    return columns.lines(style).joined(separator: "\n")
  }

  /// The message, and what is owed beside it.
  private static func message(_ view: RolloutView) -> String {
    let owed = view.debts.map { debt in
      "owes the verification of revision \(debt.revision)" + (debt.isOverdue ? ", OVERDUE" : "")
    }
    return ([SafeText.line(view.message)] + owed).filter { !$0.isEmpty }.joined(separator: "; ")
  }

  static func clusters(_ entries: [ListClustersResponse.Entry], _ style: Style) -> String {
    guard !entries.isEmpty else {
      return "No clusters. One appears when its agent claims a lease: see `windlass-agent --help`."
    }
    var columns = Columns(titles: [
      "CLUSTER", "MODE", "AGENT", "LEASE", "EPOCH", "ARGO ROLLOUTS", "LABELS",
    ])
    for entry in entries {
      let holder = SafeText.line(entry.holder)
      let version = SafeText.line(entry.registration.controllerVersion)
      let labels = Words.labels(entry.registration.labels)
      columns.add([
        Columns.Cell(entry.cluster.text), Columns.Cell(entry.registration.mode.rawValue),
        Columns.Cell(holder.isEmpty ? "-" : holder),
        entry.leaseRemaining.map { remaining in
          let seconds = Interval.seconds(remaining.microseconds / 1_000_000)
          return Columns.Cell("live for \(seconds.text)", mark: .good)
        }
          ?? Columns.Cell("none", mark: .idle),
        Columns.Cell("\(entry.epoch)"), Columns.Cell(version.isEmpty ? "unknown" : version),
        Columns.Cell(labels.isEmpty ? "-" : labels),
      ])
    }
    return columns.lines(style).joined(separator: "\n")
  }

  static func events(_ events: [EventView], _ style: Style) -> String {
    guard !events.isEmpty else { return "No events." }
    var columns = Columns(titles: ["POSITION", "DECIDED", "STREAM", "VERSION", "TYPE", "SUMMARY"])
    for event in events {
      columns.add([
        Columns.Cell("\(event.position)"),
        // Where the decision's own moment cannot be read, that of its transaction.
        Columns.Cell((event.now ?? event.recordedAt).utcText),
        Columns.Cell(SafeText.line(event.stream)), Columns.Cell("\(event.version)"),
        Columns.Cell(SafeText.line(event.type)), Columns.Cell(SafeText.line(event.summary)),
      ])
    }
    return columns.lines(style).joined(separator: "\n")
  }

  /// One event, for those who see them one by one.
  static func event(_ event: EventView) -> String {
    [
      "\(event.position)", (event.now ?? event.recordedAt).utcText, SafeText.line(event.stream),
      SafeText.line(event.type), SafeText.line(event.summary),
    ].joined(separator: "  ")
  }

  static func subscriptions(_ response: ListSubscriptionsResponse, _ style: Style) -> String {
    guard !response.subscriptions.isEmpty else { return "No subscriptions." }
    var columns = Columns(
      titles: ["NAME", "POSITION", "LAG", "CONSUMER", "OPENED", "ACKNOWLEDGED"])
    for view in response.subscriptions {
      columns.add([
        Columns.Cell(SafeText.line(view.name)), Columns.Cell("\(view.position)"),
        Columns.Cell("\(view.lag)", mark: view.lag == 0 ? .good : .idle),
        Columns.Cell(view.consumer.isEmpty ? "-" : SafeText.line(view.consumer)),
        Columns.Cell(view.openedAt.utcText), Columns.Cell(view.acknowledgedAt.utcText),
      ])
    }
    return columns.lines(style).joined(separator: "\n")
  }
}
