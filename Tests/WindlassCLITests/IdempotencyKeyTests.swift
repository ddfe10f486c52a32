import RolloutCore
import Testing
import WindlassWire

@testable import windlass

@Suite("Idempotency keys")
struct IdempotencyKeyTests {
  static let github = [
    "GITHUB_RUN_ID": "4711", "GITHUB_REPOSITORY": "shop/checkout", "GITHUB_JOB": "deploy",
    "GITHUB_RUN_ATTEMPT": "1", "GITHUB_ACTOR": "anna",
  ]

  private func request(
    _ command: SubmitRequest.Command = .promote, actor: String = "anna", dryRun: Bool = false,
    version: UInt64? = nil, clusters: [ClusterName] = [east, west]
  ) -> SubmitRequest {
    SubmitRequest(
      envelope: Envelope(
        idempotencyKey: "", claimedActor: actor, reason: actor, expectedVersion: version,
        isDryRun: dryRun),
      application: shop, clusters: ClusterSelector(names: clusters), command: command)
  }

  private func key(
    _ environment: [String: String], _ request: SubmitRequest
  ) throws -> String {
    try IdempotencyKey(environment: environment).key(for: request)
  }

  @Test("a job that runs again gets the key of its first time")
  func attempt() throws {
    var again = Self.github
    again["GITHUB_RUN_ATTEMPT"] = "2"
    again["GITHUB_TRIGGERING_ACTOR"] = "ben"
    #expect(try key(again, request()) == key(Self.github, request()))
  }

  @Test("who asks, why, the version expected and the order of clusters do not change the key")
  func content() throws {
    let same = try key(Self.github, request())
    #expect(try key(Self.github, request(actor: "ben")) == same)
    #expect(try key(Self.github, request(version: 9)) == same)
    #expect(try key(Self.github, request(clusters: [west, east])) == same)
  }

  @Test("another command, run, job, repository, cluster or a dry run has another key")
  func differences() throws {
    func changed(_ name: String, _ value: String) -> [String: String] {
      Self.github.merging([name: value]) { $1 }
    }
    let keys = [
      try key(Self.github, request()),
      try key(Self.github, request(.abort)),
      try key(Self.github, request(.start(.number(RevisionNumber(1))))),
      try key(Self.github, request(.start(.number(RevisionNumber(2))))),
      try key(Self.github, request(clusters: [east])),
      try key(Self.github, request(dryRun: true)),
      try key(changed("GITHUB_RUN_ID", "4712"), request()),
      try key(changed("GITHUB_JOB", "undo"), request()),
      try key(changed("GITHUB_REPOSITORY", "shop/cart"), request()),
    ]
    #expect(Set(keys).count == keys.count)
    for key in keys { #expect(key.hasPrefix("github-") && key.utf8.count == 39) }
  }

  @Test(
    "the run is found in every system's variables",
    arguments: [
      (["WINDLASS_RUN_ID": "a b", "GITHUB_RUN_ID": "1"], "run-"),
      (["GITHUB_RUN_ID": "1"], "github-"),
      (["CI_PIPELINE_ID": "1"], "gitlab-"), (["BUILDKITE_BUILD_ID": "1"], "buildkite-"),
      (["CIRCLE_WORKFLOW_WORKSPACE_ID": "1"], "circleci-"), (["BUILD_BUILDID": "1"], "azure-"),
      (["BUILD_TAG": "jenkins-ä ö-7"], "jenkins-"), ([:], "cli-"), (["GITHUB_RUN_ID": ""], "cli-"),
    ])
  func systems(_ environment: [String: String], _ prefix: String) throws {
    let text = try key(environment, request())
    #expect(text.hasPrefix(prefix))
    #expect(text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && text.utf8.count <= 200)
  }

  @Test("without a pipeline every invocation has a key of its own")
  func random() throws {
    #expect(try key([:], request()) != key([:], request()))
    #expect(IdempotencyKey(environment: [:]).isRandom)
    #expect(!IdempotencyKey(environment: Self.github).isRandom)
  }

  @Test("a given key is used as it is, or with the part it is for")
  func given() throws {
    let key = IdempotencyKey.given("deploy-7")
    #expect(try key.key(for: request()) == "deploy-7")
    #expect(
      try key.key(for: request(), part: "start/shop/checkout") == "deploy-7/start/shop/checkout")
  }

  @Test("a given key that its part makes too long is refused with the limit")
  func tooLong() {
    let key = IdempotencyKey.given(String(repeating: "k", count: 195))
    #expect(throws: Failure.self) { try key.key(for: request(), part: "start/x") }
  }

  @Test(
    "the actor is the person behind the pipeline, else the person at the terminal",
    arguments: [
      (["GITHUB_ACTOR": "anna", "USER": "runner"], "anna"), (["USER": "ben"], "ben"), ([:], ""),
      (["USER": "be\u{1B}n"], "ben"), (["LOGNAME": "carl", "USER": ""], "carl"),
    ])
  func actor(_ environment: [String: String], _ expected: String) {
    #expect(ClaimedActor.from(environment) == expected)
  }
}
