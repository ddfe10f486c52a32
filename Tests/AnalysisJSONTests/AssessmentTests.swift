import Analysis
import AnalysisJSON
import Testing

@Suite("Assessing JSON cases")
struct AssessmentTests {
  private static let good = #""provider":"web","successCondition":"result > 1""#

  private func answer(_ text: String) throws -> JSONValue {
    try Assessment.answer(to: JSONReader.read(Array(text.utf8)), matching: contains)
  }

  private func contains(_ pattern: String, _ name: String) throws -> Bool { name.contains(pattern) }

  @Test("phase, message, reading, counters and the next look are answered")
  func whole() throws {
    let answer = try answer(
      """
      {"metrics": [
        {"name": "rate", "interval": "1m", "count": "3", "failureLimit": 1, \(Self.good),
         "measurements": [
           {"phase": "Successful", "finishedAt": "2026-08-17T10:00:00Z", "value": 0.97},
           {"phase": "Failed", "finishedAt": "2026-08-17T10:01:00Z", "message": "low"}]},
        {"name": "latency", "initialDelay": "5m", \(Self.good)}],
       "startedAt": "2026-08-17T09:59:00Z", "now": "2026-08-17T10:01:30Z"}
      """)
    #expect(answer["phase"] == .string("Running"))
    #expect(answer["message"] == .string(""))
    #expect(answer["reading"] == .null)
    #expect(answer["nextLook"] == .string("2026-08-17T10:02:00Z"))
    #expect(answer["plan"] == .array([]))
    guard case .array(let metrics)? = answer["metrics"] else {
      Issue.record("no metrics")
      return
    }
    #expect(metrics[0]["phase"] == .string("Running"))
    #expect(metrics[0]["counters"]?["count"] == .number("2"))
    #expect(metrics[0]["counters"]?["consecutiveSuccess"] == .number("0"))
    #expect(metrics[1]["phase"] == .string("Pending"))
    #expect(answer["summaries"]?["run"]?["count"] == .number("2"))
  }

  @Test("counters of a status are taken as they are, measurements are what is left of many")
  func counters() throws {
    let answer = try answer(
      """
      {"metrics":[{"name":"m","interval":"1m",\(Self.good),"failureLimit":5,
        "counters":{"count":100,"successful":94,"failed":6},"measurements":[{"phase":"Successful"}]}],
       "settle":true}
      """)
    #expect(answer["phase"] == .string("Failed"))
    #expect(
      answer["message"]
        == .string("Metric \"m\" assessed Failed due to failed (6) > failureLimit (5)"))
    guard case .array(let metrics)? = answer["metrics"] else { return }
    #expect(metrics[0]["counters"]?["count"] == .number("100"))
    #expect(metrics[0]["retained"] == .number("1"))
  }

  @Test("a bad metric stops its siblings on the next pass, which `settled` and `settle` show")
  func settling() throws {
    let metrics =
      """
      "metrics": [
        {"name": "bad", "interval": "1m", \(Self.good), "measurements": [{"phase": "Failed"}]},
        {"name": "other", "interval": "1m", \(Self.good), "measurements": [{"phase": "Successful"}]}]
      """
    let message = "Metric \"bad\" assessed Failed due to failed (1) > failureLimit (0)"
    let one = try answer("{\(metrics)}")
    #expect(one["phase"] == .string("Running") && one["terminating"] == .bool(true))
    #expect(one["settled"]?["phase"] == .string("Failed"))
    #expect(one["settled"]?["message"] == .string(message))
    let all = try answer("{\(metrics), \"settle\": true}")
    #expect(all["phase"] == .string("Failed") && all["message"] == .string(message))
    #expect(all["reading"] == .string("failed"))
  }

  @Test("a stopped run is Successful, and reads skipped or stopped")
  func terminated() throws {
    let skipped = try answer(#"{"metrics":[{"name":"m"}],"terminate":true,"now":10}"#)
    #expect(skipped["phase"] == .string("Successful"))
    #expect(skipped["message"] == .string("Run Terminated"))
    #expect(skipped["reading"] == .string("skipped"))
    #expect(skipped["completedAt"] == .number("10"))
    let stopped = try answer(
      """
      {"metrics":[{"name":"m","interval":"1m",\(Self.good),"measurements":[{"phase":"Successful"}]}],
       "terminate":true}
      """)
    #expect(stopped["reading"] == .string("stopped"))
  }

  @Test("a run that is wrong is an Error, with Argo's message")
  func invalid() throws {
    let none = try answer(#"{"metrics":[]}"#)
    #expect(none["phase"] == .string("Error"))
    #expect(none["message"] == .string("Analysis spec invalid: no metrics specified"))
    let provider = try answer(#"{"metrics":[{"name":"m","provider":{}}]}"#)
    #expect(
      provider["message"] == .string("Analysis spec invalid: metrics[0]: no provider specified"))
    let two = try answer(#"{"metrics":[{"name":"m","provider":{"web":{},"job":{}}}]}"#)
    #expect(
      two["message"] == .string("Analysis spec invalid: metrics[0]: multiple providers specified"))
    let rule = try answer(#"{"metrics":[{"name":"m"}],"dryRun":[{"metricName":"x"}]}"#)
    #expect(
      rule["message"]
        == .string("Analysis spec invalid: dryRun[0]: Rule didn't match any metric name(s)"))
    let argument = try answer(
      #"{"metrics":[{"name":"m","provider":{"web":{"url":"{{args.u}}"}}}]}"#)
    #expect(
      argument["message"]
        == .string("Unable to resolve metric arguments: failed to resolve {{args.u}}"))
  }

  @Test("arguments, dry-run rules, retention and time to live are heeded")
  func rest() throws {
    let answer = try answer(
      """
      {"metrics":[
         {"name":"m","count":"{{args.n}}","interval":"1m",\(Self.good),"measurements":[
           {"phase":"Successful"},{"phase":"Successful"}]},
         {"name":"dry","interval":"1m",\(Self.good),"measurements":[{"phase":"Failed"}]}],
       "args":[{"name":"n","value":"2"}], "dryRun":[{"metricName":"dry"}],
       "measurementRetention":[{"metricName":"m","limit":1}],
       "ttlStrategy":{"secondsAfterSuccess":60}, "now":100, "comment":"x"}
      """)
    #expect(answer["phase"] == .string("Successful") && answer["reading"] == .string("verified"))
    #expect(answer["expiresAt"] == .number("161"))
    #expect(answer["summaries"]?["dryRun"]?["failed"] == .number("1"))
    #expect(answer["notes"] == .array([.string("comment is not read")]))
    guard case .array(let metrics)? = answer["metrics"] else { return }
    #expect(metrics[0]["retained"] == .number("1") && metrics[0]["effectiveCount"] == .number("2"))
    #expect(metrics[1]["dryRun"] == .bool(true))
  }

  @Test(
    "a case that cannot be read says where",
    arguments: [
      ("", "line 1, column 1: the text ends where a value should be"),
      ("{", "line 1, column 2: a name in quotes must be here"),
      ("[]", "the case must be an object, is a list"),
      ("{}", "metrics is missing: a list of metrics"),
      ("{\n \"a\": 1,\n \"a\": 2}", "line 3, column 2: the name is repeated"),
      (#"{"metrics":{}}"#, "metrics must be a list, is an object"),
      (#"{"metrics":[1]}"#, "metrics[0] must be an object, is a number"),
      (#"{"metrics":[{"interval":5}]}"#, "metrics[0].interval must be a text, is a number"),
      (
        #"{"metrics":[{"count":true}]}"#,
        "metrics[0].count must be a number or a text, is a boolean"
      ),
      (#"{"metrics":[{"count":1.5}]}"#, "metrics[0].count must be a whole number, is 1.5"),
      (
        #"{"metrics":[{"measurements":[{"phase":"Good"}]}]}"#,
        "metrics[0].measurements[0].phase must be one of Pending, Running, Successful, Failed, "
          + "Error, Inconclusive"
      ),
      (
        #"{"metrics":[],"now":"today"}"#,
        "now must be a time between 1678 and 2261, such as 2026-08-17T10:00:00Z, or seconds since "
          + "1970"
      ),
      (#"{"metrics":[],"terminate":1}"#, "terminate must be true or false, is a number"),
      (#"{"metrics":[]} x"#, "line 1, column 16: text after the value"),
      (#"{"a":"\ud800"}"#, "line 1, column 13: half of a surrogate pair"),
      (#"{"a":"\q"}"#, "line 1, column 8: no escape of JSON"),
      (#"{"a":01}"#, "line 1, column 7: a comma or } must be here"),
      (#"{"a":-}"#, "line 1, column 7: a digit must be here"),
    ])
  func unreadable(text: String, message: String) {
    let line = Assessment.line(Array(text.utf8), matching: contains)
    #expect(!line.isReadable)
    let read = try? JSONReader.read(Array(line.text.utf8))
    #expect(read?["error"] == .string(message))
  }

  @Test("depth and size are bounded")
  func bounds() {
    let deep = Array(String(repeating: "[", count: 100_000).utf8)
    #expect(throws: JSONError.self) { try JSONReader.read(deep) }
    let large = [UInt8](repeating: 0x20, count: JSONReader.bytesMax + 1)
    #expect(throws: JSONError.self) { try JSONReader.read(large) }
  }

  @Test("what is written reads back, on one line and indented")
  func roundTrip() throws {
    let text = #"{"a":[1,-2.5e+3,"\u2028\u0000\"\\é😀",null,true],"b":{},"c":[]}"#
    let value = try JSONReader.read(Array(text.utf8))
    #expect(try JSONReader.read(Array(value.text.utf8)) == value)
    #expect(try JSONReader.read(Array(value.indented.utf8)) == value)
    #expect(!value.text.contains("\n"))
  }

  @Test("bytes of any kind end in a value or an error", arguments: UInt64(0)..<100)
  func fuzz(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    let parts = [
      "{", "}", "[", "]", ",", ":", "\"metrics\"", "\"name\"", "\"count\"", "\"now\"",
      "\"interval\"",
      "\"9223372036854775807ns\"", "9223372036854775807", "-9223372036854775808", "1e999", "0",
      "\"Error\"", "\"phase\"", "\"measurements\"", "true", "null", "\\u", "\u{1F600}", " ", "\n",
    ]
    for _ in 0..<100 {
      var bytes: [UInt8] = Array("{\"metrics\":[{\"name\":\"a\"".utf8)
      for _ in 0..<next(24) { bytes += parts[next(parts.count)].utf8 }
      if next(4) == 0 { bytes.append(UInt8(next(256))) }
      let line = Assessment.line(bytes, matching: contains)
      #expect(!line.text.isEmpty && !line.text.contains("\n"))
    }
  }

  @Test(
    "numbers and times at the edges of 64 bits are answered or refused, never a trap",
    arguments: [
      "9223372036854775807", "-9223372036854775808", "9223372036", "-9223372036", "0", "1e3",
      "\"9223372036854775807\"", "\"2261-12-31T23:59:59Z\"", "\"1678-01-01T00:00:00Z\"",
    ])
  func edges(number: String) {
    for place in [
      "count", "failureLimit", "inconclusiveLimit", "consecutiveErrorLimit",
      "consecutiveSuccessLimit",
    ] {
      let text =
        #"{"metrics":[{"name":"m","interval":"2562047h","\#(place)":\#(number),"measurements":"#
        + #"[{"phase":"Error","finishedAt":\#(number)},{"phase":"Failed"}]}],"now":\#(number),"#
        + #""measurementRetention":[{"metricName":"m","limit":\#(number)}],"#
        + #""ttlStrategy":{"secondsAfterCompletion":\#(number)}}"#
      #expect(!Assessment.line(Array(text.utf8), matching: contains).text.isEmpty)
      let plain = #"{"metrics":[{"name":"m","\#(place)":\#(number)}]}"#
      #expect(!Assessment.line(Array(plain.utf8), matching: contains).text.isEmpty)
    }
  }
}
