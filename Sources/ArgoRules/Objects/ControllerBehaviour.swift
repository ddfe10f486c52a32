/// What a controller version does differently from others, one switch per difference.
///
/// Rules read the switches, never the version, so that a table of this one type says all that
/// changed. Source: semantics section 0 and 21.
public struct ControllerBehaviour: Equatable, Sendable {
  public let version: ControllerVersion

  public init(_ version: ControllerVersion) { self.version = version }

  /// `rollbackWindow` exists.
  public var knowsRollbackWindow: Bool { version >= ControllerVersion(1, 4, 0) }

  /// On noticing a rollback inside the window to a revision that still has pods requested, the
  /// step index goes to the end at once. Before, steps began at 0 and the status write jumped.
  public var jumpsToEndWhenStillScaled: Bool { version >= ControllerVersion(1, 6, 0) }

  /// Analysis asks the window before it starts a run. Its absence is the defect of 1.4 to 1.7.1.
  public var windowGuardsAnalysis: Bool { version >= ControllerVersion(1, 7, 2) }

  /// One notion of fast rollback: window, or a live scale-down deadline (blue-green), or desired
  /// is stable. Before, each reconciler looked at its own part of it.
  public var unifiedFastRollback: Bool { version >= ControllerVersion(1, 10, 0) }

  /// A scale-down deadline annotation on desired, expired or not, canary too, silences analysis.
  public var anyDeadlineSilencesAnalysis: Bool { !unifiedFastRollback }

  /// Blue-green pauses and switches honour the window, so a manual promotion no longer hangs.
  public var windowGuardsBlueGreenPause: Bool { unifiedFastRollback }

  /// The duration record with completion statuses exists.
  public var recordsCompletionStatus: Bool { version >= .main }

  /// The progress threshold of a canary exists, and more available pods than needed no longer
  /// hold a promotion back.
  public var knowsProgressThreshold: Bool { version >= ControllerVersion(1, 9, 0) }

  /// With dynamic stable scaling an abort walks the weight down through the steps' weights. Before,
  /// it followed stable's availability directly.
  public var walksWeightBackInSteps: Bool { version >= ControllerVersion(1, 10, 0) }

  /// An aborted canary that an explicit abort delay keeps at its size no longer keeps the weight up
  /// with it. Before, the two waited for each other for ever.
  public var heldCanaryFreesWeight: Bool { version >= .main }

  /// `minPodsPerReplicaSet` never lifts a count above the replicas.
  public var capsMinimumPods: Bool { version >= ControllerVersion(1, 10, 0) }

  /// Weights are left alone while stable has too few available pods for its share.
  public var checksStableBeforeWeights: Bool { version >= ControllerVersion(1, 8, 0) }

  /// Weights are verified at the end as well as at `setWeight` steps; failing that, the pass ends.
  public var verifiesFinalWeight: Bool { version >= ControllerVersion(1, 8, 0) }

  /// A canary without pods loses its weight before the router learns its hash.
  public var resetsWeightBeforeHash: Bool { version >= ControllerVersion(1, 10, 0) }

  /// Old revisions waiting for their scale-down hold the progress deadline.
  public var waitsForScaleDownBeforeDeadline: Bool { version >= ControllerVersion(1, 7, 0) }

  /// Step plugins exist.
  public var knowsStepPlugins: Bool { version >= ControllerVersion(1, 8, 0) }

  /// Background analysis: an Inconclusive run is not repeated before a person resumed.
  public var freezesBackgroundWhileInconclusive: Bool { version >= ControllerVersion(1, 8, 0) }

  /// Pre- and post-promotion runs that have begun are kept when the revision loses saturation.
  public var keepsStartedPromotionRuns: Bool { version >= ControllerVersion(1, 10, 0) }

  /// A background block without templates counts as no block. Before, it made a run without
  /// metrics, which ends in Error.
  public var ignoresEmptyBackgroundBlock: Bool { version >= ControllerVersion(1, 8, 0) }

  /// So do step, pre-promotion and post-promotion blocks.
  public var ignoresEmptyBlocks: Bool { version >= ControllerVersion(1, 10, 0) }

  /// An abort caused by analysis says which kind of analysis before it quotes the run.
  public var namesAnalysisInAbortMessage: Bool { version >= ControllerVersion(1, 8, 0) }

  /// When analysis is silenced, a canary forgets its current runs. Before, they stayed in the
  /// status; blue-green keeps its two in every version.
  public var silencedCanaryForgetsRuns: Bool { unifiedFastRollback }

  /// Templates may name other templates.
  public var knowsNestedTemplates: Bool { version >= ControllerVersion(1, 8, 0) }

  /// History of runs is trimmed in silence as well. Before, a silenced pass only stopped runs.
  public var trimsHistoryInSilence: Bool { unifiedFastRollback }
}
