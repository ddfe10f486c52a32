/// Judges the two conditions of a metric.
struct ConditionJudge {
  let success: Place
  let failure: Place
  /// With the arguments filled in; empty where there is none, `nil` where an argument is open.
  let texts: (success: String?, failure: String?)
  let shape: ConditionTrial.Shape
  let isPrometheus: Bool
  let log: FindingLog

  private func report(_ rule: LintRule, _ place: Place, _ message: String, fix: String) {
    log.report(rule, place, message, fix: fix)
  }

  func judge(_ memo: inout ConditionMemo) {
    let isOpen = texts.success == nil || texts.failure == nil
    var isUsable = true
    for (place, text) in [(success, texts.success), (failure, texts.failure)] {
      guard let text, !text.isEmpty else { continue }
      let words = ConditionWords(text)
      byWords(words, place, isSuccess: place.path == success.path)
      if isOpen {
        let alone = memo.answer(
          .init(success: text, failure: "", shape: shape), [words, .init("")], log)
        isUsable = byUse(alone.success, place, text) && isUsable
      }
    }
    guard !isOpen, let success = texts.success, let failure = texts.failure else { return }
    let words = [ConditionWords(success), ConditionWords(failure)]
    let answer = memo.answer(
      .init(success: success, failure: failure, shape: shape), words, log)
    isUsable = byUse(answer.success, self.success, success) && isUsable
    isUsable = byUse(answer.failure, self.failure, failure) && isUsable
    guard isUsable else { return }
    byVerdicts(answer, words)
  }

  private func byWords(_ words: ConditionWords, _ place: Place, isSuccess: Bool) {
    if let name = words.misledCall {
      report(
        .conditionIgnoresArgument, place,
        "\(name) ignores its first argument and looks at the whole result of the metric",
        fix: name == "isNil"
          ? "compare with nil: result[0] == nil" : "use ?? for a part: (result.value ?? 0)")
    }
    if words.calls("now") {
      report(
        .conditionReadsClock, place,
        "now() makes the verdict depend on when the controller looks, so it cannot be repeated",
        fix: "compare times inside the query")
    }
    if shape == .unknown, let text = words.quotedNumber {
      report(
        .conditionStringNumber, place,
        "\(Shown.quoted(text)) is text; if the service answers a number, == is false or the "
          + "measurement an Error",
        fix: "write the number without quotes, or convert with asFloat(...)")
    }
  }

  /// - Returns: whether the condition can be evaluated at all.
  private func byUse(_ usability: ConditionTrial.Usability, _ place: Place, _ text: String) -> Bool
  {
    switch usability {
    case .usable: return true
    case .syntax(let problem):
      log.report(
        .conditionSyntax, in: place, offset: offset(problem, place, text),
        "the condition is no expression: \(Shown.text(problem.message, atMost: 200)); every "
          + "measurement is an Error",
        fix: "correct the expression")
    case .unknownName(let problem):
      log.report(
        .conditionUnknownName, in: place, offset: offset(problem, place, text),
        "\(Shown.text(problem.message, atMost: 200)): every measurement is an Error, also where the "
          + "name is behind \"or\"",
        fix: "use result and the functions of the expression language")
    case .listAgainstNumber:
      report(
        .conditionListAgainstNumber, place,
        "the query gives a list, which cannot be compared with a number: every measurement is an "
          + "Error",
        fix: "take an element: result[0]")
    case .numberAgainstList:
      report(
        .conditionTypeMismatch, place,
        "the query gives one number, which cannot be indexed: every measurement is an Error",
        fix: "use result without an index")
    case .mismatch(let message):
      report(
        .conditionTypeMismatch, place,
        "no result of the provider fits the condition: every measurement is an Error (\(message))",
        fix: "compare the result with a value of its own type")
    }
    return false
  }

  /// Places inside a text count only where the text is what is written.
  private func offset(_ problem: ConditionTrial.Problem, _ place: Place, _ text: String) -> Int {
    place.text == text ? max(problem.offset, 0) : 0
  }

  private func byVerdicts(_ answer: ConditionMemo.Answer, _ words: [ConditionWords]) {
    var isConstant = false
    for (place, words, text) in [
      (success, words[0], texts.success ?? ""), (failure, words[1], texts.failure ?? ""),
    ] where !text.isEmpty {
      let reads = ["result", "isNil", "default", "now"]
      guard !reads.contains(where: words.has) else { continue }
      isConstant = true
      let effect =
        if answer.verdicts == [.successful] {
          "the metric can never fail"
        } else if answer.verdicts.isDisjoint(with: [.successful]) {
          "the metric can never succeed"
        } else {
          "it decides nothing"
        }
      report(
        .conditionConstant, place,
        "the condition does not look at the result: it says the same of every measurement, and "
          + effect,
        fix: "compare result with what is expected")
    }
    guard !isConstant else { return }
    let isKnown = !answer.verdicts.contains(.error)
    let place = texts.success?.isEmpty ?? true ? failure : success
    if answer.verdicts.subtracting([.error]) == [.successful], isKnown || shape == .unknown,
      shape != .unknown || !words.contains(where: { $0.looksInside || $0.has("matches") })
    {
      report(
        .conditionNeverFails, place,
        "none of \(answer.size) sample results fails the metric: it is likely to hold always",
        fix: "check the comparison")
      return
    }
    if shape != .unknown, isKnown, !answer.verdicts.contains(.successful) {
      report(
        .conditionNeverPasses, place,
        "none of \(answer.size) sample results passes the metric: it is likely to fail always",
        fix: "check the comparison")
      return
    }
    guard isPrometheus else { return }
    if answer.onNaN == .successful, !words.contains(where: { $0.calls("isNaN") }) {
      report(
        .conditionNanPasses, place,
        "a query that divides 0 by 0 gives NaN; every comparison with it is false, which counts as "
          + "Successful here",
        fix: "give a successCondition, or add isNaN(...) to the failureCondition")
    }
    guard shape == .numbers else { return }
    if answer.onNoData == .successful {
      report(
        .conditionNoDataPasses, place,
        "a query that finds no series gives an empty list, which counts as Successful: an analysis "
          + "without traffic passes",
        fix: "make no data false, or add a metric that checks for traffic")
    } else if answer.onNoData == .error {
      report(
        .conditionNoDataErrors, place,
        "a query that finds no series gives an empty list, which makes the measurement an Error; "
          + "more than consecutiveErrorLimit (default 4) in a row abort the update",
        fix: "say what no data means: len(result) == 0 or result[0] ...")
    }
  }
}
