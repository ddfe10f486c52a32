import ArgoRules

/// Objects the tests start from.
enum ArgoSample {
  static let now = ArgoTime(seconds: 1_000_000)

  static let versions: [ControllerVersion] = [
    ControllerVersion(1, 4, 0), ControllerVersion(1, 6, 0), ControllerVersion(1, 7, 1),
    ControllerVersion(1, 7, 2), ControllerVersion(1, 8, 0), ControllerVersion(1, 9, 1),
    ControllerVersion(1, 10, 0), .main,
  ]

  static func set(
    _ hash: String, age: Int = 0, replicas: Int = 0, available: Int? = nil, revision: Int? = nil,
    desiredReplicas: Int? = 3, deadline: ArgoReplicaSet.ScaleDownDeadline? = nil
  ) -> ArgoReplicaSet {
    ArgoReplicaSet(
      name: "guestbook-\(hash)", hash: hash, created: now.adding(seconds: -age),
      revision: revision, requested: replicas, available: available ?? replicas,
      desiredReplicas: desiredReplicas, scaleDownDeadline: deadline)
  }

  static let block = AnalysisBlock([.init("success-rate")])

  static func blueGreen(
    _ strategy: BlueGreenStrategy = BlueGreenStrategy(
      activeService: "active", previewService: "preview"),
    desired: String = "new", replicas: Int = 3, window: Int? = nil, status: ArgoRolloutStatus
  ) -> ArgoRollout {
    ArgoRollout(
      name: "guestbook", uid: "uid", revision: 2,
      spec: ArgoRolloutSpec(
        replicas: replicas, templateHash: desired, strategy: .blueGreen(strategy),
        rollbackWindowRevisions: window),
      status: status)
  }

  static func canary(
    _ strategy: CanaryStrategy, desired: String = "new", replicas: Int = 3,
    status: ArgoRolloutStatus
  ) -> ArgoRollout {
    ArgoRollout(
      name: "guestbook", uid: "uid", revision: 2,
      spec: ArgoRolloutSpec(
        replicas: replicas, templateHash: desired, strategy: .canary(strategy)),
      status: status)
  }

  static func run(
    _ name: String, _ type: AnalysisType? = .background, _ phase: AnalysisPhase = .running,
    hash: String = "new", step: Int? = nil, age: Int = 0, terminate: Bool = false,
    owner: String = "uid", digest: String = "", message: String = ""
  ) -> ArgoAnalysisRun {
    ArgoAnalysisRun(
      name: name, ownerUID: owner, hash: hash, type: type, stepIndex: step,
      created: now.adding(seconds: -age), terminate: terminate, phase: phase, message: message,
      workDigest: digest)
  }
}

/// Numbers that are the same for the same seed.
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func pick<T>(_ values: [T]) -> T {
    values[Int.random(in: 0..<values.count, using: &self)]
  }
}

extension ControllerVersion {
  static let v14 = ControllerVersion(1, 4, 0)
  static let v16 = ControllerVersion(1, 6, 0)
  static let v171 = ControllerVersion(1, 7, 1)
  static let v172 = ControllerVersion(1, 7, 2)
  static let v18 = ControllerVersion(1, 8, 0)
  static let v191 = ControllerVersion(1, 9, 1)
  static let v110 = ControllerVersion(1, 10, 0)
}
