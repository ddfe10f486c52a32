/// Like ``Count``, for a field that may be absent.
@propertyWrapper
public struct OptionalCount: Equatable, Hashable, Sendable {
  private var stored: Int32?

  public init(wrappedValue: Int?) { stored = wrappedValue.map { Int32(clamping: $0) } }

  public var wrappedValue: Int? {
    get { stored.map { Int($0) } }
    set { stored = newValue.map { Int32(clamping: $0) } }
  }
}
