/// Full method names, as HTTP/2 requests carry them.
public enum Paths {
  public static let submit = "/windlass.v1.Rollouts/Submit"
  public static let awaitAttempt = "/windlass.v1.Rollouts/Await"
  public static let getRollout = "/windlass.v1.Rollouts/GetRollout"
  public static let watchRollout = "/windlass.v1.Rollouts/WatchRollout"
  public static let listRollouts = "/windlass.v1.Rollouts/ListRollouts"
  public static let evaluateRollback = "/windlass.v1.Rollouts/EvaluateRollback"
  public static let explain = "/windlass.v1.Rollouts/Explain"
  public static let whatIf = "/windlass.v1.Rollouts/WhatIf"

  public static let claimLease = "/windlass.v1.Clusters/ClaimLease"
  public static let renewLease = "/windlass.v1.Clusters/RenewLease"
  public static let releaseLease = "/windlass.v1.Clusters/ReleaseLease"
  public static let watchDirectives = "/windlass.v1.Clusters/WatchDirectives"
  public static let reportOutcomes = "/windlass.v1.Clusters/ReportOutcomes"
  public static let listClusters = "/windlass.v1.Clusters/ListClusters"

  public static let readLog = "/windlass.v1.Log/Read"
  public static let exportLog = "/windlass.v1.Log/Export"
  public static let subscribe = "/windlass.v1.Log/Subscribe"
  public static let acknowledge = "/windlass.v1.Log/Acknowledge"
  public static let listSubscriptions = "/windlass.v1.Log/ListSubscriptions"
  public static let deleteSubscription = "/windlass.v1.Log/DeleteSubscription"

  public static let all = [
    submit, awaitAttempt, getRollout, watchRollout, listRollouts, evaluateRollback, explain,
    whatIf,
    claimLease, renewLease, releaseLease, watchDirectives, reportOutcomes, listClusters,
    readLog, exportLog, subscribe, acknowledge, listSubscriptions, deleteSubscription,
  ]
}
