import ArgumentParser
import RolloutCore
import WindlassWire

struct SubscriptionsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "subscriptions",
    abstract: "List, move and delete subscriptions of the log.",
    discussion: """
      A subscription is opened by taking its events; see `windlass subscribe`.

        windlass subscriptions
        windlass subscriptions move audit --to 0
        windlass subscriptions delete audit
      """,
    subcommands: [
      ListSubscriptionsCommand.self, MoveSubscriptionCommand.self,
      DeleteSubscriptionCommand.self,
    ],
    defaultSubcommand: ListSubscriptionsCommand.self)
}

struct ListSubscriptionsCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show how far each subscription has come.")

  @OptionGroup(title: "Service") var connection: ConnectionOptions

  func execute(in session: Session) async throws -> Ending {
    let response: ListSubscriptionsResponse = try await session.read(
      Paths.listSubscriptions, ListSubscriptionsRequest())
    session.output.result(
      Tables.subscriptions(response, session.output.style), JSON(response))
    return .done
  }
}

struct MoveSubscriptionCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "move",
    abstract: "Let a subscription go on from another position, backwards too.",
    discussion: """
      Whoever has it open is sent the events from there.

        windlass subscriptions move audit --to 0
      """)

  @Argument(
    help: ArgumentHelp("The subscription.", valueName: "name"), transform: Reading.subscription)
  var name: String

  @Option(help: ArgumentHelp("The next event it is sent.", valueName: "position"))
  var to: UInt64

  @OptionGroup(title: "Service") var connection: ConnectionOptions

  func validate() throws {
    guard to <= UInt64(Int64.max) else { throw ValidationError("--to is at most \(Int64.max)") }
  }

  func execute(in session: Session) async throws -> Ending {
    let response: AcknowledgeResponse = try await session.read(
      Paths.acknowledge, AcknowledgeRequest(name: name, epoch: nil, position: to))
    session.output.result(
      "\(name) goes on from \(response.position)",
      .object(["name": .string(name), "position": .long(response.position)]))
    return .done
  }
}

struct DeleteSubscriptionCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Forget a subscription; the log stays as it is.",
    discussion: "  windlass subscriptions delete audit")

  @Argument(
    help: ArgumentHelp("The subscription.", valueName: "name"), transform: Reading.subscription)
  var name: String

  @OptionGroup(title: "Service") var connection: ConnectionOptions

  func execute(in session: Session) async throws -> Ending {
    let _: DeleteSubscriptionResponse = try await session.read(
      Paths.deleteSubscription, DeleteSubscriptionRequest(name: name))
    session.output.result("\(name) is deleted", .object(["name": .string(name)]))
    return .done
  }
}
