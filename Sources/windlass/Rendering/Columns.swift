/// Lines of cells, padded so that columns align.
struct Columns {
  /// One cell: its text and, for a status, its mark.
  struct Cell: ExpressibleByStringInterpolation {
    var text: String
    var mark: Style.Mark?

    init(_ text: String, mark: Style.Mark? = nil) {
      self.text = text
      self.mark = mark
    }

    init(stringLiteral value: String) { self.init(value) }
  }

  private var rows: [[Cell]] = []

  init(titles: [String]) { rows.append(titles.map { Cell($0) }) }

  var isEmpty: Bool { rows.count <= 1 }

  mutating func add(_ row: [Cell]) { rows.append(row) }

  /// One string a line. Colours come after padding, so that they do not count.
  func lines(_ style: Style) -> [String] {
    var widths: [Int] = []
    let texts = rows.map { row in
      row.map { cell in cell.mark.map { "\(style.glyph($0)) \(cell.text)" } ?? cell.text }
    }
    for row in texts {
      for (index, text) in row.enumerated() {
        if index == widths.count { widths.append(0) }
        widths[index] = max(widths[index], text.count)
      }
    }
    return zip(rows, texts).map { row, texts in
      var line = ""
      // Padding between cells only: no line ends in spaces.
      var gap = 0
      for (index, text) in texts.enumerated() {
        if !text.isEmpty {
          line += String(repeating: " ", count: gap)
          line += row[index].mark.map { style.paint(text, as: $0) } ?? text
          gap = 0
        }
        gap += widths[index] - text.count + 2
      }
      return line
    }
  }
}
