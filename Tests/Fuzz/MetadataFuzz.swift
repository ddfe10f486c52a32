internal import HTTP2

@testable internal import GRPC

/// Lines of `name: value` as header fields of a request, and each value as whatever else may stand
/// there: a timeout, base64, a percent-encoded message, status details. What is read back after
/// writing is what was written; nothing traps.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  var head = RequestHead()
  var metadata = RequestMetadata()
  for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
    let colon = line.dropFirst().firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    let name = Array(line[..<colon])
    let value = Array(line[colon...].dropFirst(2))
    head.read(name: name.span, value: value.span, methods: methods, metadata: &metadata)
    check(value)
    let text = String(decoding: name, as: UTF8.self)
    _ = metadata.text(text)
    precondition(metadata.texts(text).count <= metadata.count)
    for decoded in metadata.binary(text) {
      let written = Base64.encode(decoded)
      precondition(Base64.decode(written[...]) == decoded)
    }
    _ = MetadataName.isFree(text)
  }
  precondition(head.timeout.map { $0 >= 0 } ?? true)
  return 0
}

private func check(_ value: [UInt8]) {
  if let nanoseconds = GRPCTimeout.nanoseconds(value.span) {
    // Written anew it is no shorter, and no more than one unit of its size longer.
    let text = Array(GRPCTimeout.text(nanoseconds: nanoseconds).utf8)
    guard let again = GRPCTimeout.nanoseconds(text.span) else { preconditionFailure("not read") }
    precondition(again >= nanoseconds || again == .max)
    precondition((2...9).contains(value.count))
  }
  let message = PercentEncoding.decode(value)
  let encoded = PercentEncoding.encode(message, bytesMax: .max)
  precondition(encoded.allSatisfy { (0x20...0x7E).contains($0) })
  precondition(PercentEncoding.decode(encoded) == message)
  precondition(PercentEncoding.encode(message).count <= 2_048)
  if let details = StatusDetails(serialised: value) {
    let status = RPCStatus(.aborted, "x", details: details)
    precondition(status.details.count <= StatusDetails.bytesMax + 4_096)
    precondition(status.readDetails != nil)
  }
}

private let methods = MethodTable([.unary("/f.F/U", requestBytesMax: 10) { _, _ in }])
