/// The methods of a server, found by the bytes of their path.
public struct MethodTable: Sendable {
  /// One object, so that handing the table around costs one reference count, not three.
  private final class Storage: Sendable {
    let methods: [MethodDefinition]
    let paths: [[UInt8]]
    /// Open addressing, a power of two at least twice the methods; −1 marks a free place.
    let places: [Int32]

    init(methods: [MethodDefinition], paths: [[UInt8]], places: [Int32]) {
      self.methods = methods
      self.paths = paths
      self.places = places
    }
  }

  private let storage: Storage

  /// - Precondition: no path appears twice.
  public init(_ methods: [MethodDefinition]) {
    var size = 16
    while size < methods.count * 4 { size *= 2 }
    var places = [Int32](repeating: -1, count: size)
    let paths = methods.map { Array($0.path.utf8) }
    for (index, path) in paths.enumerated() {
      var place = Self.hash(path.span) & (size - 1)
      while places[place] >= 0 {
        precondition(paths[Int(places[place])] != path, "\(methods[index].path) is defined twice")
        place = (place + 1) & (size - 1)
      }
      places[place] = Int32(index)
    }
    storage = Storage(methods: methods, paths: paths, places: places)
  }

  /// The paths of all methods, in the order given.
  public var allPaths: [String] { storage.methods.map(\.path) }

  /// Whether each method, in the order given, has one request and one reply.
  public var allAreUnary: [Bool] {
    storage.methods.map { if case .unary = $0.handler { true } else { false } }
  }

  /// The index of the method with exactly this path, or `nil`.
  func index(of path: Span<UInt8>) -> Int? {
    let places = storage.places
    var place = Self.hash(path) & (places.count - 1)
    while places[place] >= 0 {
      let index = Int(places[place])
      let candidate = storage.paths[index]
      if equal(candidate.span, path) { return index }
      place = (place + 1) & (places.count - 1)
    }
    return nil
  }

  subscript(index: Int) -> MethodDefinition { storage.methods[index] }

  private func equal(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    for index in left.indices where left[index] != right[index] { return false }
    return true
  }

  /// FNV-1a. The table is fixed at start and at most half full, so a hostile path costs one walk
  /// over a few places at worst.
  private static func hash(_ path: Span<UInt8>) -> Int {
    var hash: UInt32 = 2_166_136_261
    for index in path.indices { hash = (hash ^ UInt32(path[index])) &* 16_777_619 }
    return Int(hash)
  }
}
