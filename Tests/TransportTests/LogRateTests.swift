import NIOCore
import Testing

@testable import Transport

@Suite("Log lines that others cause")
struct LogRateTests {
  @Test("so many are written each second, and the next one tells how many were not")
  func rate() {
    let rate = LogRate(perSecondMax: 2)
    func at(_ milliseconds: Int64) -> Int? {
      rate.take(at: .uptimeNanoseconds(0) + .milliseconds(10_000 + milliseconds))
    }
    #expect(at(0) == 0)
    #expect(at(10) == 0)
    #expect(at(20) == nil)
    #expect(at(999) == nil)
    #expect(at(1_000) == 2)
    #expect(at(1_001) == 0)
    #expect(at(1_002) == nil)
    #expect(at(9_000) == 1)
    #expect(at(9_000) == 0)
  }
}
