import Foundation
import GRPC
import RolloutCore
import Testing
import WindlassWire

@testable import windlass

@Suite("Commands to rollouts")
struct SubmitTests {
  private static let abort = ["abort", "shop/checkout", "--cluster", "eu-1"]

  @Test("an allowed command is sent once, with who, why and where")
  func once() async throws {
    let backend = FakeBackend { _, _ in
      .success(SubmitResponse(decisions: [decision(.allowed, attempt: 4)]))
    }
    let console = Console()
    let status = try await run(
      [
        "rollback", "shop/checkout", "--to", "v2", "--cluster", "eu-1", "--reason", "errors",
        "--actor", "anna", "--key", "k1", "--expected-version", "7",
      ], backend, console)
    #expect(status == .done)
    #expect(
      backend.submissions == [
        SubmitRequest(
          envelope: Envelope(
            idempotencyKey: "k1", claimedActor: "anna", reason: "errors", expectedVersion: 7),
          application: shop, clusters: ClusterSelector(names: [east]),
          command: .rollback(.release(release("v2")), .regular, insistsOnAnalysis: false))
      ])
    #expect(
      console.out == """
        + shop/checkout on eu-1: allowed
          attempt 4, revision 2, version 8, position 19

        """)
  }

  @Test("lost connections are repeated with the same key until there is an answer")
  func repeats() async throws {
    let backend = FakeBackend { _, n in
      n < 3
        ? .failure(n == 0 ? FakeBackend.refused : FakeBackend.lost)
        : .success(SubmitResponse(decisions: [decision(.allowed)]))
    }
    let status = try await run(Self.abort, backend, Console())
    #expect(status == .done)
    #expect(backend.submissions.count == 4)
    #expect(Set(backend.submissions.map(\.envelope.idempotencyKey)).count == 1)
  }

  @Test("unknown and unavailable decisions are repeated too")
  func openDecisions() async throws {
    let backend = FakeBackend { _, n in
      .success(
        SubmitResponse(decisions: [
          decision(.allowed),
          decision(n == 0 ? .unknown : n == 1 ? .unavailable : .allowed, on: west),
        ]))
    }
    #expect(try await run(Self.abort, backend, Console()) == .done)
    #expect(backend.submissions.count == 3)
  }

  @Test(
    "at the time-out, sent is unknown and never sent is unreachable",
    arguments: [
      (FakeBackend.refused, .unreachable), (FakeBackend.lost, .unknown),
      (RPCError(RPCStatus(.deadlineExceeded), wasSent: true), .unknown),
      (RPCError(RPCStatus(.deadlineExceeded), wasSent: false), .unreachable),
      (
        RPCError(RPCStatus(.resourceExhausted, "busy"), wasSent: false, isAnswer: true),
        .unreachable
      ),
    ] as [(RPCError, Ending)])
  func timeout(_ error: RPCError, _ expected: Ending) async throws {
    let backend = FakeBackend { _, _ in .failure(error) }
    let console = Console()
    let status = try await run(Self.abort + ["--key", "k1"], backend, console)
    #expect(status == expected)
    #expect(backend.submissions.count > 5)
    if expected == .unknown { #expect(console.error.contains("--key k1")) }
  }

  @Test("once sent, a refused connection later does not make it unsent")
  func sentOnce() async throws {
    let backend = FakeBackend { _, n in .failure(n == 0 ? FakeBackend.lost : FakeBackend.refused) }
    #expect(try await run(Self.abort, backend, Console()) == .unknown)
  }

  @Test(
    "an answer that will not change is not asked for again",
    arguments: [
      (.unauthenticated, .unauthenticated), (.permissionDenied, .forbidden), (.notFound, .usage),
      (.invalidArgument, .usage), (.failedPrecondition, .refused), (.aborted, .refused),
      (.unimplemented, .usage),
    ] as [(RPCCode, Ending)])
  func final(_ code: RPCCode, _ expected: Ending) async throws {
    let backend = FakeBackend { _, _ in
      .failure(RPCError(RPCStatus(code, "because"), wasSent: true, isAnswer: true))
    }
    let console = Console()
    #expect(try await run(Self.abort, backend, console) == expected)
    #expect(backend.submissions.count == 1)
    #expect(console.error.contains("because"))
  }

  @Test("an unreachable service is named, with what to do")
  func unreachable() async throws {
    let console = Console()
    #expect(try await run(["clusters"], FakeBackend(), console) == .unreachable)
    #expect(
      console.error
        == "windlass: cannot reach http://127.0.0.1:7443: connection refused. Is windlassd running? "
        + "Start it with ./dev up, or name another with --server or WINDLASS_SERVER.\n")
  }

  @Test("each cluster has its answer and the worst is the status")
  func several() async throws {
    let backend = FakeBackend { _, _ in
      .success(
        SubmitResponse(decisions: [
          decision(.allowed), decision(.refused, on: west, rule: .heldRevision),
        ]))
    }
    let console = Console()
    let status = try await run(
      ["start", "shop/checkout", "2", "--selector", "env=prod,wave=1"], backend, console)
    #expect(status == .refused)
    #expect(console.out.contains("+ shop/checkout on eu-1: allowed\n"))
    #expect(console.out.contains("x shop/checkout on us-1: refused (held-revision)\n"))
    #expect(
      backend.submissions.map(\.clusters) == [
        ClusterSelector(
          labels: [ClusterSelector.Label("env", "prod"), ClusterSelector.Label("wave", "1")])
      ])
  }

  @Test("a selector that no cluster matches is an error, not a success")
  func nothing() async throws {
    let backend = FakeBackend { _, _ in .success(SubmitResponse(decisions: [])) }
    #expect(
      try await run(["retry", "shop/checkout", "-l", "env=none"], backend, Console()) == .usage)
  }

  @Test("all clusters are spelled out as those registered now")
  func allClusters() async throws {
    let backend = FakeBackend { request, _ in
      guard request is ListClustersRequest else {
        return .success(
          SubmitResponse(decisions: [decision(.allowed), decision(.allowed, on: west)]))
      }
      let registration = ClusterRegistration(mode: .observe, labels: [])
      return .success(
        ListClustersResponse(
          clusters: [west, east].map {
            ListClustersResponse.Entry(cluster: $0, registration: registration)
          }))
    }
    #expect(
      try await run(["pause", "shop/checkout", "--all-clusters"], backend, Console()) == .done)
    #expect(backend.submissions.map(\.clusters) == [ClusterSelector(names: [east, west])])
  }

  @Test("a program gets exactly one object on standard output, whatever happens")
  func json() async throws {
    let answers: [Result<any WireMessage, RPCError>] = [
      .success(SubmitResponse(decisions: [decision(.refused, rule: .versionMoved)])),
      .failure(RPCError(RPCStatus(.unauthenticated), wasSent: true, isAnswer: true)),
    ]
    for (answer, expected) in zip(answers, [25, 21]) {
      let console = Console()
      let status = try await run(
        Self.abort, FakeBackend { _, _ in answer }, console, format: .json)
      #expect(Int(status.rawValue) == expected)
      let parsed = try JSONSerialization.jsonObject(with: Data(console.out.utf8))
      let object = try #require(parsed as? [String: Any])
      let code = object["exitCode"] ?? (object["error"] as? [String: Any])?["exitCode"]
      #expect(code as? Int == expected)
    }
  }

  @Test("holds go to the application, not to clusters")
  func hold() async throws {
    let backend = FakeBackend { _, _ in
      .success(SubmitResponse(decisions: [decision(.allowed, on: nil)]))
    }
    let console = Console()
    #expect(try await run(["hold", "shop/checkout", "release=2024"], backend, console) == .done)
    #expect(backend.submissions.map(\.command) == [.hold(.release(release("2024")))])
    #expect(console.out.hasPrefix("+ shop/checkout: allowed"))
  }
}
