/// The time zones an expression may name.
enum ZoneTable {
  /// A zone by its name in the IANA database, told apart by case; `nil` for one there is not.
  static func zone(named name: String) -> Moment.Zone? {
    switch name {
    case "", "UTC", "Local": return .utc
    default: return zones[Array(name.utf8)]
    }
  }

  private static let zones: [[UInt8]: Moment.Zone] = {
    var zones: [[UInt8]: Moment.Zone] = [:]
    var rule: ZoneRule?
    for line in rules.split(separator: "\n") {
      var words = line.split(separator: " ")[...]
      if !line.hasPrefix(" ") {
        let text = words.popFirst().map { String($0) } ?? ""
        rule = ZoneRule(text, since: words.popFirst().flatMap { Int64($0) } ?? .min)
      }
      guard let rule else { continue }
      for word in words {
        zones[Array(word.utf8)] = Moment.Zone(name: String(word), rule: rule)
      }
    }
    return zones
  }()
}
