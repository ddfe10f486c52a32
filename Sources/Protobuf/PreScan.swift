internal import CProtobufC

/// Reads the bytes of a message before protobuf-c does, and refuses what it would swallow: deep
/// nesting, floods of tiny messages, text that is not UTF-8 or holds a NUL, values cut short.
///
/// Two things valid in protobuf are refused as well, for no encoder writes them and a reader may
/// take them in two ways: a field given twice that is not repeated, and two members of a oneof.
///
/// Compiled once for each outermost message type, for the life of the process.
@safe
public final class PreScan: @unchecked Sendable {
  /// A field as the scan sees it; `number` 0 marks a gap in a message's numbers.
  /// Kept small, for it is copied for every field read.
  private struct Field {
    /// Set once the field was there; 0 for repeated fields. Members of a oneof share theirs.
    var seenBit: UInt64 = 0
    var number: UInt32 = 0
    var countMax = UInt32.max
    var bytesMin: UInt32 = 0
    var bytesMax = UInt32.max
    /// Index into `messages`.
    var message: UInt32 = 0
    /// Index into `names` and `sentences`.
    var name: UInt32 = 0
    /// Which of the message's counters counts it.
    var counter: UInt16 = 0
    var wireType = WireType.varint
    var text = FieldRule.Text.noNUL
    var isRepeated = false
    var isMessage = false
    var isText = false
  }

  private struct Message {
    /// Where its fields begin in `fields`; the field with number n is n further.
    var firstField = 0
    /// Highest number, and so one less than the slots it has.
    var highest: UInt32 = 0
    var counters = 0
    /// Bits of the fields that must be there and not be empty.
    var required: UInt64 = 0
  }

  private enum WireType: UInt8 {
    case varint = 0
    case fixed64 = 1
    case bytes = 2
    case fixed32 = 5
  }

  /// Highest field number that any of our messages or the standard services' has, with room. Keeps
  /// the tables dense.
  private static let highestNumber: UInt32 = 1_023

  let descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  private let messages: UnsafeBufferPointer<Message>
  private let fields: UnsafeBufferPointer<Field>
  private let names: [String]
  private let sentences: [String]
  private let rules: ScanRules
  private let countersMax: Int

  /// Where a scan stands; everything about one message instance is on the stack.
  @unsafe
  private struct Cursor {
    var next: UnsafePointer<UInt8>
    var fieldsLeft: Int
  }

  public init<Struct>(_ type: MessageType<Struct>, _ rules: ScanRules) {
    var compiler = unsafe Compiler(rules: rules)
    unsafe descriptor = type.descriptor
    _ = unsafe compiler.message(type.descriptor)
    let messages = unsafe UnsafeMutableBufferPointer<Message>.allocate(
      capacity: compiler.messages.count)
    _ = unsafe messages.initialize(from: compiler.messages)
    let fields = unsafe UnsafeMutableBufferPointer<Field>.allocate(capacity: compiler.fields.count)
    _ = unsafe fields.initialize(from: compiler.fields)
    unsafe self.messages = UnsafeBufferPointer(messages)
    unsafe self.fields = UnsafeBufferPointer(fields)
    names = unsafe compiler.names
    sentences = unsafe compiler.sentences
    countersMax = unsafe compiler.messages.map(\.counters).max() ?? 0
    self.rules = rules
  }

  deinit {
    unsafe messages.deallocate()
    unsafe fields.deallocate()
  }

  /// Names of all rules' fields that these messages have: `Strategy.steps`. For tests of the rules.
  public var fieldNames: [String] { names }

  /// - Throws: ``MalformedMessage`` naming the first field that breaks a rule, and the rule.
  public func check(_ bytes: Span<UInt8>) throws(MalformedMessage) {
    let outcome: Result<Void, MalformedMessage> = unsafe bytes.withUnsafeBufferPointer { buffer in
      do throws(MalformedMessage) {
        try unsafe check(buffer)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try outcome.get()
  }

  func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(MalformedMessage) {
    guard let first = bytes.baseAddress else { return }  // No bytes.
    var cursor = unsafe Cursor(next: first, fieldsLeft: rules.fieldsMax)
    try unsafe scan(0, to: first + bytes.count, depth: 1, &cursor)
  }

  private func scan(
    _ index: Int, to end: UnsafePointer<UInt8>, depth: Int, _ cursor: inout Cursor
  ) throws(MalformedMessage) {
    guard depth <= rules.depthMax else {
      throw MalformedMessage(
        field: "", reason: "is nested more than \(rules.depthMax) messages deep")
    }
    // Counters of repeated fields: as many as any message has, cleared for this instance.
    let failure: MalformedMessage? = unsafe withUnsafeTemporaryAllocation(
      of: UInt32.self, capacity: max(countersMax, 1)
    ) { counters in
      unsafe counters.initialize(repeating: 0)
      do throws(MalformedMessage) {
        try unsafe scan(index, to: end, depth, counters, &cursor)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  private func scan(
    _ index: Int, to end: UnsafePointer<UInt8>, _ depth: Int,
    _ counters: UnsafeMutableBufferPointer<UInt32>, _ cursor: inout Cursor
  ) throws(MalformedMessage) {
    let message = unsafe messages[index]
    var seen: UInt64 = 0
    while unsafe cursor.next < end {
      guard let key = unsafe Self.varint(&cursor.next, end, bytesMax: 5), key <= UInt32.max,
        key >> 3 != 0
      else { throw MalformedMessage(field: "", reason: "has a field key that is not one") }
      guard let wireType = WireType(rawValue: UInt8(truncatingIfNeeded: key & 7)) else {
        throw MalformedMessage(field: "", reason: "field \(key >> 3) has wire type \(key & 7)")
      }
      unsafe cursor.fieldsLeft -= 1
      guard unsafe cursor.fieldsLeft >= 0 else { throw tooManyFields }
      let number = UInt32(truncatingIfNeeded: key >> 3)
      guard number <= message.highest,
        case let field = unsafe fields[message.firstField + Int(number)], field.number != 0
      else {
        guard !rules.refusesUnknownFields else {
          throw MalformedMessage(field: "", reason: "field \(number) is unknown")
        }
        try unsafe skip(wireType, number, to: end, &cursor)
        continue
      }
      if field.isRepeated {
        unsafe counters[Int(field.counter)] &+= 1
        guard unsafe counters[Int(field.counter)] <= field.countMax || wireType != field.wireType
        else { throw tooMany(field) }
      } else {
        guard seen & field.seenBit == 0 else {
          throw error(field, "is given twice, or beside another of which only one may be")
        }
      }
      guard wireType == field.wireType else {
        guard field.isRepeated, wireType == .bytes, field.wireType != .bytes else {
          throw error(field, "has wire type \(wireType.rawValue), not \(field.wireType.rawValue)")
        }
        try unsafe scanPacked(field, to: end, counters, &cursor)
        continue
      }
      switch wireType {
      case .varint:
        guard unsafe Self.varint(&cursor.next, end, bytesMax: 10) != nil else {
          throw error(field, "is not a number of at most 64 bits")
        }
        seen |= field.seenBit
      case .fixed32, .fixed64:
        let width = wireType == .fixed32 ? 4 : 8
        guard unsafe end - cursor.next >= width else { throw cutShort(field) }
        unsafe cursor.next += width
        seen |= field.seenBit
      case .bytes:
        guard let length = unsafe Self.length(&cursor.next, end) else { throw cutShort(field) }
        if field.isMessage {
          let inner = unsafe cursor.next + length
          do throws(MalformedMessage) {
            try unsafe scan(Int(field.message), to: inner, depth: depth + 1, &cursor)
          } catch {
            throw error.under(unsafe self.label(field, counters))
          }
          seen |= field.seenBit
        } else {
          guard length >= Int(field.bytesMin), length <= Int(field.bytesMax),
            unsafe !field.isText || TextScan.isLegal(cursor.next, length, field.text)
          else { throw error(unsafe label(field, counters), field) }
          unsafe cursor.next += length
          seen |= field.seenBit
        }
      }
    }
    guard seen & message.required == message.required else {
      throw missing(message, seen)
    }
  }

  /// A packed field's payload: numbers one after another.
  private func scanPacked(
    _ field: Field, to end: UnsafePointer<UInt8>, _ counters: UnsafeMutableBufferPointer<UInt32>,
    _ cursor: inout Cursor
  ) throws(MalformedMessage) {
    guard let length = unsafe Self.length(&cursor.next, end) else { throw cutShort(field) }
    let last = unsafe cursor.next + length
    // The field itself was counted; it is not an element.
    unsafe counters[Int(field.counter)] &-= 1
    while unsafe cursor.next < last {
      unsafe counters[Int(field.counter)] &+= 1
      unsafe cursor.fieldsLeft -= 1
      guard unsafe counters[Int(field.counter)] <= field.countMax else { throw tooMany(field) }
      guard unsafe cursor.fieldsLeft >= 0 else { throw tooManyFields }
      switch field.wireType {
      case .varint:
        guard unsafe Self.varint(&cursor.next, last, bytesMax: 10) != nil else {
          throw error(field, "holds what is not a number of at most 64 bits")
        }
      case .fixed32, .fixed64:
        let width = field.wireType == .fixed32 ? 4 : 8
        guard unsafe last - cursor.next >= width else { throw cutShort(field) }
        unsafe cursor.next += width
      case .bytes:
        throw error(field, "cannot be packed")
      }
    }
  }

  /// An unknown field is still a field: whole, and of a known wire type.
  private func skip(
    _ wireType: WireType, _ number: UInt32, to end: UnsafePointer<UInt8>, _ cursor: inout Cursor
  ) throws(MalformedMessage) {
    let isWhole: Bool
    switch wireType {
    case .varint: isWhole = unsafe Self.varint(&cursor.next, end, bytesMax: 10) != nil
    case .fixed32, .fixed64:
      let width = wireType == .fixed32 ? 4 : 8
      isWhole = unsafe end - cursor.next >= width
      if isWhole { unsafe cursor.next += width }
    case .bytes:
      let length = unsafe Self.length(&cursor.next, end)
      isWhole = length != nil
      unsafe cursor.next += length ?? 0
    }
    guard isWhole else {
      throw MalformedMessage(field: "", reason: "field \(number) is cut short")
    }
  }

  /// A varint of at most `bytesMax` bytes and 64 bits; `nil` if it is none.
  @inline(__always)
  private static func varint(
    _ next: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, bytesMax: Int
  ) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    var count = 0
    while unsafe next < end, count < bytesMax {
      let byte = unsafe next.pointee
      unsafe next += 1
      count += 1
      // The tenth byte has one bit left.
      if count == 10, byte > 1 { return nil }
      value |= UInt64(byte & 0x7f) &<< shift
      if byte < 0x80 { return value }
      shift &+= 7
    }
    return nil
  }

  /// A length that fits what is left; `nil` otherwise.
  @inline(__always)
  private static func length(
    _ next: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> Int? {
    guard let length = unsafe varint(&next, end, bytesMax: 5),
      length <= UInt64(UInt32.max), unsafe Int(length) <= end - next
    else { return nil }
    return Int(length)
  }
}

// Words for what went wrong. Only here are strings made.
extension PreScan {
  private var tooManyFields: MalformedMessage {
    MalformedMessage(field: "", reason: "has more than \(rules.fieldsMax) fields")
  }

  private func fieldName(_ field: Field) -> String {
    let name = names[Int(field.name)]
    return String(name[(name.lastIndex(of: ".").map(name.index(after:)) ?? name.startIndex)...])
  }

  /// `reports[3]`: the element being read has been counted already.
  private func label(_ field: Field, _ counters: UnsafeMutableBufferPointer<UInt32>) -> String {
    guard field.isRepeated else { return fieldName(field) }
    return unsafe "\(fieldName(field))[\(counters[Int(field.counter)] &- 1)]"
  }

  private func error(_ field: Field, _ reason: String) -> MalformedMessage {
    MalformedMessage(field: fieldName(field), reason: reason)
  }

  private func error(_ label: String, _ field: Field) -> MalformedMessage {
    MalformedMessage(field: label, reason: sentences[Int(field.name)])
  }

  private func cutShort(_ field: Field) -> MalformedMessage { error(field, "is cut short") }

  private func tooMany(_ field: Field) -> MalformedMessage {
    error(field, "has more than \(field.countMax) elements")
  }

  private func missing(_ message: Message, _ seen: UInt64) -> MalformedMessage {
    let missing = message.required & ~seen
    for number in 0...Int(message.highest) {
      let field = unsafe fields[message.firstField + number]
      if field.number != 0, field.seenBit & missing != 0 { return error(fieldName(field), field) }
    }
    return MalformedMessage(field: "", reason: "lacks a field")
  }
}

// Compiling descriptors.
extension PreScan {
  @unsafe
  private struct Compiler {
    let rules: ScanRules
    var messages: [Message] = []
    var fields: [Field] = []
    var names: [String] = []
    var sentences: [String] = []
    var known: [UnsafePointer<ProtobufCMessageDescriptor>: Int] = unsafe [:]

    init(rules: ScanRules) { unsafe self.rules = rules }

    /// Index of the message, compiled when it is new.
    mutating func message(_ descriptor: UnsafePointer<ProtobufCMessageDescriptor>) -> Int {
      if let index = unsafe known[descriptor] { return index }
      let index = unsafe messages.count
      unsafe known[descriptor] = index
      let all = unsafe UnsafeBufferPointer(
        start: descriptor.pointee.fields, count: Int(descriptor.pointee.n_fields))
      let highest = unsafe all.last?.id ?? 0
      precondition(highest <= PreScan.highestNumber, "field numbers are sparse")
      var message = unsafe Message(firstField: fields.count, highest: highest)
      unsafe messages.append(message)
      unsafe fields.append(contentsOf: Array(repeating: Field(), count: Int(highest) + 1))

      let full = unsafe String(cString: descriptor.pointee.name)
      let package = unsafe String(cString: descriptor.pointee.package_name)
      let short = package.isEmpty ? full : String(full.dropFirst(package.utf8.count + 1))
      var bits = 0
      var bitOfOneof: [UInt32: UInt64] = [:]
      for place in all.indices {
        let source = unsafe all[place]
        var field = Field(number: unsafe source.id)
        let type = unsafe source.type
        field.wireType = unsafe Self.wireType(type)
        field.isMessage = type == PROTOBUF_C_TYPE_MESSAGE
        field.isText = type == PROTOBUF_C_TYPE_STRING
        field.isRepeated = unsafe source.label == PROTOBUF_C_LABEL_REPEATED
        let name = unsafe "\(short).\(String(cString: source.name))"
        field.name = UInt32(clamping: unsafe names.count)
        unsafe names.append(name)
        let rule = unsafe rules.fields[name] ?? FieldRule()
        unsafe sentences.append(rule.sentence)
        field.bytesMin = UInt32(clamping: rule.bytesMin)
        field.bytesMax = UInt32(clamping: rule.bytesMax ?? .max)
        field.text = rule.text
        if field.isRepeated {
          field.counter = UInt16(clamping: message.counters)
          message.counters += 1
          field.countMax = UInt32(clamping: rule.countMax ?? (unsafe rules.countMax))
        } else {
          let isOneof = unsafe source.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0
          if isOneof, let shared = bitOfOneof[unsafe source.quantifier_offset] {
            field.seenBit = shared
          } else {
            precondition(bits < 64, "more than 64 fields that are not repeated")
            field.seenBit = 1 << UInt64(bits)
            bits += 1
            if isOneof { bitOfOneof[unsafe source.quantifier_offset] = field.seenBit }
          }
          if rule.bytesMin > 0 { message.required |= field.seenBit }
        }
        if field.isMessage, let inner = unsafe source.descriptor {
          let index = unsafe self.message(
            inner.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
          field.message = UInt32(clamping: index)
        }
        unsafe fields[message.firstField + Int(field.number)] = field
      }
      unsafe messages[index] = message
      return index
    }

    static func wireType(_ type: ProtobufCType) -> WireType {
      switch type {
      case PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_FLOAT: .fixed32
      case PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_DOUBLE: .fixed64
      case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE: .bytes
      default: .varint
      }
    }
  }
}
