/// A whole number in Go's `int32` range, as Kubernetes stores replica counts, weights and seconds.
///
/// Whatever is assigned is clamped, so sums and products of two such values never overflow `Int`
/// and no rule of this module has to check for it again.
@propertyWrapper
public struct Count: Equatable, Hashable, Sendable {
  private var stored: Int32

  public init(wrappedValue: Int) { stored = Int32(clamping: wrappedValue) }

  public var wrappedValue: Int {
    get { Int(stored) }
    set { stored = Int32(clamping: newValue) }
  }
}
