/// An argument of an analysis template or of a run.
public struct RunArgument: Equatable, Sendable {
  /// Where a value comes from when it is not written out.
  public enum Origin: Equatable, Sendable {
    /// A key of a Secret, read only when a metric is measured.
    case secret(name: String, key: String)
    /// A field of the object, by path.
    case field(path: String)
  }

  public var name: String
  /// The literal value; empty text is a value.
  public var value: String?
  public var origin: Origin?

  public init(_ name: String, value: String? = nil, origin: Origin? = nil) {
    self.name = name
    self.value = value
    self.origin = origin
  }
}
