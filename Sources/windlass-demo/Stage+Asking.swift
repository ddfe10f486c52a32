extension Stage {
  /// How long a step of the story may take.
  private static let patience: Duration = .seconds(20)

  /// Asks again until the answer is yes.
  ///
  /// - Throws: ``BrokenClaim`` when it did not come true in time.
  func until(_ what: String, _ isTrue: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + Self.patience
    while ContinuousClock.now < deadline {
      if try await isTrue() { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw BrokenClaim(claim: what, expected: "within \(Self.patience)", actual: "not yet")
  }

  /// What `windlass get` says of a cluster, once it satisfies a condition.
  ///
  /// - Throws: ``BrokenClaim`` with the last answer when it did not in time.
  func view(_ cluster: String, _ isDone: (JSONValue) -> Bool) async throws -> JSONValue {
    let deadline = ContinuousClock.now + Self.patience
    var last = JSONValue.null
    repeat {
      last = try await windlass(["get", Story.application, "--cluster", cluster]).json
      if isDone(last) { return last }
      try await Task.sleep(for: .milliseconds(100))
    } while ContinuousClock.now < deadline
    throw BrokenClaim(
      claim: "\(cluster): what the story waits for happens", expected: "within \(Self.patience)",
      actual: """
        phase \(last["phase"]), stable \(last["stable"]), desired \(last["desired"]), \
        \(last["message"])
        """)
  }
}

extension Stage.Answer {
  /// All decisions that a command came to.
  var decisions: [JSONValue] {
    json["answers"].items.flatMap { $0["decisions"].items } + json["decisions"].items
  }

  func decision(of cluster: String) -> JSONValue {
    decisions.first { $0["cluster"].text == cluster } ?? .null
  }
}
