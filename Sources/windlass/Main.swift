import Dispatch
import Foundation

/// The program: runs the command named by the arguments and ends with its status, also when it is
/// interrupted.
@main
enum Main {
  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let interruption = Interruption.process
    let task = Task { await Invocation.run(arguments) }
    let interrupts = watch(SIGINT, interruption, task)
    let terminations = watch(SIGTERM, interruption, task)
    let status = await task.value
    interrupts.cancel()
    terminations.cancel()
    exit(status)
  }

  /// Cancels the task at the first signal; at the second, or when the task does not end within two
  /// seconds, ends the process.
  private static func watch(
    _ number: Int32, _ interruption: Interruption, _ task: Task<Int32, Never>
  ) -> any DispatchSourceSignal {
    // The source sees the signal only if its default, ending the process, is off.
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler {
      guard interruption.begin(signal: number) else { exit(128 + number) }
      task.cancel()
      DispatchQueue.global().asyncAfter(deadline: .now() + 2) { exit(128 + number) }
    }
    source.resume()
    return source
  }
}
