/// A Service as far as a rollout steers it.
public struct ArgoService: Equatable, Sendable {
  public var name: String
  /// Value of the selector `rollouts-pod-template-hash`; empty when the selector has none.
  public var selectedHash: String
  /// Name of the rollout that manages it (annotation); empty for none.
  public var managedBy: String

  public init(_ name: String, selectedHash: String = "", managedBy: String = "") {
    self.name = name
    self.selectedHash = selectedHash
    self.managedBy = managedBy
  }
}
