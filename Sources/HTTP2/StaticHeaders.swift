internal import CNGHTTP2

/// A header block built once and sent many times without copying a byte.
///
/// Safe because every part is a `StaticString`: its bytes live as long as the program, and that is
/// what the NO_COPY flags ask for. The array itself is only read while a frame is submitted.
@safe
public final class StaticHeaders: @unchecked Sendable {
  let fields: UnsafeMutableBufferPointer<nghttp2_nv>

  /// - Precondition: every string is UTF-8 text in memory, not a single scalar.
  public init(_ pairs: [(name: StaticString, value: StaticString)]) {
    unsafe fields = .allocate(capacity: pairs.count)
    for (index, pair) in pairs.enumerated() {
      unsafe fields.initializeElement(
        at: index,
        to: nghttp2_nv(
          name: UnsafeMutablePointer(mutating: pair.name.utf8Start),
          value: UnsafeMutablePointer(mutating: pair.value.utf8Start),
          namelen: pair.name.utf8CodeUnitCount, valuelen: pair.value.utf8CodeUnitCount,
          flags: UInt8(
            truncatingIfNeeded: NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue
              | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue)))
    }
  }

  deinit { unsafe fields.deallocate() }
}
