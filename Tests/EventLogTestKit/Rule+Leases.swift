import EventLog

extension Rule {
  static let leases: [Rule] = [
    Rule("a lease is renewed by its holder and taken over by a higher epoch only") { log in
      let name = try Samples.stream("lease").text
      try demand(try await log.lease(name), equals: nil, "a lease nobody took")
      func renew(_ epoch: UInt64, _ holder: String) async throws -> LeaseRenewal {
        try await log.renewLease(name, epoch: epoch, holder: holder, ttl: .seconds(60))
      }
      try demand(try await renew(3, "a"), equals: .renewed, "first")
      try demand(try await renew(3, "a"), equals: .renewed, "again")
      try demand(
        try await renew(3, "b"), equals: .superseded(epoch: 3, holder: "a"), "same epoch")
      try demand(
        try await renew(2, "b"), equals: .superseded(epoch: 3, holder: "a"), "lower epoch")
      try demand(try await renew(4, "b"), equals: .renewed, "higher epoch")
      try demand(
        try await renew(3, "a"), equals: .superseded(epoch: 4, holder: "b"), "deposed")
      let lease = try await log.lease(name)
      try demand(lease?.epoch, equals: 4, "epoch")
      try demand(lease?.holder, equals: "b", "holder")
      let remaining = lease?.remaining ?? .zero
      try demand(remaining > .zero && remaining <= .seconds(60), "remaining is \(remaining)")
    },
    Rule("an ended lease has no time left, and only its holder can end it") { log in
      let name = try Samples.stream("lease").text
      _ = try await log.renewLease(name, epoch: 1, holder: "a", ttl: .seconds(60))
      try await log.endLease(name, epoch: 1, holder: "b")
      try await log.endLease(name, epoch: 2, holder: "a")
      try demand((try await log.lease(name)?.remaining ?? .zero) > .zero, "ended by a stranger")
      try await log.endLease(name, epoch: 1, holder: "a")
      try demand(try await log.lease(name)?.remaining, equals: .zero, "remaining")
    },
    Rule("a lease with arguments out of range is refused") { log in
      let cases: [(String, UInt64, String, Duration)] = [
        ("", 1, "a", .seconds(1)), ("x y", 1, "a", .seconds(1)), ("x", 0, "a", .seconds(1)),
        ("x", 1, "", .seconds(1)), ("x", 1, "a", .zero), ("x", 1, "a", .seconds(86_401)),
        ("x", .max, "a", .seconds(1)),
      ]
      for (name, epoch, holder, ttl) in cases {
        do {
          _ = try await log.renewLease(name, epoch: epoch, holder: holder, ttl: ttl)
          throw Broken(description: "renewed \(name) \(epoch) \(holder) \(ttl)")
        } catch let error as ReadError {
          guard case .invalid = error else { throw error }
        }
      }
    },
  ]
}
