import ArgumentParser
import Foundation
import RolloutCore
import WindlassWire

/// Brings a service into the state that reads and appends are measured on, and writes the bodies
/// that h2load sends.
struct PrepareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare", abstract: "Register applications and clusters; write request bodies.")

  @Option(help: "HOST:PORT of a running windlassd.") var endpoint: String
  @Option(help: "Directory for evaluate.grpc, get.grpc and their answers.") var bodies: String
  @Option(help: "Revisions promoted in the rollout that is read.") var revisions = 10
  @Option(help: "Applications; each is on every cluster.") var applications = 16
  @Option(help: "Clusters.") var clusters = 16

  func validate() throws {
    guard (3...100).contains(revisions), (1...64).contains(applications),
      (1...64).contains(clusters)
    else {
      throw ValidationError("revisions must be 3 to 100, applications and clusters 1 to 64")
    }
  }

  func run() async throws {
    let fleet = try Fleet(applications: applications, clusters: clusters)
    let service = try ServiceClient(endpoint: endpoint)
    var leases: [Lease] = []
    for cluster in fleet.clusters { leases.append(try await service.claim(cluster)) }
    for (index, application) in fleet.applications.enumerated() {
      try await register(application, 1, service)
      for cluster in fleet.clusters {
        _ = try await service.submit(
          .start(.number(.init(1))), application, on: cluster,
          key: service.key("start-\(index)-\(cluster)"))
      }
    }
    let name = RolloutName(fleet.applications[0], on: fleet.clusters[0])
    for number in 1...revisions { try await promote(number, name, leases[0], service) }
    let next = revisions + 1
    try await register(name.application, next, service)
    _ = try await service.submit(
      .start(.number(RevisionNumber(UInt32(next)))), name.application, on: name.cluster,
      key: service.key("start-last"))

    let target = RevisionRef.number(RevisionNumber(UInt32(revisions - 2)))
    let evaluate = EvaluateRollbackRequest(
      application: name.application, cluster: name.cluster, target: target)
    let get = GetRolloutRequest(application: name.application, cluster: name.cluster)
    var figures = Figures()
    for (file, path, message) in [
      ("evaluate", Paths.evaluateRollback, evaluate.encoded()),
      ("get", Paths.getRollout, get.encoded()),
    ] {
      let framed = Self.framed(message)
      try Data(framed).write(to: URL(filePath: "\(bodies)/\(file).grpc"))
      let reply = try await service.call(path, message, 0)
      try Data(reply).write(to: URL(filePath: "\(bodies)/\(file).reply"))
      figures["\(file)_request_bytes"] = Double(framed.count)
      figures["\(file)_reply_bytes"] = Double(reply.count + 5)
    }
    await service.shutdown()
    try figures.print()
  }

  private func register(
    _ application: ApplicationName, _ number: Int, _ service: ServiceClient
  ) async throws {
    _ = try await service.submit(
      .apply(
        Registration(
          revision: try Fleet.revision(number, of: application), strategy: Fleet.strategy)),
      application, on: nil, key: service.key("apply-\(application)-\(number)"))
  }

  /// Makes a revision stable, as a person who is in a hurry does.
  private func promote(
    _ number: Int, _ name: RolloutName, _ lease: Lease, _ service: ServiceClient
  ) async throws {
    let revision = RevisionNumber(UInt32(number))
    if number > 1 {
      try await register(name.application, number, service)
      _ = try await service.submit(
        .start(.number(revision)), name.application, on: name.cluster,
        key: service.key("start-\(number)"))
    }
    _ = try await service.submit(
      .promoteFull, name.application, on: name.cluster, key: service.key("promote-\(number)"))
    let attempt = AttemptNumber(UInt32(number))
    let reports: [Outcome] = [
      .revisionObserved(revision, LocalRevision(podHash: "hash\(number)", argoRevision: number)),
      .available(revision),
    ]
    for (index, outcome) in reports.enumerated() {
      try await service.report(
        [
          ReportedOutcome(
            id: service.key("report-\(number)-\(index)"), application: name.application,
            attempt: attempt, outcome: .core(outcome))
        ], lease)
    }
  }

  /// A gRPC frame: not compressed, length, message.
  static func framed(_ message: [UInt8]) -> [UInt8] {
    let count = UInt32(message.count)
    return [0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + message
  }
}
