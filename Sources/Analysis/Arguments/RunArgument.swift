/// An argument of a run, or of a template: a name, and where its value comes from.
public struct RunArgument: Hashable, Sendable {
  public var name: String
  /// The value, or a template's default; `nil` if there is none.
  public var value: String?
  /// Wins over ``value``, which Argo replaces with the secret's content.
  public var secret: SecretReference?

  public init(name: String, value: String? = nil, secret: SecretReference? = nil) {
    self.name = name
    self.value = value
    self.secret = secret
  }

  /// An entry of a Kubernetes secret. Its content never gets here.
  public struct SecretReference: Hashable, Sendable {
    public var name: String
    public var key: String

    public init(name: String, key: String) {
      self.name = name
      self.key = key
    }
  }
}
