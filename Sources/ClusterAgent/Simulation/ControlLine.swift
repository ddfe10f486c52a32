public import RolloutCore

/// A line that steers a running simulation.
public enum ControlLine: Equatable, Sendable {
  /// `change APPLICATION RELEASE [DIGEST [IMAGE]]`
  case change(OutsideChange)
  /// `fail-next background|step`
  case failNext(RunType)
  /// `leak on|off`
  case leak(Bool)
  /// `quit`
  case quit

  public static let usage =
    "change APPLICATION RELEASE [DIGEST [IMAGE]] | fail-next background|step | leak on|off | quit"

  /// Why a line was not understood.
  public struct Mistake: Error, Equatable, Sendable, CustomStringConvertible {
    public var description: String
  }

  /// - Throws: ``Mistake`` saying what is expected.
  public init(parsing line: String) throws(Mistake) {
    guard line.utf8.count <= 2_048 else { throw Mistake(description: "a line of over 2,048 bytes") }
    let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
    switch (words.first, words.count) {
    case ("change", 3...5):
      do throws(InvalidName) {
        self = .change(
          try OutsideChange(
            application: try ApplicationName(validating: words[1]), release: words[2],
            digest: words.count > 3 ? words[3] : nil, image: words.count > 4 ? words[4] : nil))
      } catch {
        throw Mistake(description: error.description)
      }
    case ("fail-next", 2) where words[1] == "background": self = .failNext(.background)
    case ("fail-next", 2) where words[1] == "step": self = .failNext(.step)
    case ("leak", 2) where words[1] == "on": self = .leak(true)
    case ("leak", 2) where words[1] == "off": self = .leak(false)
    case ("quit", 1): self = .quit
    default: throw Mistake(description: "expected \(Self.usage)")
    }
  }
}
