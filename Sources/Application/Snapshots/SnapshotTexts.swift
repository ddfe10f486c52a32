/// Texts of a snapshot, each held once: the same reasons, principals and names stand in state after
/// state.
struct SnapshotTexts: Sendable {
  private(set) var all: [String] = []
  private var places: [String: Int] = [:]

  /// Writes where a text stands, 1, 2, 3 ...; or 0 and the text itself.
  mutating func write(_ text: String, _ writer: inout SnapshotWriter) {
    if let place = places[text] {
      // Swift calls texts equal that have other bytes, an accent being apart or not.
      guard all[place].utf8.elementsEqual(text.utf8) else {
        writer.put(0)
        writer.put(text.utf8)
        return
      }
      writer.put(UInt64(place) + 1)
      return
    }
    places[text] = all.count
    all.append(text)
    writer.put(UInt64(all.count))
  }
}
