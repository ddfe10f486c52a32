/// An argument as a rollout gives it to its analysis.
public struct GivenArgument: Hashable, Sendable {
  public var name: String
  public var source: Source

  public init(name: String, _ source: Source) {
    self.name = name
    self.source = source
  }

  public enum Source: Hashable, Sendable {
    case literal(String)
    /// The hash of the revision that is being rolled out.
    case latestHash
    case stableHash
    /// A path in the rollout object, for example `metadata.labels['region']` or
    /// `spec.template.spec.containers[0].image`.
    case field(String)
  }
}

/// What the arguments of a rollout are resolved against.
public struct ArgumentContext: Equatable, Sendable {
  public var latestHash: String
  public var stableHash: String
  /// The whole object, status included.
  public var rollout: FieldTree

  public init(latestHash: String = "", stableHash: String = "", rollout: FieldTree = .map([:])) {
    self.latestHash = latestHash
    self.stableHash = stableHash
    self.rollout = rollout
  }

  /// The text that an argument stands for.
  ///
  /// - Throws: ``CompositionError`` if it names a field that is not there or is no single value.
  public func text(of source: GivenArgument.Source) throws(CompositionError) -> String {
    switch source {
    case .literal(let text): text
    case .latestHash: latestHash
    case .stableHash: stableHash
    case .field(let path): try rollout.text(at: path)
    }
  }
}

/// Why templates and arguments do not make a run; the texts are Argo's.
public struct CompositionError: Error, Equatable, Sendable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}
