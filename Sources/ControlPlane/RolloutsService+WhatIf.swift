import Application
import EventLog
import GRPC
import RolloutCore
import Synchronization
import WindlassWire

// The past under other policies.
extension RolloutsService {
  /// Events reviewed between two looks at whether anybody still listens.
  private static let reviewedAtOnce = 500

  /// What a review has found so far, between its task and its stream.
  private struct Review {
    var waiting: [WhatIfUpdate] = []
    var next = 0
    var end: RPCStatus?
    var isCancelled = false
  }

  func whatIf(_ bytes: Span<UInt8>, _ stream: ServerStream) {
    let request: WhatIfRequest
    do {
      request = try WhatIfRequest(decoding: bytes)
    } catch {
      let status = RPCStatus(error)
      return stream.produce { .end(status) }
    }
    let (clusters, end) = decisions.read { world -> ([ClusterName]?, GlobalPosition) in
      guard world.applications[request.application] != nil else { return (nil, world.head.next) }
      let all = world.clusters.keys.filter { cluster in
        (request.cluster == nil || request.cluster == cluster)
          && world.rollouts[RolloutName(request.application, on: cluster)] != nil
      }
      return (all.sorted(), world.head.next)
    }
    guard let clusters else {
      let status = RPCStatus(.notFound, "no application \(request.application) is registered")
      return stream.produce { .end(status) }
    }
    guard request.cluster == nil || !clusters.isEmpty else {
      let status = RPCStatus(
        .notFound, "nothing of \(request.application) was ever rolled out there")
      return stream.produce { .end(status) }
    }
    guard historyReads.enter() else {
      let status = historyReads.full
      return stream.produce { .end(status) }
    }
    let review = Shared(Mutex(Review()))
    stream.onCancel { review.value.withLock { $0.isCancelled = true } }
    stream.produce {
      review.value.withLock { review in
        guard review.next < review.waiting.count else {
          return review.end.map { .end($0) } ?? .idle
        }
        let update = review.waiting[review.next]
        review.next += 1
        return .message(update.encoded())
      }
    }
    let past = PolicyReview(
      of: request.application, on: clusters, under: request.policies, log: decisions.history,
      before: end)
    Task { [historyReads] in
      defer { historyReads.leave() }
      await run(past, request, before: end) { updates, end in
        let goesOn = review.value.withLock { review in
          review.waiting += updates
          review.end = end
          return !review.isCancelled
        }
        stream.wake()
        return goesOn
      }
    }
  }

  /// Reviews to the end, or until `tell` says that nobody listens.
  private func run(
    _ past: consuming PolicyReview, _ request: WhatIfRequest, before end: GlobalPosition,
    _ tell: ([WhatIfUpdate], RPCStatus?) -> Bool
  ) async {
    var past = past
    var (told, seen) = (0, 0)
    var hasUntold = false
    var summary = WhatIfUpdate.Summary(position: end.index, rollouts: 0, answers: 0)
    do {
      var hasMore = true
      while hasMore {
        hasMore = try await past.advance(by: Self.reviewedAtOnce)
        var news: [WhatIfUpdate] = []
        for flip in past.redecision.flips[seen...] {
          summary.count(flip)
          guard flip.isAnother else { continue }
          if told < request.limit {
            news.append(.flip(.init(flip)))
            told += 1
          } else {
            hasUntold = true
          }
        }
        seen = past.redecision.flips.count
        guard tell(news, nil) else { return }
        await Task.yield()
      }
    } catch {
      _ = tell([], RPCStatus(.unavailable, "the log cannot be read now: \(error)"))
      return
    }
    summary.rollouts = past.rolloutCount
    summary.answers = past.redecision.answers
    summary.hasMore = hasUntold
    summary.unreadable = past.unreadable.sorted { $0.key < $1.key }
      .map { "\($0.key): \($0.value)" }
    _ = tell([.summary(summary)], .ok)
  }
}

extension WhatIfUpdate.Flip {
  init(_ flip: Redecision.Flip) {
    self.init(
      position: flip.position, cluster: flip.rollout.cluster, attempt: flip.attempt,
      origin: flip.origin, before: flip.before, after: flip.after)
  }
}

extension WhatIfUpdate.Summary {
  /// Counts one flip by what it leads to.
  mutating func count(_ flip: Redecision.Flip) {
    guard flip.isAnother else {
      byOtherRules += 1
      return
    }
    flips += 1
    switch flip.after.outcome {
    case .attempt(_, .fast, verdict: _), .reclassified(.fast, _): toFast += 1
    case .attempt(_, .full, verdict: _), .reclassified(.full, _): toFull += 1
    case .refused: toRefused += 1
    case .satisfied: break
    }
  }
}

extension Redecision.Flip {
  /// Not only reasoned in another way: a policy with the manifest's own window changes nothing.
  fileprivate var isAnother: Bool { before.outcome != after.outcome }
}
