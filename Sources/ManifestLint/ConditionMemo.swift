/// Verdicts on pairs of conditions, so that the same text is tried once.
struct ConditionMemo {
  struct Key: Hashable {
    var success: String
    var failure: String
    var shape: ConditionTrial.Shape
  }

  /// What trying the two conditions gave.
  struct Answer {
    var success = ConditionTrial.Usability.usable
    var failure = ConditionTrial.Usability.usable
    var verdicts: Set<ConditionTrial.Verdict> = []
    var onNaN = ConditionTrial.Verdict.error
    var onNoData = ConditionTrial.Verdict.error
    var size = 0
  }

  private var answers: [Key: Answer] = [:]
  /// Conditions tried whose single evaluation may take long.
  private var costly = 0

  mutating func answer(_ key: Key, _ words: [ConditionWords], _ log: FindingLog) -> Answer {
    if let answer = answers[key] { return answer }
    var answer = Answer()
    do throws(ConditionTrial.Problem) {
      let success = try ConditionTrial.compile(key.success)
      if let success {
        answer.success = ConditionTrial.usability(of: success, words[0], key.shape)
      }
      do throws(ConditionTrial.Problem) {
        let failure = try ConditionTrial.compile(key.failure)
        if let failure {
          answer.failure = ConditionTrial.usability(of: failure, words[1], key.shape)
        }
        let isCostly = words.contains(where: \.isCostly)
        if isCostly { costly += 1 }
        if isCostly && costly > LintLimits.costlyConditions {
          answer.verdicts = [.error]
        } else {
          let trial = ConditionTrial(success, failure, key.shape, words)
          answer.verdicts = trial.verdicts
          (answer.onNaN, answer.onNoData, answer.size) = (trial.onNaN, trial.onNoData, trial.size)
        }
      } catch {
        answer.failure = .syntax(error)
      }
    } catch {
      answer.success = .syntax(error)
    }
    log.worked(answer.size)
    answers[key] = answer
    return answer
  }
}
