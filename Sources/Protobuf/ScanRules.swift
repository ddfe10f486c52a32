/// What a message and everything in it must keep to.
public struct ScanRules: Sendable {
  /// By message and field as in the proto file, without the package: `Strategy.steps`.
  public var fields: [String: FieldRule]
  /// For repeated fields without a rule.
  public var countMax: Int
  /// Of the whole message, elements of packed fields included.
  public var fieldsMax: Int
  /// Messages in messages, the outermost included.
  public var depthMax: Int
  /// Whether fields that the descriptor does not have are refused.
  public var refusesUnknownFields: Bool

  public init(
    fields: [String: FieldRule] = [:], countMax: Int, fieldsMax: Int, depthMax: Int = 16,
    refusesUnknownFields: Bool
  ) {
    self.fields = fields
    self.countMax = countMax
    self.fieldsMax = fieldsMax
    self.depthMax = depthMax
    self.refusesUnknownFields = refusesUnknownFields
  }
}
