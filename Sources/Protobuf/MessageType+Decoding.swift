internal import CProtobufC

extension MessageType {
  /// Scans, unpacks, and lends the struct to `body`.
  ///
  /// - Parameters:
  ///   - bytes: the whole message.
  ///   - scan: compiled for this type.
  ///   - body: makes a value of the struct; no pointer in it may outlive the call.
  /// - Throws: ``MalformedMessage``
  @unsafe @inlinable
  public func unpack<Value>(
    _ bytes: Span<UInt8>, _ scan: PreScan, _ body: (Struct) -> Value
  ) throws(MalformedMessage) -> Value {
    var value: Value?
    try unsafe scan.unpack(bytes) { message in
      value = unsafe body(message.assumingMemoryBound(to: Struct.self).pointee)
    }
    // Taken out, not copied: a message has many references to count.
    guard let taken = value.take() else {
      throw MalformedMessage(field: "", reason: "is malformed")
    }
    return taken
  }
}

extension PreScan {
  /// The part of unpacking that is the same for every type: not generic, so that it is compiled
  /// once and well.
  @unsafe @usableFromInline
  func unpack(
    _ bytes: Span<UInt8>, _ body: (UnsafeRawPointer) -> Void
  ) throws(MalformedMessage) {
    let failure: MalformedMessage? = unsafe bytes.withUnsafeBufferPointer { buffer in
      do throws(MalformedMessage) {
        try unsafe unpack(buffer, body)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  private func unpack(
    _ bytes: UnsafeBufferPointer<UInt8>, _ body: (UnsafeRawPointer) -> Void
  ) throws(MalformedMessage) {
    try unsafe check(bytes)
    let budget = DecodingBudget.bytes(for: bytes.count)
    try Arena.with(budget: budget) { (arena) throws(MalformedMessage) in
      guard
        let message = unsafe protobuf_c_message_unpack(
          descriptor, arena.allocator, bytes.count, bytes.baseAddress)
      else {
        throw MalformedMessage(
          field: "",
          reason: arena.isExhausted ? "needs more than \(budget) bytes of memory" : "is malformed")
      }
      unsafe body(UnsafeRawPointer(message))
    }
  }
}
