import ArgumentParser
import GRPC
import RolloutCore
import WindlassWire

struct GetCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Show rollouts: all, an application's, or one as a tree.",
    discussion: """
      With an application and clusters: each rollout with its revisions, attempts and analysis \
      runs. Without clusters: a table. --watch shows one rollout again after every change until \
      Ctrl-C, with --output json one object a line.

        windlass get
        windlass get shop/checkout
        windlass get shop/checkout --cluster eu-1 --watch
        windlass get shop/checkout --cluster eu-1 --as-of 2h
      """)

  @Argument(
    help: ArgumentHelp("The application: project/name. Default: all.", valueName: "app"),
    transform: Reading.application)
  var application: ApplicationName?

  @OptionGroup(title: "Clusters") var clusters: ClusterOptions

  @Flag(name: .shortAndLong, help: "Show it again after every change; with exactly one --cluster.")
  var watch = false

  @OptionGroup(title: "Moment") var moment: BoundsOptions
  @OptionGroup(title: "Service") var connection: ConnectionOptions

  func validate() throws {
    if watch && (application == nil || clusters.single == nil) {
      throw ValidationError("--watch shows one rollout: name the application and one --cluster")
    }
    if application == nil && !clusters.isEmpty && clusters.single == nil {
      throw ValidationError("without an application, name at most one --cluster")
    }
    if watch && moment.asOf != nil {
      throw ValidationError("--watch follows the present; it does not go with --as-of")
    }
  }

  func execute(in session: Session) async throws -> Ending {
    if let application, let cluster = clusters.single {
      let request = request(application, cluster)
      guard !watch else { return try await session.watch(request) }
      let view: RolloutView = try await session.read(Paths.getRollout, request)
      session.output.result(RolloutTree.render(view, session.output.style), JSON(view))
      return .done
    }
    if let application, !clusters.isEmpty {
      var views: [RolloutView] = []
      for cluster in try await clusters.resolved(session) {
        views.append(try await session.read(Paths.getRollout, request(application, cluster)))
      }
      session.output.result(
        views.map { RolloutTree.render($0, session.output.style) }.joined(separator: "\n\n"),
        Self.list(views))
      return .done
    }
    let views = try await list(session)
    session.output.result(Tables.rollouts(views, session.output.style), Self.list(views))
    return .done
  }

  private func request(
    _ application: ApplicationName, _ cluster: ClusterName
  ) -> GetRolloutRequest {
    GetRolloutRequest(
      application: application, cluster: cluster, bounds: moment.bounds)
  }

  private static func list(_ views: [RolloutView]) -> JSON {
    .object(["rollouts": .array(views.map { JSON($0) })])
  }

  /// Rollouts in one answer; more is a case for the service's own pages.
  private static let listedMax = 10_000

  private func list(_ session: Session) async throws -> [RolloutView] {
    var views: [RolloutView] = []
    var after = ""
    while true {
      let page: ListRolloutsResponse = try await session.read(
        Paths.listRollouts,
        ListRolloutsRequest(
          application: application, cluster: clusters.single, limit: 500, after: after,
          bounds: moment.bounds))
      views += page.rollouts
      // Of the past a page can be empty: its rollouts all began later.
      guard !page.next.isEmpty, page.next != after else { return views }
      guard views.count < Self.listedMax else {
        session.output.note("there are more than \(Self.listedMax) rollouts; name an application")
        return views
      }
      after = page.next
    }
  }
}
