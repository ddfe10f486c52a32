public import EventLog

/// State as it was when the log had fewer events, folded from the streams that matter for it.
public enum PastWorld {
  /// The most events folded for one answer.
  public static let eventsMax = 200_000
  /// Events folded at once.
  private static let foldedAtOnce = 1_000

  public enum Failure: Error, Equatable, Sendable {
    /// The streams hold more than ``eventsMax`` events before that position.
    case tooLong
    case unreadable(ReadError)
  }

  /// - Parameters:
  ///   - streams: all that the answer rests on; of others the result knows nothing.
  ///   - position: the first event that does not count.
  public static func folded(
    _ streams: [StreamAddress], of log: any EventLog, before position: GlobalPosition
  ) async throws(Failure) -> World {
    var world = World()
    var merge = LogMerge(streams, of: log, before: position)
    var waiting: [RecordedEvent] = []
    var count = 0
    do {
      while let event = try await merge.next() {
        count += 1
        guard count <= eventsMax else { throw Failure.tooLong }
        waiting.append(event)
        guard waiting.count == foldedAtOnce else { continue }
        _ = world.apply(waiting)
        waiting.removeAll(keepingCapacity: true)
        // A long fold must not keep others off the thread.
        await Task.yield()
      }
    } catch let error as ReadError {
      throw .unreadable(error)
    } catch {
      throw .tooLong
    }
    _ = world.apply(waiting)
    world.head = LogHead(next: position, chain: [])
    return world
  }
}
