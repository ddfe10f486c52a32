import ArgumentParser
import ClusterAgent
import Foundation
import Logging
import RolloutCore
import Transport

struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Be a cluster that does not exist.",
    discussion: """
      Claims the cluster's lease, follows every directive as Argo Rollouts would, and reports \
      weights, pods and analysis runs. Only the cluster's own work is quick; pauses and windows of \
      the service pass in real time. Ctrl-C or SIGTERM gives the lease back.

      A well-behaved cluster, and one that leaks analysis as Argo Rollouts 1.7.1 did:

        windlass-agent simulate --cluster eu-west --label region=eu
        windlass-agent simulate --cluster us-east --controller-version 1.7.1 --leak-background

      A bad third revision, and somebody with kubectl after ten seconds:

        windlass-agent simulate --cluster eu-west --fail-metric 3:step
        windlass-agent simulate --cluster eu-west --change-outside hotfix-1 --change-after 10

      Lines on standard input steer it while it runs; each is answered by one line that begins with \
      'ok' or 'error':

        change APPLICATION RELEASE [DIGEST [IMAGE]]   somebody changes it without Windlass
        fail-next background|step                     the running or next run of that type fails
        leak on|off                                   leak background runs on fast rollbacks
        quit                                          end cleanly
      """)

  @OptionGroup(title: "Service") var connection: ConnectionOptions

  @Option(help: "The cluster's name: 1 to 63 of a-z, 0-9 and inner '-'.")
  var cluster: String

  @Option(
    name: .customLong("label"),
    help: ArgumentHelp(
      "A label of the cluster; repeat for more, at most 32.", valueName: "key=value"))
  var labels: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      'enforce': the cluster is held to the decisions. 'observe': nothing is asked of it; \
      changes made outside are still told.
      """, valueName: "enforce|observe"))
  var mode: Mode = .enforce

  @Option(
    help: ArgumentHelp("The Argo Rollouts version it claims to run.", valueName: "version"))
  var controllerVersion = "1.10.0"

  @Option(
    help: ArgumentHelp(
      "Name of this agent. Default: simulated-CLUSTER; agents of one name share a lease.",
      valueName: "name"))
  var holder: String?

  @Flag(help: "Take the lease even while another agent's is live.")
  var steal = false

  @Option(help: ArgumentHelp("Pods at full scale, 1 to 1000.", valueName: "n"))
  var replicas = 4

  @Option(help: ArgumentHelp("Decides every chance.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "How quick the cluster's own work is: 2 takes twice as long. 0.01 to 100.",
      valueName: "factor"))
  var pace = 1.0

  @Option(
    name: .customLong("fail-metric"),
    help: ArgumentHelp(
      "Analysis of this revision fails; repeat for more.",
      valueName: "revision|release[:step|background]"))
  var failing: [String] = []

  @Option(
    name: .customLong("inconclusive"),
    help: ArgumentHelp(
      "Analysis of this revision is inconclusive; repeat for more.",
      valueName: "revision|release[:step|background]"))
  var inconclusive: [String] = []

  @Flag(help: "Create a background run on a fast rollback, as Argo Rollouts 1.7.1 did.")
  var leakBackground = false

  @Option(help: ArgumentHelp("Chance that a report is sent twice, 0 to 1.", valueName: "p"))
  var duplicateReports = 0.0

  @Flag(help: "Reports come half a second to a second late.")
  var lateReports = false

  @Flag(help: "Reports come up to a second late, in any order.")
  var reorderReports = false

  @Option(
    help: ArgumentHelp(
      "Somebody changes the first application to this, without Windlass.",
      valueName: "release[,digest[,image]]"))
  var changeOutside: String?

  @Option(help: ArgumentHelp("When, in seconds after it is known here.", valueName: "seconds"))
  var changeAfter = 5.0

  @Flag(help: "Tell of every report as well.")
  var verbose = false

  enum Mode: String, ExpressibleByArgument, CaseIterable {
    case enforce, observe
  }

  func validate() throws {
    guard (1...1_000).contains(replicas) else {
      throw ValidationError("--replicas: \(replicas) is not in 1...1000")
    }
    guard (0...1).contains(duplicateReports) else {
      throw ValidationError("--duplicate-reports: \(duplicateReports) is not in 0...1")
    }
    guard (0.01...100).contains(pace) else {
      throw ValidationError("--pace: \(pace) is not in 0.01...100")
    }
    guard (0...86_400).contains(changeAfter) else {
      throw ValidationError("--change-after: \(changeAfter) is not in 0...86400")
    }
    guard controllerVersion.utf8.count <= 64, controllerVersion.utf8.allSatisfy({ 33...126 ~= $0 })
    else { throw ValidationError("--controller-version: at most 64 printable ASCII characters") }
    if let holder {
      guard (1...128).contains(holder.utf8.count), holder.utf8.allSatisfy({ 33...126 ~= $0 }) else {
        throw ValidationError("--holder: must be 1 to 128 printable ASCII characters")
      }
    }
    guard labels.count <= 32 else { throw ValidationError("--label: at most 32") }
    _ = try registration()
    _ = try script()
    _ = try clusterName()
  }

  func run() async throws {
    LoggingSystem.bootstrap { _ in PlainLogHandler() }
    var logger = Logger(label: cluster)
    logger.logLevel = verbose ? .debug : .info

    let environment = ProcessInfo.processInfo.environment
    let client = try connection.client(environment)
    let servers = connection.servers(environment).joined(separator: ", ")
    let name = holder ?? "simulated-\(cluster)"
    let instance = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    let session = AgentSession(
      AgentSession.Settings(
        cluster: try clusterName(), holder: name, registration: try registration(), steals: steal,
        instance: "\(instance)"),
      calls: GRPCClusterCalls(client), logger: logger)
    let backend = SimulatedBackend(
      SimulatedCluster(script: try script(), instance: "\(cluster.prefix(30))-\(instance)"),
      logger: logger)

    logger.info("simulating cluster \(cluster) for \(servers) (\(mode.rawValue))")
    let outcome = await withTaskGroup(of: Result<Void, any Error>?.self) { group in
      group.addTask {
        do {
          try await session.run(backend)
          return .success(())
        } catch {
          return .failure(error)
        }
      }
      group.addTask {
        await Interruption.wait()
        return nil
      }
      group.addTask { [logger] in
        await Self.steer(backend, logger)
        return nil
      }
      var outcome: Result<Void, any Error>?
      if let first = await group.next() { outcome = first }
      group.cancelAll()
      for await result in group { outcome = outcome ?? result }
      return outcome
    }
    await client.shutdown()
    do {
      try outcome?.get()
      logger.info("ended")
    } catch {
      logger.error("\(error)")
      throw ExitCode.failure
    }
  }

  /// Follows lines on standard input; returns when one says `quit`. Their end means nothing: most
  /// agents have no one there.
  private static func steer(_ backend: SimulatedBackend, _ logger: Logger) async {
    for await text in StandardInput.lines() where !text.allSatisfy(\.isWhitespace) {
      do throws(ControlLine.Mistake) {
        let line = try ControlLine(parsing: text)
        backend.steer(line)
        logger.info("ok \(text)")
        if line == .quit { return }
      } catch {
        logger.warning("error \(error.description)")
      }
    }
    await Interruption.never()
  }

  // MARK: Flags to values

  private func clusterName() throws -> ClusterName {
    do {
      return try ClusterName(validating: cluster)
    } catch {
      throw ValidationError("--cluster: \(error.rule)")
    }
  }

  private func registration() throws -> ClusterRegistration {
    let pairs = try labels.map { text in
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, (1...63).contains(parts[0].utf8.count), parts[1].utf8.count <= 63
      else {
        throw ValidationError("--label: '\(text)' must be key=value, each at most 63 bytes")
      }
      return ClusterSelector.Label(String(parts[0]), String(parts[1]))
    }
    guard Set(pairs.map(\.key)).count == pairs.count else {
      throw ValidationError("--label: a key is given twice")
    }
    return ClusterRegistration(
      mode: mode == .enforce ? .enforce : .observe, labels: pairs.sorted { $0.key < $1.key },
      controllerVersion: controllerVersion)
  }

  private func script() throws -> Script {
    let plain = Script()
    return Script(
      seed: seed, replicas: replicas, weightDelay: plain.weightDelay * pace,
      scaleDelay: plain.scaleDelay * pace, createDelay: plain.createDelay * pace,
      runTime: plain.runTime * pace, failing: try selectors("--fail-metric", failing),
      inconclusive: try selectors("--inconclusive", inconclusive),
      leaksBackground: leakBackground, duplicateProbability: duplicateReports,
      lateness: lateReports ? .seconds(1) : .zero, jitter: reorderReports ? .seconds(1) : .zero,
      change: try changeOutside.map { text in
        do {
          return try OutsideChange(parsing: text)
        } catch {
          throw ValidationError("--change-outside: \(error)")
        }
      }, changeAfter: .milliseconds(Int64(changeAfter * 1_000)))
  }

  private func selectors(_ flag: String, _ texts: [String]) throws -> [RunSelector] {
    try texts.map { text in
      do {
        return try RunSelector(parsing: text)
      } catch {
        throw ValidationError("\(flag): \(error)")
      }
    }
  }
}
