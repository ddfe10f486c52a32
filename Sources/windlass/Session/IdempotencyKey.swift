import Crypto
import Foundation
import RolloutCore
import WindlassWire

/// Where the idempotency keys of one invocation come from.
///
/// A key has 1 to 200 printable ASCII characters. Repeating a command with its key repeats the
/// answer, so a pipeline's job that is run again must come to the same key.
enum IdempotencyKey: Equatable, Sendable {
  /// `--key`
  case given(String)
  /// A pipeline's run, without the number of its attempt, and the job in it.
  case run(system: String, id: String, job: String)
  /// Neither: a person's terminal.
  case random(String)

  static let bytesMax = 200

  /// The variables that name a run and stay the same when its jobs are run again, with those that
  /// name the job. `WINDLASS_RUN_ID` is for every other system and goes first.
  private static let systems: [(system: String, run: String, scope: [String], job: String)] = [
    ("run", "WINDLASS_RUN_ID", [], "WINDLASS_JOB"),
    ("github", "GITHUB_RUN_ID", ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY"], "GITHUB_JOB"),
    ("gitlab", "CI_PIPELINE_ID", ["CI_SERVER_URL", "CI_PROJECT_ID"], "CI_JOB_NAME"),
    ("buildkite", "BUILDKITE_BUILD_ID", [], "BUILDKITE_STEP_ID"),
    // The workflow's own id changes when it is run again; that of its workspace does not.
    ("circleci", "CIRCLE_WORKFLOW_WORKSPACE_ID", [], "CIRCLE_JOB"),
    ("azure", "BUILD_BUILDID", ["SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECTID"], "SYSTEM_JOBNAME"),
    ("jenkins", "BUILD_TAG", ["JENKINS_URL"], "STAGE_NAME"),
  ]

  /// From the environment, or random where it names no run.
  init(environment: [String: String]) {
    for candidate in Self.systems {
      guard let run = environment[candidate.run], !run.isEmpty else { continue }
      let scope = candidate.scope.map { environment[$0] ?? "" }
      self = .run(
        system: candidate.system, id: (scope + [run]).joined(separator: "\u{0}"),
        job: environment[candidate.job] ?? "")
      return
    }
    var bytes: [UInt8] = []
    var random = SystemRandomNumberGenerator()
    for _ in 0..<16 { bytes.append(UInt8.random(in: .min ... .max, using: &random)) }
    self = .random(Self.hex(bytes))
  }

  var isRandom: Bool {
    switch self {
    case .random: true
    case .given, .run: false
    }
  }

  /// The key of one request.
  ///
  /// - Parameters:
  ///   - request: what it is for; of its envelope only whether it is a dry run counts.
  ///   - part: tells the requests of one invocation apart, `nil` where there is only one.
  /// - Throws: ``Failure`` when a given key and its part are longer than 200 characters.
  func key(for request: SubmitRequest, part: String? = nil) throws(Failure) -> String {
    let suffix = part.map { "/\($0)" } ?? ""
    switch self {
    case .given(let key):
      guard key.utf8.count + suffix.utf8.count <= Self.bytesMax else {
        throw Failure(
          .usage,
          "--key must be at most \(Self.bytesMax - suffix.utf8.count) characters here: "
            + "\(suffix) is added to it")
      }
      return key + suffix
    case .random(let text): return "cli-\(text)\(suffix)"
    case .run(let system, let id, let job):
      // A job that runs again may do so for somebody else, or after the rollout has moved on: what
      // it asks for is still the same.
      var content = request
      content.envelope = Envelope(idempotencyKey: "content", isDryRun: request.envelope.isDryRun)
      content.clusters.names.sort()
      content.clusters.labels.sort { ($0.key, $0.value) < ($1.key, $1.value) }
      var hash = SHA256()
      // Lengths keep the parts apart: no run and job can be read as another run and job.
      for text in [id, job] {
        hash.update(data: Data("\(text.utf8.count):\(text)".utf8))
      }
      hash.update(data: Data(content.encoded()))
      return "\(system)-\(Self.hex(Array(hash.finalize().prefix(16))))"
    }
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
