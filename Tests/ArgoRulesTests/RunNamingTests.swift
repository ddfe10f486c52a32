import ArgoRules
import Testing

@Suite("Names and labels of runs")
struct RunNamingTests {
  @Test(
    "a run is named after rollout, hash, revision and what it is for",
    arguments: [
      (AnalysisType.background, "guestbook-abc-2"), (.step, "guestbook-abc-2-4"),
      (.prePromotion, "guestbook-abc-2-pre"), (.postPromotion, "guestbook-abc-2-post"),
    ])
  func names(type: AnalysisType, name: String) {
    let step = type == .step ? 4 : nil
    #expect(
      RunNaming.name(rollout: "guestbook", hash: "abc", revision: 2, type: type, step: step)
        == name)
  }

  @Test("a rollout without revision annotation leaves the part empty")
  func noRevision() {
    #expect(
      RunNaming.name(rollout: "r", hash: "h", revision: 0, type: .prePromotion) == "r-h--pre")
  }

  @Test("a free name is taken")
  func free() {
    #expect(
      RunNaming.place("r", ownerUID: "uid", workDigest: "d", among: []) == .create(name: "r"))
  }

  @Test("an unfinished run of the same owner and work is adopted, one asked to stop too")
  func adopted() {
    for terminate in [false, true] {
      let run = ArgoSample.run("r", .step, .running, terminate: terminate, digest: "d")
      #expect(
        RunNaming.place("r", ownerUID: "uid", workDigest: "d", among: [run]) == .adopt(name: "r"))
    }
  }

  @Test(
    "a finished run, another owner's or one with other work makes way to the next number",
    arguments: [
      ArgoSample.run("r", .step, .successful, digest: "d"),
      ArgoSample.run("r", .step, .running, owner: "other", digest: "d"),
      ArgoSample.run("r", .step, .running, digest: "e"),
    ])
  func collides(run: ArgoAnalysisRun) {
    #expect(
      RunNaming.place("r", ownerUID: "uid", workDigest: "d", among: [run]) == .create(name: "r.1"))
  }

  @Test("numbers go on until a name is free or a run can be adopted")
  func numbers() {
    let taken = ["r", "r.1"].map { ArgoSample.run($0, .step, .failed, digest: "d") }
    #expect(
      RunNaming.place("r", ownerUID: "uid", workDigest: "d", among: taken) == .create(name: "r.2"))
    let last = ArgoSample.run("r.2", .step, .pending, digest: "d")
    #expect(
      RunNaming.place("r", ownerUID: "uid", workDigest: "d", among: taken + [last])
        == .adopt(name: "r.2"))
  }

  @Test("selector labels win over the block's, those over the controller's")
  func labels() {
    let labels = RunNaming.labels(
      hash: "h", type: .step, step: 3, instance: "blue",
      block: ["rollout-type": "mine", "app": "block", "x": "1"], selector: ["app": "selector"])
    #expect(
      labels == [
        "rollouts-pod-template-hash": "h", "rollout-type": "mine", "step-index": "3",
        "argo-rollouts.argoproj.io/controller-instance-id": "blue", "app": "selector", "x": "1",
      ])
    #expect(
      RunNaming.labels(hash: "h", type: .background)
        == ["rollouts-pod-template-hash": "h", "rollout-type": "Background"])
  }

  @Test("the revision number is an annotation; the block's own annotations win")
  func annotations() {
    #expect(
      RunNaming.annotations(revision: 7, block: ["a": "b"])
        == ["rollout.argoproj.io/revision": "7", "a": "b"])
  }
}
