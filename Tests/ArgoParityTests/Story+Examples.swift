import RolloutCore
import RolloutTestKit

extension Story {
  /// One story for each difference that chance meets seldom.
  static let examples: [Story] = [
    // An abort inside the window.
    Story(
      canary([.pause(nil)], window: RollbackWindow(revisions: 1)),
      [
        .startNew, .startNew, .promoteFull, .podsAvailable(of: 1, atMost: 0), .startAgain(1),
        .abort,
      ]),
    // From one experiment step to the next.
    Story(canary([.experiment(plan), .experiment(plan)]), [.startNew, .startNew, .promote]),
    // An experiment as step 0 inside the window.
    Story(
      canary([.experiment(plan)], window: RollbackWindow(revisions: 2)),
      [.startNew, .startNew, .promote, .startAgain(1)]),
    // A scale where all traffic is not 100.
    Story(
      canary(
        [.setCanaryScale(.weight(50)), .pause(nil)], replicas: 3, traffic: .init(maxWeight: 1000)),
      [.startNew, .startNew]),
    // Past a long step by command.
    Story(
      canary([.analysis(.errorRate), .plugin(.init(name: "gate"))], deadline: 100),
      [.startNew, .startNew, .wait(seconds: 700), .promote]),
    // A plugin that answers late.
    Story(
      canary([.plugin(.init(name: "gate"))], deadline: 100),
      [.startNew, .startNew, .wait(seconds: 102), .runEnds(.plugin, .successful)]),
    // A timed pause under an inconclusive analysis.
    Story(
      canary([.pause(.seconds(30))], background: true),
      [
        .startNew, .startNew, .runEnds(.background, .inconclusive), .wait(seconds: 59),
      ]),
    // An inconclusive experiment.
    Story(
      canary([.experiment(plan)]),
      [.startNew, .startNew, .runEnds(.experiment, .inconclusive)]),
    // A threshold that leaving pods meet.
    Story(
      canary(
        [.setWeight(800), .setWeight(0)], traffic: .init(maxWeight: 1000), dynamic: true,
        threshold: .pods(1)),
      [.startNew, .startNew]),
    // The last weight is denied.
    Story(
      canary([.pause(nil)], traffic: .init()),
      [.startNew, .weightsVerified(false), .startNew, .promote]),
    // A weight that is in place already.
    Story(
      canary([.pause(.seconds(60)), .setWeight(0)], traffic: .init()),
      [.startNew, .weightsVerified(false), .startNew, .wait(seconds: 100)]),
    // Stable is short of pods.
    Story(
      canary([.setWeight(20), .plugin(.init(name: "gate"))], replicas: 2, traffic: .init()),
      [.startNew, .podsAvailable(of: 0, atMost: 0), .startNew]),
    // The clock of a new template that makes no pods.
    Story(
      canary([.plugin(.init(name: "gate"))], deadline: 100),
      [
        .startNew, .startNew, .startNew, .wait(seconds: 61), .startNew, .wait(seconds: 59),
      ]),
    // A preview's number of pods inside the window.
    Story(
      blueGreen(
        BlueGreen(previewReplicas: 1, prePromotion: .errorRate), replicas: 2,
        window: RollbackWindow(revisions: 3)),
      [.startNew, .startNew, .promoteFull, .startNew, .startAgain(2)]),
    // A promotion in full without pods.
    Story(
      blueGreen(BlueGreen(postPromotion: .errorRate)),
      [.startNew, .startNew, .podsAvailable(of: 0, atMost: 0), .promoteFull]),
    // A pause and a promotion that is due.
    Story(
      blueGreen(BlueGreen(postPromotion: .errorRate)),
      [.startNew, .startNew, .pause, .runEnds(.postPromotion, .successful)]),
    // A failed run and a retry.
    Story(
      blueGreen(BlueGreen(autoPromotion: false, postPromotion: .errorRate)),
      [.startNew, .startNew, .promote, .runEnds(.postPromotion, .error), .retry]),
    // A rollback to what was never stable.
    Story(
      blueGreen(BlueGreen(autoPromotion: false), window: RollbackWindow(revisions: 2)),
      [
        .startNew, .startNew, .startNew, .wait(seconds: 31), .promoteFull, .startAgain(1),
      ]),
    // A rollback to pods that are still up, and that are fewer than all.
    Story(
      blueGreen(BlueGreen(autoPromotion: false), replicas: 2),
      [
        .startNew, .startNew, .promote, .podsAvailable(of: 1, atMost: 1), .startAgain(1),
      ]),
    // A checkpoint and a new template.
    Story(
      blueGreen(BlueGreen(previewReplicas: 1, autoPromotion: false), replicas: 3),
      [
        .startNew, .startNew, .podsAvailable(of: 0, atMost: 2), .promote, .startNew,
      ]),
    // A scale-down delay that has passed.
    Story(
      blueGreen(BlueGreen(prePromotion: .errorRate), replicas: 2, deadline: 100),
      [
        .startNew, .startNew, .startNew, .wait(seconds: 700), .wait(seconds: 102),
      ]),
    // A revision after the switch and a newer one.
    Story(
      blueGreen(BlueGreen(autoPromotion: false, postPromotion: .errorRate)),
      [.startNew, .startNew, .resume, .startNew]),
    // A first deployment without pods.
    Story(canary([]), [.podsAvailable(of: -1, atMost: 0), .startNew]),
    // Scale by an abort delay of zero.
    Story(
      canary([.setWeight(100), .analysis(.errorRate)], traffic: .init(), abortDelay: .seconds(0)),
      [.startNew, .startNew, .runEnds(.step, .error)]),
    // A run that was stopped, and a retry.
    Story(
      blueGreen(BlueGreen(autoPromotionDelay: .seconds(60), prePromotion: .errorRate)),
      [.startNew, .startNew, .abort, .retry]),
    // A pause that is skipped.
    Story(
      canary([.pause(.seconds(30)), .analysis(.errorRate)]), [.startNew, .startNew, .skipStep]),
    // A delayed switch that a person brings forward.
    Story(
      blueGreen(BlueGreen(autoPromotionDelay: .seconds(60))), [.startNew, .startNew, .promote]),
    // A preview that grows, and a pause.
    Story(
      blueGreen(BlueGreen(previewReplicas: 1), replicas: 3),
      [.startNew, .podsAvailable(of: -1, atMost: 2), .startNew, .pause]),
    // A preview that loses pods in its pause.
    Story(
      blueGreen(BlueGreen(autoPromotion: false), replicas: 3, deadline: 60),
      [.startNew, .startNew, .podsAvailable(of: 0, atMost: 2), .wait(seconds: 100)]),
    // An experiment that ends while a person pauses.
    Story(
      canary([.experiment(plan)]),
      [.startNew, .startNew, .pause, .runEnds(.experiment, .successful)]),
    // A fast rollback without all its pods.
    Story(
      canary(
        [.setWeight(100)], replicas: 3, traffic: .init(), window: RollbackWindow(revisions: 2)),
      [.startNew, .startNew, .podsAvailable(of: 1, atMost: 2), .undo]),
    // Down with dynamic scaling, while stable is short of pods.
    Story(
      canary(
        [.setWeight(80), .setWeight(20), .pause(.seconds(60))], replicas: 4, traffic: .init(),
        dynamic: true),
      [.startNew, .podsAvailable(of: 0, atMost: 2), .startNew]),
    // A threshold that is met before all pods were asked for.
    Story(
      Strategy(
        replicas: 4,
        kind: .canary(
          Canary(
            steps: [.setWeight(80), .setWeight(20), .experiment(plan)], maxSurge: .pods(0),
            progressThreshold: .pods(2))),
        progress: .init()),
      [.startNew, .podsAvailable(of: 0, atMost: 0), .startNew]),
    // A threshold of more pods than a step wants.
    Story(
      canary([.setWeight(20), .setWeight(0), .setWeight(0)], threshold: .pods(1)),
      [.startNew, .startNew]),
    // A failure while another analysis is inconclusive.
    Story(
      canary([.setWeight(20), .analysis(.errorRate)], background: true, traffic: .init()),
      [
        .startNew, .startNew, .runEnds(.step, .inconclusive), .runEnds(.background, .failed),
      ]),
    // More pods than the end of the steps wants, and a router that denies.
    Story(
      canary([.setCanaryScale(.replicas(2))], traffic: .init()),
      [.startNew, .startNew, .weightsVerified(false), .startAgain(1)]),
    // A fast rollback under a router that denies.
    Story(
      canary(
        [.experiment(plan)], traffic: .init(), dynamic: true, window: RollbackWindow(revisions: 2)),
      [
        .startNew, .startNew, .skipStep, .startNew, .weightsVerified(false), .startAgain(2),
      ]),
    // No pods and a router that denies.
    Story(
      canary([.setWeight(50), .setWeight(0)], replicas: 0, traffic: .init()),
      [.startNew, .weightsVerified(false), .startNew]),
    // An inconclusive background analysis at a step's pause.
    Story(
      canary([.pause(.seconds(30))], background: true),
      [.startNew, .startNew, .runEnds(.background, .inconclusive), .resume]),
    // A least number of pods and the way back.
    Story(
      canary(
        [.setWeight(20), .analysis(.errorRate)], replicas: 5, traffic: .init(), dynamic: true,
        abortDelay: .seconds(0), atLeast: 2),
      [.startNew, .startNew, .abort]),
    // An aborted canary whose stable comes back in part.
    Story(
      canary(
        [.setWeight(20), .setCanaryScale(.weight(50)), .pause(.seconds(30))], replicas: 5,
        traffic: .init(), dynamic: true, abortDelay: .seconds(20)),
      [.startNew, .startNew, .podsAvailable(of: 1, atMost: 1), .abort]),
    // A threshold that promotes, and what was stable before.
    Story(
      canary([], replicas: 2, traffic: .init(), threshold: .pods(1)),
      [
        .startNew, .startNew, .podsAvailable(of: 1, atMost: 1), .startNew, .startAgain(2),
        .wait(seconds: 102), .podsAvailable(of: -1, atMost: 1), .startNew,
      ]),
    // A first step that asks for nothing.
    Story(
      canary(
        [
          .plugin(.init(name: "off", disabled: true)), .setWeight(50), .plugin(.init(name: "gate")),
        ], replicas: 2),
      [.startNew, .startNew, .podsAvailable(of: -1, atMost: 0), .startNew]),
  ]

  private static let plan = Strategy.ExperimentPlan(
    templates: [.init(name: "canary", source: .canary)])

  private static func canary(
    _ steps: [Strategy.Step], replicas: Int = 1, background: Bool = false,
    traffic: Canary.TrafficRouting? = nil, dynamic: Bool = false, abortDelay: Interval? = nil,
    atLeast: Int? = nil, threshold: Canary.ProgressThreshold? = nil, deadline: Int64 = 600,
    window: RollbackWindow? = nil
  ) -> Strategy {
    Strategy(
      replicas: replicas,
      kind: .canary(
        Canary(
          steps: steps, background: background ? .init(plan: .errorRate) : nil, traffic: traffic,
          dynamicStableScale: dynamic, minPodsPerRevision: atLeast,
          abortScaleDownDelay: abortDelay,
          progressThreshold: threshold)),
      progress: .init(deadline: .seconds(deadline)), window: window)
  }

  private static func blueGreen(
    _ blueGreen: BlueGreen, replicas: Int = 1, deadline: Int64 = 600,
    window: RollbackWindow? = nil
  ) -> Strategy {
    Strategy(
      replicas: replicas, kind: .blueGreen(blueGreen),
      progress: .init(deadline: .seconds(deadline)), window: window)
  }
}
