/// Every time limit of a connection, as values: no clock, no callbacks.
struct ConnectionTimers {
  enum Due: Equatable {
    /// A limit was passed; close after sending GOAWAY with the code.
    case close(String, HTTP2ErrorCode)
    /// Too old or idle too long: begin the graceful end.
    case drain
    /// The notice has been out long enough: send the final GOAWAY.
    case finishDrain
    /// Silence while streams are open: send a PING.
    case keepalive
  }

  private let limits: HTTP2Limits
  private let role: HTTP2Role
  private var prefaceBy: MonotonicTime?
  private var settingsBy: MonotonicTime?
  private var headersBy: MonotonicTime?
  private var drainAt: MonotonicTime?
  private var noticeUntil: MonotonicTime?
  private var closeBy: MonotonicTime?
  private var stalledUntil: MonotonicTime?
  private var pingAnswerBy: MonotonicTime?
  private var receivedAt: MonotonicTime
  /// When the last PING for silence was due; such a PING is not repeated before an interval.
  private var keepaliveFrom: MonotonicTime
  private var streamClosedAt: MonotonicTime
  /// When the first of the open streams was opened: silence before it means nothing.
  private var openedAt: MonotonicTime
  private let keepaliveNanoseconds: Int64
  private let silenceNanoseconds: Int64?
  private(set) var isDraining = false

  init(role: HTTP2Role, limits: HTTP2Limits, at now: MonotonicTime, ageSpread: Double) {
    self.role = role
    self.limits = limits
    receivedAt = now
    keepaliveFrom = now
    streamClosedAt = now
    openedAt = now
    keepaliveNanoseconds = limits.keepaliveInterval.clampedNanoseconds
    silenceNanoseconds = limits.silenceMax?.clampedNanoseconds
    prefaceBy = now.advanced(by: limits.prefaceTimeout)
    settingsBy = now.advanced(by: limits.settingsTimeout)
    if role == .server {
      let factor = 1 + limits.ageJitter * (ageSpread * 2 - 1)
      drainAt = now.advanced(by: limits.ageMax * factor)
    }
  }

  mutating func received(at now: MonotonicTime) { receivedAt = now }
  mutating func prefaceDone() { prefaceBy = nil }
  mutating func settingsAcknowledged() { settingsBy = nil }
  mutating func headerBlockBegan(at now: MonotonicTime) {
    headersBy = now.advanced(by: limits.headerTimeout)
  }
  mutating func headerBlockEnded() { headersBy = nil }
  mutating func firstStreamOpened(at now: MonotonicTime) {
    openedAt = now
    keepaliveFrom = now
  }
  mutating func streamClosed(at now: MonotonicTime) { streamClosedAt = now }
  mutating func pingSent(at now: MonotonicTime) {
    pingAnswerBy = now.advanced(by: limits.keepaliveTimeout)
  }
  mutating func pingAnswered() { pingAnswerBy = nil }
  mutating func noticeOver() { noticeUntil = nil }

  mutating func outputStalled(_ stalled: Bool, at now: MonotonicTime) {
    guard stalled else {
      stalledUntil = nil
      return
    }
    if stalledUntil == nil { stalledUntil = now.advanced(by: limits.outputStallTimeout) }
  }

  /// False when a drain is under way; a shorter grace still shortens it.
  mutating func beginDrain(grace: Duration, at now: MonotonicTime) -> Bool {
    let end = now.advanced(by: grace)
    closeBy = min(closeBy ?? end, end)
    guard !isDraining else { return false }
    isDraining = true
    drainAt = nil
    noticeUntil = now.advanced(by: .seconds(1))
    return true
  }

  func next(openStreams: Int) -> MonotonicTime {
    var next = MonotonicTime.distantFuture
    func consider(_ time: MonotonicTime?) {
      if let time, time < next { next = time }
    }
    consider(prefaceBy)
    consider(settingsBy)
    consider(headersBy)
    consider(drainAt)
    consider(noticeUntil)
    consider(closeBy)
    consider(stalledUntil)
    consider(pingAnswerBy)
    consider(idleAt(openStreams))
    consider(keepaliveAt(openStreams))
    consider(silentAt(openStreams))
    return next
  }

  /// The next limit that has run out, disarmed so that it is reported once.
  mutating func due(at now: MonotonicTime, openStreams: Int) -> Due? {
    func passed(_ time: MonotonicTime?) -> Bool { time.map { $0 <= now } ?? false }
    if passed(prefaceBy) { return .close("prefaceTimeout", .settingsTimeout) }
    if passed(settingsBy) { return .close("settingsTimeout", .settingsTimeout) }
    if passed(headersBy) { return .close("headerTimeout", .enhanceYourCalm) }
    if passed(stalledUntil) { return .close("outputStallTimeout", .enhanceYourCalm) }
    if passed(pingAnswerBy) { return .close("keepaliveTimeout", .noError) }
    if passed(closeBy) { return .close("drainGrace", .noError) }
    if passed(silentAt(openStreams)) { return .close("silenceMax", .noError) }
    if passed(noticeUntil) {
      noticeUntil = nil
      return .finishDrain
    }
    if passed(drainAt) || passed(idleAt(openStreams)) {
      drainAt = nil
      return .drain
    }
    if passed(keepaliveAt(openStreams)) {
      keepaliveFrom = now
      return .keepalive
    }
    return nil
  }

  private func idleAt(_ openStreams: Int) -> MonotonicTime? {
    guard role == .server, openStreams == 0, !isDraining else { return nil }
    return streamClosedAt.advanced(by: limits.idleTimeout)
  }

  private func keepaliveAt(_ openStreams: Int) -> MonotonicTime? {
    guard openStreams > 0, pingAnswerBy == nil else { return nil }
    return max(receivedAt, keepaliveFrom).advanced(byNanoseconds: keepaliveNanoseconds)
  }

  private func silentAt(_ openStreams: Int) -> MonotonicTime? {
    guard openStreams > 0, let silenceNanoseconds else { return nil }
    return max(receivedAt, openedAt).advanced(byNanoseconds: silenceNanoseconds)
  }
}
