extension ParameterList {
  /// The three arrays libpq wants, for the length of the call.
  func withPointers<R>(
    _ body: (
      UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
    ) -> R
  ) -> R {
    let ends = starts.dropFirst() + [bytes.count]
    let lengths = zip(starts, ends).map { Int32(truncatingIfNeeded: $1 - $0) }
    let formats = [Int32](repeating: 1, count: count)
    return unsafe bytes.withUnsafeBytes { raw in
      let empty: StaticString = ""
      let base = unsafe raw.baseAddress ?? UnsafeRawPointer(empty.utf8Start)
      // An empty value still needs a pointer: null means NULL.
      let values = unsafe starts.map { start -> UnsafePointer<CChar>? in
        unsafe (base + start).assumingMemoryBound(to: CChar.self)
      }
      return unsafe values.withUnsafeBufferPointer { values in
        unsafe lengths.withUnsafeBufferPointer { lengths in
          unsafe formats.withUnsafeBufferPointer { formats in
            unsafe body(values.baseAddress, lengths.baseAddress, formats.baseAddress)
          }
        }
      }
    }
  }
}
