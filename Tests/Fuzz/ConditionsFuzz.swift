/// The first line is the success condition, the second the failure condition, the rest the result
/// as JSON. Whatever they are, an answer comes back: no trap, no hang, no leak.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: bytes, count: count)
  let text = String(decoding: input, as: UTF8.self)
  let parts = text.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
  let success = String(parts.first ?? "")
  let failure = parts.count > 1 ? String(parts[1]) : ""
  var result = Value.null
  if parts.count > 2 {
    do { result = try Value(json: String(parts[2])) } catch { result = .string(String(parts[2])) }
  }
  let assessment = assess(
    success: success, failure: failure, result: result, now: Moment(seconds: 1_800_000_000))
  // Told or not, an error names a place inside its source.
  precondition(assessment.phase == .error || assessment.error == nil)
  return 0
}
