import RolloutCore
import Testing

@testable import ClusterAgent

struct ControlLineTests {
  @Test(
    "lines are read",
    arguments: [
      ("leak on", .leak(true)), ("leak off", .leak(false)), ("  quit ", .quit),
      ("fail-next background", .failNext(.background)), ("fail-next step", .failNext(.step)),
    ] as [(String, ControlLine)])
  func simple(text: String, line: ControlLine) throws {
    #expect(try ControlLine(parsing: text) == line)
  }

  @Test("a change is read with or without digest and image")
  func change() throws {
    let application = try ApplicationName(validating: "shop/checkout")
    let release = try ReleaseID(validating: "v5")
    #expect(
      try ControlLine(parsing: "change shop/checkout v5")
        == .change(OutsideChange(application: application, release: release)))
    #expect(
      try ControlLine(parsing: "change shop/checkout v5 sha256:ab registry.example.org/c:v5")
        == .change(
          OutsideChange(
            application: application, release: release, digest: "sha256:ab",
            image: "registry.example.org/c:v5")))
  }

  @Test(
    "anything else is refused with what is expected",
    arguments: [
      "", "leak", "leak maybe", "fail-next", "fail-next pre-promotion", "quit now",
      "change shop/checkout", "change Shop v5", "change shop/checkout v5 notadigest",
      "change shop/checkout v5 ab image extra", String(repeating: "x", count: 3_000),
    ])
  func refused(text: String) {
    #expect(throws: ControlLine.Mistake.self) { try ControlLine(parsing: text) }
  }

  @Test(
    "a selector names a revision by number or a release, and maybe a type",
    arguments: [
      ("3", RunSelector(.number(RevisionNumber(3)))),
      ("3:step", RunSelector(.number(RevisionNumber(3)), type: .step)),
      ("12:background", RunSelector(.number(RevisionNumber(12)), type: .background)),
    ])
  func selectors(text: String, selector: RunSelector) throws {
    #expect(try RunSelector(parsing: text) == selector)
  }

  @Test("a release may hold colons; what cannot be one is refused")
  func releases() throws {
    #expect(
      try RunSelector(parsing: "sha256:ab:step")
        == RunSelector(.release(try ReleaseID(validating: "sha256:ab")), type: .step))
    #expect(throws: InvalidName.self) { try RunSelector(parsing: ":step") }
    #expect(throws: InvalidName.self) { try OutsideChange(parsing: "a b") }
    #expect(throws: InvalidName.self) { try OutsideChange(parsing: "v1,xyz") }
    let change = try OutsideChange(parsing: "v1,sha256:00,registry.example.org/c:v1")
    #expect(change.digest == "sha256:00")
    #expect(change.image == "registry.example.org/c:v1")
  }
}
