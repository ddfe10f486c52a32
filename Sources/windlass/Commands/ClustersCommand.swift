import ArgumentParser
import WindlassWire

struct ClustersCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "clusters",
    abstract: "List registered clusters, their agents and labels.",
    discussion: """
      A cluster is registered when its agent first claims a lease.

        windlass clusters
      """)

  @OptionGroup(title: "Service") var connection: ConnectionOptions

  func execute(in session: Session) async throws -> Ending {
    let response: ListClustersResponse = try await session.read(
      Paths.listClusters, ListClustersRequest())
    let entries = response.clusters.sorted { $0.cluster < $1.cluster }
    session.output.result(
      Tables.clusters(entries, session.output.style),
      .object(["clusters": .array(entries.map { JSON($0) })]))
    return .done
  }
}
