internal import CWindlassProto
internal import RolloutCore

// What C structs hold -> values. The scan has seen to text; this sees to everything else.

@unsafe
func string(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
  guard let pointer = unsafe pointer else { return "" }
  return unsafe String(cString: pointer)
}

/// `nil` for the empty text.
@unsafe
func optionalString(_ pointer: UnsafeMutablePointer<CChar>?) -> String? {
  guard let pointer = unsafe pointer, unsafe pointer.pointee != 0 else { return nil }
  return unsafe String(cString: pointer)
}

@unsafe
func strings(
  _ count: Int, _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> [String] {
  guard let pointers = unsafe pointers else { return [] }
  return (0..<count).map { unsafe string(pointers[$0]) }
}

@unsafe
func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
  unsafe Array(UnsafeBufferPointer(start: data.data, count: data.len))
}

@unsafe
func numbers<Number>(_ count: Int, _ pointer: UnsafeMutablePointer<Number>?) -> [Number] {
  unsafe Array(UnsafeBufferPointer(start: pointer, count: pointer == nil ? 0 : count))
}

/// A number within `range`.
func number(
  _ value: some BinaryInteger, in range: ClosedRange<Int>, _ field: String
) throws(WireError) -> Int {
  guard let value = Int(exactly: value), range.contains(value) else {
    throw WireError(
      field: field, reason: "must be \(range.lowerBound) to \(range.upperBound)")
  }
  return value
}

/// An index that travels one higher, so that 0 means none.
func index(plusOne value: UInt32) -> Int? { value == 0 ? nil : Int(value) - 1 }

func logPosition(plusOne value: UInt64) -> LogPosition? {
  value == 0 ? nil : LogPosition(value - 1)
}

/// 0 means none.
func optionalMoment(_ microseconds: Int64) -> Timestamp? {
  microseconds == 0 ? nil : Timestamp(microseconds: microseconds)
}

func length(_ microseconds: Int64, _ field: String) throws(WireError) -> Interval {
  guard microseconds >= 0 else { throw WireError(field: field, reason: "must not be negative") }
  return Interval(microseconds: microseconds)
}

/// 0 means none.
func optionalLength(_ microseconds: Int64, _ field: String) throws(WireError) -> Interval? {
  let length = try length(microseconds, field)
  return microseconds == 0 ? nil : length
}

/// An event's or message's stable word: rules, kinds of facts.
func word<Word: RawRepresentable<String>>(
  _ text: String, _ field: String
) throws(WireError) -> Word {
  guard let word = Word(rawValue: text) else {
    throw WireError(field: field, reason: "is not a word this version knows")
  }
  return word
}
