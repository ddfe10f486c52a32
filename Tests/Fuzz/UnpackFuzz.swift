internal import CProtobufC

@testable internal import Protobuf

/// The scan, then protobuf-c. What the scan lets pass is read, or too large for its arena: anything
/// else that protobuf-c refuses is a hole in the scan. Texts are as long as their bytes said.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let bytes = unsafe UnsafeBufferPointer(start: start + 1, count: count - 1)
  let scan = unsafe start.pointee % 2 == 0 ? strict : lenient
  do throws(MalformedMessage) {
    let texts = try unsafe NodeMessage.shared.type.unpack(Span(_unsafeElements: bytes), scan) {
      node in
      unsafe textBytes(node, depth: 1)
    }
    precondition(texts <= bytes.count)
  } catch {
    precondition(error.reason != "is malformed")
    precondition(!error.reason.isEmpty)
  }
  return 0
}

/// Bytes of all texts in a node and those below it, every one of them read.
private func textBytes(_ node: Node, depth: Int) -> Int {
  precondition(depth <= 16)
  var sum = unsafe node.name.map { unsafe String(validatingCString: $0)?.utf8.count ?? .min } ?? 0
  unsafe sum += UnsafeBufferPointer(start: node.blob.data, count: node.blob.len).count
  if unsafe node.choiceCase == 8,
    let word = unsafe UnsafePointer<CChar>(bitPattern: UInt(node.choice))
  {
    unsafe sum += String(validatingCString: word)?.utf8.count ?? .min
  }
  for index in 0..<(unsafe node.childCount) {
    guard let child = unsafe node.children?[index] else { preconditionFailure("no child") }
    unsafe sum += textBytes(child.pointee, depth: depth + 1)
  }
  var checksum: UInt32 = 0
  for index in 0..<(unsafe node.weightCount) { unsafe checksum ^= node.weights?[index] ?? 0 }
  for index in 0..<(unsafe node.markCount) { unsafe checksum ^= node.marks?[index] ?? 0 }
  return checksum == 0x5EED_5EED ? sum &+ 0 : sum
}

private let strict = unsafe PreScan(
  NodeMessage.shared.type,
  ScanRules(
    fields: [
      "Node.name": .line(0...64), "Node.word": .free(1...64), "Node.weights": .count(20),
      "Node.marks": .count(20), "Node.children": .count(10),
    ], countMax: 20, fieldsMax: 200, refusesUnknownFields: true))
private let lenient = unsafe PreScan(
  NodeMessage.shared.type,
  ScanRules(countMax: 100_000, fieldsMax: 100_000, refusesUnknownFields: false))
