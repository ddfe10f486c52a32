/// The duration record and how an update is said to have ended.
///
/// Source: semantics 17. Since 1.11; earlier versions keep no record.
public enum CompletionRules {
  /// The template changed.
  ///
  /// During an update a rollback keeps the running record and marks it; anything else closes the
  /// record as superseded and starts a new one. On an idle rollout a new record starts, whatever
  /// the target: it will end as promoted even if it is an older revision.
  ///
  /// - Returns: the record to go on with, and the one that was closed, if any.
  public static func templateChanged(
    _ record: DurationRecord?, inProgress: Bool, classification: Classification, now: ArgoTime
  ) -> (current: DurationRecord, closed: DurationRecord?) {
    let fresh = DurationRecord(started: now.storedSecond)
    guard inProgress, var record else { return (fresh, nil) }
    if classification.isRollback {
      record.completion = classification.fast.isFast ? .fastRolledBack : .rolledBack
      return (record, nil)
    }
    record.completion = .superseded
    record.finished = now.storedSecond
    return (fresh, record)
  }

  /// Stable changed. A rollback noted before stays noted.
  public static func promoted(
    _ record: DurationRecord?, fully: Bool, now: ArgoTime
  ) -> DurationRecord? {
    guard var record, record.finished == nil else { return record }
    record = endingPause(record, now: now)
    record.completion = record.completion ?? (fully ? .fastPromoted : .promoted)
    record.finished = now.storedSecond
    return record
  }

  /// The update was aborted. A status noted before stays.
  public static func aborted(_ record: DurationRecord?, now: ArgoTime) -> DurationRecord? {
    guard var record, record.finished == nil else { return record }
    record = endingPause(record, now: now)
    record.completion = record.completion ?? .aborted
    record.finished = now.storedSecond
    return record
  }

  /// A retry opens a new record.
  public static func retried(now: ArgoTime) -> DurationRecord {
    DurationRecord(started: now.storedSecond)
  }

  /// Counts the time that only a person could have ended.
  public static func paused(
    _ record: DurationRecord?, needsPerson: Bool, now: ArgoTime
  ) -> DurationRecord? {
    guard var record, record.finished == nil else { return record }
    if needsPerson {
      record.manualPauseStarted = record.manualPauseStarted ?? now.storedSecond
      return record
    }
    return endingPause(record, now: now)
  }

  private static func endingPause(_ record: DurationRecord, now: ArgoTime) -> DurationRecord {
    guard let start = record.manualPauseStarted else { return record }
    var record = record
    record.manualPauseSeconds += max(0, now.storedSecond.wholeSeconds(since: start))
    record.manualPauseStarted = nil
    return record
  }
}
