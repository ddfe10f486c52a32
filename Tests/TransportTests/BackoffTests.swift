import Testing

@testable import Transport

@Suite("Pauses between attempts")
struct BackoffTests {
  @Test("they double up to the longest, are spread by a fifth each way, and begin anew")
  func pauses() {
    var backoff = Backoff(first: .milliseconds(100), longest: .seconds(1))
    #expect((0..<6).map { _ in backoff.pause(spread: 0.5) } == [100, 200, 400, 800, 1000, 1000])
    #expect(backoff.pause(spread: 0) == 800)
    #expect(backoff.pause(spread: 1) == 1200)
    backoff.reset()
    #expect(backoff.pause(spread: 0) == 80)
    #expect(backoff.pause(spread: 1) == 240)
  }

  @Test("settings that make no sense still give pauses that do")
  func odd() {
    var zero = Backoff(first: .zero, longest: .zero)
    #expect(zero.pause(spread: 0) == 1)
    var reversed = Backoff(first: .seconds(10), longest: .seconds(1))
    #expect(reversed.pause(spread: 0.5) == 10_000)
    #expect(reversed.pause(spread: 0.5) == 10_000)
    var huge = Backoff(first: .seconds(Int64.max / 2), longest: .seconds(Int64.max))
    #expect(huge.pause(spread: 1) > 0)
    #expect(huge.pause(spread: 1) > 0)
  }
}
