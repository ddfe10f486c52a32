import ArgoRules
import Testing

@Suite("Revisions, as a whole cluster shows them")
struct RevisionFactTests {
  static let steps = CanaryStrategy(
    steps: [.setWeight(25), .pause(nil)], maxSurge: .count(1), maxUnavailable: .count(0))

  @Test("where no ReplicaSet has the template, one without pods is made")
  func made() {
    var cluster = CanarySample.cluster(.main, Self.steps)
    cluster.setTemplate("r2")
    let result = cluster.pass()
    #expect(
      result.actions.contains(.createReplicaSet(name: "web-r2", hash: "r2", revision: 2)))
    #expect(cluster.replicaSet("r2")?.requested == 0)
    let again = cluster.pass()
    #expect(
      !again.actions.contains {
        if case .createReplicaSet = $0 { true } else { false }
      })
  }

  @Test("going back to revision 1 makes it revision 3, and its creation time stays")
  func renumbered() {
    var cluster = CanarySample.cluster(.main, Self.steps)
    let created = cluster.replicaSet("r1")?.created
    cluster.release("r2")
    #expect(cluster.rollout.revision == 2)
    cluster.release("r1")
    #expect(cluster.replicaSet("r1")?.revision == 3)
    #expect(cluster.replicaSet("r1")?.revisionHistory == [1])
    #expect(cluster.replicaSet("r1")?.created == created)
    #expect(cluster.replicaSet("r2")?.revision == 2)
    #expect(cluster.rollout.revision == 3, "the rollout's number is its desired revision's")
  }

  @Test("a window larger than the history limit is accepted and reaches what is left")
  func largerThanHistory() {
    var cluster = CanarySample.cluster(.main, Self.steps, window: 10, history: 1)
    for hash in ["r2", "r3", "r4", "r5"] { cluster.release(hash) }
    #expect(cluster.replicaSet("r1") == nil)
    cluster.advance(seconds: 60)
    cluster.setTemplate("r1")
    #expect(cluster.pass().classification.window.isInside == false)
    var near = CanarySample.cluster(.main, Self.steps, window: 10, history: 1)
    near.release("r2")
    near.advance(seconds: 60)
    near.setTemplate("r1")
    near.pass()
    #expect(near.pass().classification.window.isInside)
  }

  @Test("inside the window all pods are awaited before the target is stable")
  func fullScale() {
    var cluster = CanarySample.cluster(.main, Self.steps, window: 3)
    cluster.release("r2")
    cluster.advance(seconds: 60)
    cluster.setTemplate("r1")
    for _ in 0..<20 {
      for index in cluster.replicaSets.indices {
        let set = cluster.replicaSets[index]
        cluster.replicaSets[index].actual = set.requested
        cluster.replicaSets[index].available =
          set.hash == "r1" ? min(3, set.requested) : set.requested
      }
      cluster.pass()
    }
    #expect(cluster.rollout.status.stableHash == "r2")
    #expect(cluster.rollout.status.stepIndex == 2)
    cluster.settle()
    #expect(cluster.rollout.status.stableHash == "r1")
  }
}
