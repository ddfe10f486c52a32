extension ArgoRolloutStatus {
  /// Records a condition. One with the same state and reason is left as it is, times and message
  /// included; the transition time is kept while the state is the same. A changed condition moves
  /// to the end of the list, and observers look at the list in order.
  ///
  /// - Returns: whether anything changed.
  @discardableResult
  public mutating func set(_ condition: RolloutCondition) -> Bool {
    var condition = condition
    if let present = self.condition(condition.kind) {
      if present.state == condition.state, present.reason == condition.reason { return false }
      if present.state == condition.state { condition.lastTransition = present.lastTransition }
    }
    remove(condition.kind)
    conditions.append(condition)
    return true
  }

  public mutating func remove(_ kind: RolloutCondition.Kind) {
    conditions.removeAll { $0.kind == kind }
  }
}
