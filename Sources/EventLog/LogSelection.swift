/// Which events a read is about, as far as a log can tell without knowing what payloads mean.
public struct LogSelection: Equatable, Sendable {
  /// The most streams one read names.
  public static let streamsMax = 1_000
  /// The most types one read names.
  public static let typesMax = 1_000
  /// The most positions one read looks at, so that a selection that matches little costs no more
  /// than one that matches much.
  public static let positionsMax = 20_000

  /// Every event.
  public static let all = LogSelection()

  /// Events of these streams only; `nil` for all. At most ``streamsMax``.
  public var streams: [StreamName]?
  /// Events of these types only; `nil` for all. At most ``typesMax``.
  public var types: [String]?

  public init(streams: [StreamName]? = nil, types: [String]? = nil) {
    self.streams = streams
    self.types = types
  }

  /// - Throws: ``ReadError/invalid(_:)`` naming the field and the limit.
  public func validate() throws(ReadError) {
    if let streams, streams.count > Self.streamsMax {
      throw .invalid("selection has \(streams.count) streams; the limit is \(Self.streamsMax)")
    }
    if let types, types.count > Self.typesMax {
      throw .invalid("selection has \(types.count) types; the limit is \(Self.typesMax)")
    }
  }
}
