/// What a completed analysis honestly says about the release, whatever its phase is called.
///
/// Argo calls a run Successful that measured nothing, was stopped, or could not have failed. People
/// read that as "verified"; this is what they should read instead.
public enum Reading: String, CaseIterable, Sendable {
  /// It was measured to the end, at least one measurement was good, and bad ones would have stopped
  /// the release.
  case verified
  /// Bad measurements beyond what is allowed, or nothing but bad ones.
  case failed
  /// Nothing was measured.
  case skipped
  /// It was ended before it was done. What it measured until then was within its limits.
  case stopped
  /// It could not have failed, whatever was measured: its limits cannot be reached, it has no
  /// conditions or ones that are always good, or it only runs dry.
  case vacuous
  /// It was measured, and too often without an answer that is good or bad.
  case noData = "no data"
}

/// A reading and its reason.
public struct HonestReading: Equatable, Sendable {
  /// `nil` while nothing is decided.
  public var reading: Reading?
  /// A sentence or two, for people.
  public var why: String

  public init(_ reading: Reading?, _ why: String) {
    self.reading = reading
    self.why = why
  }
}
