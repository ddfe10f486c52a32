import ArgumentParser
import Foundation

@main
struct WindlassDemo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "windlass-demo",
    abstract:
      "Plays a story of rollbacks with the real programs, and checks every claim it prints.",
    discussion: """
      Starts `windlassd` on a private PostgreSQL and free ports, three simulated clusters, and gives \
      the commands that a person would type. Every ✔ was checked against the JSON that `windlass` \
      printed. Takes less than a minute; then it keeps serving until Ctrl-C. Nothing is left behind.
      """)

  @Flag(help: "End after the story instead of keeping to serve.")
  var once = false

  @Option(help: "Where windlassd, windlass and windlass-agent are. Default: beside this program.")
  var bin: String?

  @Option(help: "Where the examples are. Default: docs/examples, looked for upwards.")
  var examples: String?

  func run() async throws {
    let places = try Places(bin: bin, examples: examples)
    Interruption.prepare()
    let stage = try Stage(places)
    var status = await withTaskGroup(of: Int32?.self) { group in
      group.addTask { [once] in await perform(on: stage, once: once) }
      group.addTask {
        await Interruption.wait()
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      await group.waitForAll()
      return first
    }
    if status == nil {
      Paper.line("")
      // Interrupted after the story: that is how it ends.
      status = stage.isOver ? 0 : 130
    }
    await stage.close()
    throw ExitCode(status ?? 1)
  }
}

/// Tells the story; then, unless told to end, waits until the task is cancelled.
private func perform(on stage: Stage, once: Bool) async -> Int32 {
  let story = Story(stage)
  do {
    try await story.tell()
    stage.finish()
    guard !once else { return 0 }
    story.invite()
    try await Task.sleep(for: .seconds(365 * 86_400))
    return 0
  } catch {
    if Task.isCancelled { return stage.isOver ? 0 : 130 }
    if let broken = error as? BrokenClaim {
      Paper.broken(broken)
    } else {
      Paper.line(Paper.red("✘ \(error)"))
    }
    stage.showLogs()
    return 1
  }
}
