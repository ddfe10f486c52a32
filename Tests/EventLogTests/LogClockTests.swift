import EventLog
import Synchronization
import Testing

@Suite("The estimate of the server's clock")
struct LogClockTests {
  /// A monotonic clock that moves when told to.
  final class Hand: Sendable {
    private let reading = Mutex(Duration.seconds(100))
    var now: Duration { reading.withLock { $0 } }
    func advance(_ duration: Duration) { reading.withLock { $0 += duration } }
  }

  let hand = Hand()
  let clock: LogClock

  init() {
    let hand = hand
    clock = LogClock { hand.now }
  }

  @Test("there is no estimate before the first answer")
  func first() { #expect(clock.now() == nil) }

  @Test("it assumes the middle of the round trip and advances with the monotonic clock")
  func middle() {
    let mark = clock.mark()
    hand.advance(.milliseconds(10))
    clock.observe(serverNow: 5_000_000, since: mark)
    #expect(clock.now() == 5_005_000)
    hand.advance(.seconds(3))
    #expect(clock.now() == 8_005_000)
  }

  @Test("a sample with a longer round trip does not replace a better one that agrees")
  func better() {
    clock.observe(serverNow: 5_000_000, since: clock.mark())
    let mark = clock.mark()
    hand.advance(.milliseconds(100))
    // The server answered at the very start: the middle is wrong by 50 ms.
    clock.observe(serverNow: 5_000_000, since: mark)
    #expect(clock.now() == 5_100_000)
  }

  @Test(
    "it follows a server whose clock was set, either way", arguments: [-3_600, 3_600] as [Int64])
  func jump(seconds: Int64) {
    clock.observe(serverNow: 10_000_000_000, since: clock.mark())
    #expect(clock.now() == 10_000_000_000)
    let mark = clock.mark()
    hand.advance(.milliseconds(4))
    clock.observe(serverNow: 10_000_000_000 + seconds * 1_000_000, since: mark)
    #expect(clock.now() == 10_000_000_000 + seconds * 1_000_000 + 2_000)
  }

  @Test("a small correction backwards is waited out")
  func slew() {
    clock.observe(serverNow: 5_000_000, since: clock.mark())
    #expect(clock.now() == 5_000_000)
    clock.observe(serverNow: 4_900_000, since: clock.mark())
    #expect(clock.now() == 5_000_000)
    hand.advance(.milliseconds(150))
    #expect(clock.now() == 5_050_000)
  }

  @Test("a nonsensical answer changes nothing")
  func overflow() {
    clock.observe(serverNow: 5_000_000, since: clock.mark())
    clock.observe(serverNow: .min, since: clock.mark())
    #expect(clock.now() == 5_000_000)
  }
}
