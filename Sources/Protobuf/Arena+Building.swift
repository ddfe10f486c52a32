public import CProtobufC

/// Building C structs to be packed. Used without a budget: what is packed is ours.
extension Arena {
  /// Packs the struct that `build` makes, with everything it points to in the arena.
  ///
  /// - Returns: exactly the message's bytes, fields in the order of their numbers.
  @unsafe @inlinable
  public static func pack<Struct>(_ build: (Arena) -> Struct) -> [UInt8] {
    unsafe packed { arena in unsafe UnsafeRawPointer(arena.store(build(arena))) }
  }

  /// The part of packing that is the same for every type.
  @unsafe @usableFromInline
  static func packed(_ build: (Arena) -> UnsafeRawPointer) -> [UInt8] {
    Arena.with(budget: .max) { arena in
      let root = unsafe build(arena).assumingMemoryBound(to: ProtobufCMessage.self)
      let size = unsafe protobuf_c_message_get_packed_size(root)
      guard size > 0 else { return [] }
      return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        count = unsafe protobuf_c_message_pack(root, buffer.baseAddress)
      }
    }
  }

  /// Memory that must be there: only for building, where the budget has no end.
  @unsafe @inlinable
  func take<T>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
    guard let raw = unsafe allocate(MemoryLayout<T>.stride * count) else {
      preconditionFailure("built in an arena with a budget")
    }
    return unsafe raw.bindMemory(to: T.self, capacity: count)
  }

  /// A copy of `value` in the arena.
  @unsafe @inlinable
  public func store<T>(_ value: T) -> UnsafeMutablePointer<T> {
    let pointer = unsafe take(T.self, count: 1)
    unsafe pointer.initialize(to: value)
    return unsafe pointer
  }

  /// The text with a NUL behind it; `nil`, which packs like it, when empty. A NUL inside would end
  /// it; text from outside has none, for the scan refuses it.
  @unsafe
  public func string(_ text: String) -> UnsafeMutablePointer<CChar>? {
    let copied = unsafe text.utf8.withContiguousStorageIfAvailable { unsafe string($0) }
    if let copied = unsafe copied { return unsafe copied }
    var text = text
    return text.withUTF8 { unsafe string($0) }
  }

  private func string(_ utf8: UnsafeBufferPointer<UInt8>) -> UnsafeMutablePointer<CChar>? {
    guard let source = utf8.baseAddress, !utf8.isEmpty else { return nil }
    let copy = unsafe take(UInt8.self, count: utf8.count + 1)
    unsafe copy.initialize(from: source, count: utf8.count)
    unsafe copy[utf8.count] = 0
    return unsafe UnsafeMutableRawPointer(copy).assumingMemoryBound(to: CChar.self)
  }

  /// A C array of texts. protobuf-c measures each, so an empty one is not `nil` here.
  @unsafe
  public func strings(_ texts: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    unsafe array(texts) { text in
      if let copy = unsafe string(text) { return unsafe copy }
      return unsafe store(CChar(0))
    }
  }

  /// The bytes, copied.
  @unsafe
  public func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
    unsafe bytes.withUnsafeBufferPointer { source in
      guard let first = source.baseAddress, !source.isEmpty else {
        return unsafe ProtobufCBinaryData(len: 0, data: nil)
      }
      let copy = unsafe take(UInt8.self, count: source.count)
      unsafe copy.initialize(from: first, count: source.count)
      return unsafe ProtobufCBinaryData(len: source.count, data: copy)
    }
  }

  /// A C array of what `element` makes of each; `nil` when empty.
  @unsafe @inlinable
  public func array<Element, T>(
    _ elements: [Element], _ element: (Element) -> T
  ) -> UnsafeMutablePointer<T>? {
    guard !elements.isEmpty else { return nil }
    let copy = unsafe take(T.self, count: elements.count)
    for index in elements.indices {
      unsafe (copy + index).initialize(to: element(elements[index]))
    }
    return unsafe copy
  }
}
