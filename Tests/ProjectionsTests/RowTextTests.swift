import RolloutCore
import Testing

@testable import Projections

@Suite("Rows as text")
struct RowTextTests {
  private func row(_ columns: (inout RowText) -> Void) -> String {
    var text = RowText()
    text.row(columns)
    return text.text
  }

  @Test(
    "whatever a text holds stays inside its string",
    arguments: [
      ("plain", #""plain""#), (#"a "b" \ c"#, #""a \"b\" \\ c""#),
      ("<b>&amp;'; drop table x; --", #""<b>&amp;'; drop table x; --""#),
      ("a\nb\t\u{1}\u{1F}\u{7F}", "\"a\\u000ab\\u0009\\u0001\\u001f\u{7F}\""),
      ("\u{0}", "\"\u{FFFD}\""), ("e\u{301} 🧭 \u{202E}", "\"e\u{301} 🧭 \u{202E}\""),
    ])
  func texts(_ given: String, _ written: String) {
    #expect(row { $0.text("a", given) } == #"[{"a":"# + written + "}]")
  }

  @Test("what is absent or empty is not named, so it is null")
  func absent() {
    let text = row { row in
      row.text("a", nil)
      row.text("b", "")
      row.number("c", Int64?.none)
      row.moment("d", nil)
      row.flag("e", nil)
      row.texts("f", [])
      row.flag("g", false)
    }
    #expect(text == #"[{"f":[],"g":false}]"#)
  }

  @Test("rows and columns are set apart, lists within columns too")
  func commas() {
    var text = RowText()
    for number in UInt32(1)...2 {
      text.row { row in
        row.objects("facts", [1, 2]) { text, revision in
          text.text("kind", "k")
          text.number("revision", UInt32(revision))
        }
        row.number("n", number)
        row.object("labels", [("a", "1"), ("b", "2")])
        row.numbers("between", [3, 4])
      }
    }
    let one = #"{"facts":[{"kind":"k","revision":1},{"kind":"k","revision":2}],"n":"#
    let rest = #","labels":{"a":"1","b":"2"},"between":[3,4]}"#
    #expect(text.text == "[\(one)1\(rest),\(one)2\(rest)]")
    #expect(text.count == 2)
  }

  @Test(
    "a moment keeps its microseconds, and one beyond the calendar is no moment",
    arguments: [
      (0, "1970-01-01 00:00:00.000000Z"), (1_795_399_511_000_007, "2026-11-23 02:05:11.000007Z"),
      (-1, "1969-12-31 23:59:59.999999Z"), (253_402_300_799_999_999, "9999-12-31 23:59:59.999999Z"),
      (253_402_300_800_000_000, "infinity"), (.max, "infinity"), (.min, "-infinity"),
    ] as [(Int64, String)])
  func moments(_ microseconds: Int64, _ written: String) {
    #expect(RowText.text(of: Timestamp(microseconds: microseconds)) == written)
  }
}
