internal import CWindlassProto

/// Our files as a serialised google.protobuf.FileDescriptorSet, imported files first: what server
/// reflection hands out.
public let descriptorSet: [UInt8] = unsafe Array(
  UnsafeBufferPointer(
    start: windlass_v1_descriptor_set_bytes(), count: windlass_v1_descriptor_set_size))
