import ArgumentParser
import GRPC
import RolloutCore
import Testing
import WindlassWire

@testable import windlass

@Suite("Exit status")
struct EndingTests {
  @Test("every status has the number that pipelines rely on")
  func numbers() {
    let numbers = Dictionary(
      uniqueKeysWithValues: Ending.allCases.map { ($0.name, $0.rawValue) })
    #expect(
      numbers == [
        "done": 0, "refused": 10, "waiting-for-person": 11, "in-progress": 12, "superseded": 13,
        "aborted": 14, "usage": 20, "unauthenticated": 21, "forbidden": 22, "unreachable": 23,
        "conflict": 24, "stale": 25, "unknown": 26, "interrupted": 130,
      ])
  }

  @Test(
    "a decision's result is the status",
    arguments: [
      (.allowed, nil, .done), (.alreadySatisfied, nil, .done), (.refused, .heldRevision, .refused),
      (.refused, nil, .refused), (.refused, .versionMoved, .stale), (.conflict, nil, .conflict),
      (.unknown, nil, .unknown), (.unavailable, nil, .unreachable),
    ] as [(Decision.Result, Rule?, Ending)])
  func decisions(_ result: Decision.Result, _ rule: Rule?, _ expected: Ending) {
    #expect(Ending(Decision(cluster: east, result: result, rule: rule)) == expected)
  }

  @Test(
    "a verdict is the status",
    arguments: [
      (.promoted, .done), (.aborted(.person), .aborted),
      (.aborted(.analysis(RunKey(type: .background), message: "")), .aborted),
      (.withdrawn, .aborted), (.superseded, .superseded),
    ] as [(Verdict, Ending)])
  func verdicts(_ verdict: Verdict, _ expected: Ending) {
    #expect(Ending(verdict) == expected)
  }

  @Test(
    "a failed call is the status; silence after sending a command is unknown",
    arguments: [
      (.unauthenticated, .unauthenticated, .unauthenticated),
      (.permissionDenied, .forbidden, .forbidden), (.invalidArgument, .usage, .usage),
      (.notFound, .usage, .usage), (.outOfRange, .usage, .usage), (.unimplemented, .usage, .usage),
      (.aborted, .refused, .refused), (.failedPrecondition, .refused, .refused),
      (.alreadyExists, .conflict, .conflict), (.unavailable, .unknown, .unreachable),
      (.deadlineExceeded, .unknown, .unreachable), (.cancelled, .unknown, .unreachable),
      (.unknown, .unknown, .unreachable), (.internal, .unknown, .unreachable),
      (.dataLoss, .unknown, .unreachable), (.resourceExhausted, .unreachable, .unreachable),
      (.ok, .done, .done),
    ] as [(RPCCode, Ending, Ending)])
  func codes(_ code: RPCCode, sent: Ending, notSent: Ending) {
    #expect(Ending(code, mayHaveActed: true) == sent)
    #expect(Ending(code, mayHaveActed: false) == notSent)
  }

  @Test(
    "with several clusters the worst status wins",
    arguments: [
      ([], .done), ([.done, .done], .done), ([.done, .refused], .refused),
      ([.inProgress, .waitingForPerson, .done], .waitingForPerson),
      ([.waitingForPerson, .superseded], .superseded), ([.aborted, .refused], .aborted),
      ([.aborted, .unknown, .unreachable], .unknown), ([.stale, .refused], .stale),
      ([.conflict, .stale], .conflict), ([.unreachable, .forbidden], .unreachable),
      ([.usage, .aborted], .usage), ([.unauthenticated, .forbidden], .unauthenticated),
    ] as [([Ending], Ending)])
  func worst(of statuses: [Ending], is expected: Ending) {
    #expect(Ending.worst(of: statuses) == expected)
    #expect(Ending.worst(of: statuses.reversed()) == expected)
  }

  @Test("every status has its place between best and worst")
  func order() {
    #expect(Ending.fromBestToWorst.count == Ending.allCases.count)
    #expect(Set(Ending.fromBestToWorst) == Set(Ending.allCases))
  }

  @Test("a command line that cannot be read ends with 20, help with 0")
  func usage() {
    #expect(Invocation.status(.validationFailure) == 20)
    #expect(Invocation.status(.success) == 0)
    #expect(Invocation.status(ExitCode(14)) == 14)
  }

  @Test(
    "whether the caller reads JSON is known even from arguments that cannot be read",
    arguments: [
      (["get", "--output", "json", "--bogus"], true), (["get", "-o", "json"], true),
      (["get", "--output=json"], true), (["get", "--output", "text"], false), (["get"], false),
      (["apply", "--", "--output=json"], false),
    ])
  func json(_ arguments: [String], _ expected: Bool) {
    #expect(Invocation.wantsJSON(arguments) == expected)
  }
}
