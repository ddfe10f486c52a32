import GRPC
import HTTP2
import RolloutCore
import WindlassWire

/// Keeps many commands in flight for as little CPU as it can, because the service measured has to share
/// the machine with it: one thread, no task, requests made once and numbered in place.
final class LoadGenerator {
  private let lines: [Line]
  private let flights: [Flight]

  /// - Parameters:
  ///   - names: the rollouts; each has one command in flight.
  ///   - paused: whether each of them is paused now.
  ///   - key: what idempotency keys begin with.
  init(
    endpoint: String, connections: Int, names: [RolloutName], paused: [Bool], key: String
  ) throws {
    lines = try (0..<connections).map { _ in try Line(endpoint: endpoint) }
    var flights: [Flight] = []
    for (index, name) in names.enumerated() {
      flights.append(
        try Flight(
          line: lines[index % connections], name: name, isPaused: paused[index],
          key: "\(key)/\(index)/"))
    }
    self.flights = flights
  }

  /// Sends the next command of a rollout after each answer, until the window is over.
  ///
  /// - Returns: latencies of the commands answered in the window.
  func run(_ window: Range<ContinuousClock.Instant>) throws -> [Duration] {
    let score = Score(window)
    for flight in flights {
      flight.score = score
      try flight.next()
    }
    while score.flying > 0 {
      for line in lines { try line.flush() }
      for index in LoadSocket.wait(for: lines.map(\.socket)) { try lines[index].read() }
      if let failure = score.failure { throw BenchError(failure) }
    }
    return score.latencies
  }

  /// What is counted, for all rollouts.
  private final class Score {
    let window: Range<ContinuousClock.Instant>
    var latencies: [Duration] = []
    var flying = 0
    var failure: String?

    init(_ window: Range<ContinuousClock.Instant>) {
      self.window = window
      latencies.reserveCapacity(1_000_000)
    }
  }

  /// One connection.
  private final class Line {
    let socket: LoadSocket
    let connection: ClientConnection
    private var output: [UInt8] = []

    init(endpoint: String) throws {
      socket = try LoadSocket(endpoint: endpoint)
      connection = ClientConnection(
        http2: HTTP2Limits(), replyBytesMax: 1 << 20, authority: endpoint,
        userAgent: "windlass-bench", loop: LoadLoop())
    }

    func flush() throws {
      output.removeAll(keepingCapacity: true)
      while try connection.send(
        upTo: 1 << 20,
        { bytes in
          for index in bytes.indices { output.append(bytes[index]) }
        })
      {}
      if !output.isEmpty { try socket.send(output) }
    }

    /// Those that were answered, to be sent again once all that has come is read.
    var answered: [Flight] = []

    func read() throws {
      try socket.receive { try connection.receive($0) }
      for flight in answered { try flight.next() }
      answered.removeAll(keepingCapacity: true)
    }
  }

  /// One rollout that is paused and resumed in turn.
  private final class Flight: ClientCallObserver, @unchecked Sendable {
    private let line: Line
    private let requests: [[UInt8]]
    /// Where the number of the command stands in each request.
    private let digits: [Int]
    private var isPaused: Bool
    private var count = 0
    private var start = ContinuousClock.now
    private var result: Decision.Result?
    var score: Score?

    private static let width = 8

    init(line: Line, name: RolloutName, isPaused: Bool, key: String) throws {
      self.line = line
      self.isPaused = isPaused
      let mark = String(repeating: "#", count: Self.width)
      requests = [SubmitRequest.Command.pause, .resume].map { command in
        SubmitRequest(
          envelope: Envelope(idempotencyKey: key + mark), application: name.application,
          clusters: ClusterSelector(names: [name.cluster]), command: command
        ).encoded()
      }
      digits = requests.map { $0.firstIndex(of: UInt8(ascii: "#")) ?? 0 }
    }

    func next() throws {
      guard let score else { return }
      start = .now
      guard start < score.window.upperBound else { return }
      var request = requests[isPaused ? 1 : 0]
      var place = digits[isPaused ? 1 : 0] + Self.width
      var rest = count
      for _ in 0..<Self.width {
        place -= 1
        request[place] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      }
      count += 1
      result = nil
      score.flying += 1
      let id = line.connection.start(
        Paths.submit, request, timeout: .seconds(30), metadata: [], observer: self)
      guard id != nil else { throw BenchError("the connection takes no more calls") }
    }

    func received(_ message: [UInt8]) -> Bool {
      do { result = try SubmitResponse(decoding: message.span).decisions.first?.result } catch {
        score?.failure = "\(error)"
      }
      return true
    }

    func ended(_ outcome: RPCError) {
      guard let score else { return }
      score.flying -= 1
      guard outcome.status.code == .ok, result == .allowed else {
        score.failure = "\(outcome.status) with \(result.map { "\($0)" } ?? "no answer")"
        return
      }
      let end = ContinuousClock.now
      if score.window.contains(end) { score.latencies.append(start.duration(to: end)) }
      isPaused.toggle()
      line.answered.append(self)
    }
  }
}

/// The loop of a program with one thread.
private struct LoadLoop: ConnectionLoop {
  private static let origin = ContinuousClock.now

  var isCurrent: Bool { true }
  func execute(_ work: @escaping @Sendable () -> Void) { work() }
  func now() -> MonotonicTime {
    let (seconds, attoseconds) = Self.origin.duration(to: .now).components
    return MonotonicTime(nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}
