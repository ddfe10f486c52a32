internal import RolloutCore

/// A name whose type says what it may be made of.
protocol Named {
  var text: String { get }
  init(validating text: String) throws(InvalidName)
}

extension ApplicationName: Named {}
extension ClusterName: Named {}
extension ReleaseID: Named {}

extension Named {
  init(wire text: String, _ field: String) throws(WireError) {
    do {
      try self.init(validating: text)
    } catch {
      throw WireError(field: field, reason: error.rule)
    }
  }

  /// `nil` for the empty text.
  static func optional(_ text: String, _ field: String) throws(WireError) -> Self? {
    text.isEmpty ? nil : try Self(wire: text, field)
  }
}

extension Optional where Wrapped: Named {
  /// Empty for none.
  var wire: String { self?.text ?? "" }
}

extension ClusterSelector.Label {
  /// 1...63 bytes of `A-Z a-z 0-9 . _ / -`
  static func isKey(_ text: String) -> Bool {
    (1...63).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "/"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
