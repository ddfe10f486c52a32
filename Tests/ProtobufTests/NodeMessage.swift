import CProtobufC
import Protobuf

/// A message made by hand, recursive as none of ours is:
///
///     message Node {
///       repeated Node children = 1;
///       string name = 2;
///       repeated fixed32 weights = 3;
///       uint64 count = 4;
///       bytes blob = 5;
///       repeated uint32 marks = 6;
///       oneof choice {
///         uint32 number = 7;
///         string word = 8;
///       }
///     }
@unsafe
struct Node {
  var base: ProtobufCMessage
  var childCount: Int
  var children: UnsafeMutablePointer<UnsafeMutablePointer<Node>?>?
  var name: UnsafeMutablePointer<CChar>?
  var weightCount: Int
  var weights: UnsafeMutablePointer<UInt32>?
  var count: UInt64 = 0
  var blob = unsafe ProtobufCBinaryData(len: 0, data: nil)
  var markCount = 0
  var marks: UnsafeMutablePointer<UInt32>?
  /// Which member of `choice` is set, by its number.
  var choiceCase: UInt32 = 0
  /// A C union: the number, or a pointer to the word.
  var choice: UInt64 = 0
}

@safe
struct NodeMessage: @unchecked Sendable {
  static let shared = NodeMessage()

  /// Lives as long as the tests.
  private let descriptor: UnsafeMutablePointer<ProtobufCMessageDescriptor>
  let type: MessageType<Node>

  private init() {
    let descriptor = UnsafeMutablePointer<ProtobufCMessageDescriptor>.allocate(capacity: 1)
    unsafe descriptor.initialize(to: ProtobufCMessageDescriptor())
    let fields = UnsafeMutablePointer<ProtobufCFieldDescriptor>.allocate(capacity: 8)
    unsafe fields.initialize(repeating: ProtobufCFieldDescriptor(), count: 8)
    unsafe Self.fill(
      &fields[0], "children", 1, PROTOBUF_C_LABEL_REPEATED, PROTOBUF_C_TYPE_MESSAGE,
      at: MemoryLayout<Node>.offset(of: \.children),
      counted: MemoryLayout<Node>.offset(of: \.childCount))
    unsafe fields[0].descriptor = UnsafeRawPointer(descriptor)
    unsafe Self.fill(
      &fields[1], "name", 2, PROTOBUF_C_LABEL_NONE, PROTOBUF_C_TYPE_STRING,
      at: MemoryLayout<Node>.offset(of: \.name), counted: 0)
    unsafe Self.fill(
      &fields[2], "weights", 3, PROTOBUF_C_LABEL_REPEATED, PROTOBUF_C_TYPE_FIXED32,
      at: MemoryLayout<Node>.offset(of: \.weights),
      counted: MemoryLayout<Node>.offset(of: \.weightCount))
    unsafe Self.fill(
      &fields[3], "count", 4, PROTOBUF_C_LABEL_NONE, PROTOBUF_C_TYPE_UINT64,
      at: MemoryLayout<Node>.offset(of: \.count), counted: 0)
    unsafe Self.fill(
      &fields[4], "blob", 5, PROTOBUF_C_LABEL_NONE, PROTOBUF_C_TYPE_BYTES,
      at: MemoryLayout<Node>.offset(of: \.blob), counted: 0)
    unsafe Self.fill(
      &fields[5], "marks", 6, PROTOBUF_C_LABEL_REPEATED, PROTOBUF_C_TYPE_UINT32,
      at: MemoryLayout<Node>.offset(of: \.marks),
      counted: MemoryLayout<Node>.offset(of: \.markCount))
    for (index, name, type) in [
      (6, "number", PROTOBUF_C_TYPE_UINT32), (7, "word", PROTOBUF_C_TYPE_STRING),
    ] {
      unsafe Self.fill(
        &fields[index], name, UInt32(index + 1), PROTOBUF_C_LABEL_NONE, type,
        at: MemoryLayout<Node>.offset(of: \.choice),
        counted: MemoryLayout<Node>.offset(of: \.choiceCase))
      unsafe fields[index].flags = PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue
    }
    let ranges = UnsafeMutablePointer<ProtobufCIntRange>.allocate(capacity: 2)
    unsafe ranges.initialize(to: ProtobufCIntRange(start_value: 1, orig_index: 0))
    unsafe (ranges + 1).initialize(to: ProtobufCIntRange(start_value: 0, orig_index: 8))
    unsafe descriptor.pointee.magic = 0x28aa_eef9
    unsafe descriptor.pointee.name = Self.keep("test.Node")
    unsafe descriptor.pointee.package_name = Self.keep("test")
    unsafe descriptor.pointee.sizeof_message = MemoryLayout<Node>.size
    unsafe descriptor.pointee.n_fields = 8
    unsafe descriptor.pointee.fields = UnsafePointer(fields)
    unsafe descriptor.pointee.n_field_ranges = 1
    unsafe descriptor.pointee.field_ranges = UnsafePointer(ranges)
    unsafe self.descriptor = unsafe descriptor
    unsafe type = MessageType { node in
      guard let node = unsafe node else { return }
      unsafe node.initialize(
        to: Node(
          base: ProtobufCMessage(
            descriptor: UnsafePointer(descriptor), n_unknown_fields: 0, unknown_fields: nil),
          childCount: 0, children: nil, name: nil, weightCount: 0, weights: nil))
    }
  }

  private static func fill(
    _ field: inout ProtobufCFieldDescriptor, _ name: String, _ number: UInt32,
    _ label: ProtobufCLabel, _ type: ProtobufCType, at offset: Int?, counted: Int?
  ) {
    unsafe field.name = keep(name)
    unsafe field.id = number
    unsafe field.label = label
    unsafe field.type = type
    unsafe field.offset = UInt32(offset ?? 0)
    unsafe field.quantifier_offset = UInt32(counted ?? 0)
  }

  private static func keep(_ text: String) -> UnsafePointer<CChar> {
    let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: text.utf8.count + 1)
    _ = unsafe copy.initialize(from: text.utf8CString)
    return unsafe UnsafePointer(
      copy.baseAddress ?? UnsafeMutablePointer<CChar>.allocate(capacity: 1))
  }
}
