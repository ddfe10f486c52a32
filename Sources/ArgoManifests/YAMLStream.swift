/// The documents of a file one by one, each within the bounds of ``ManifestLimits`` by itself: a
/// stream may be larger than a manifest, and one broken document does not hide the others.
public struct YAMLStream: Sendable {
  /// One document that was read.
  public struct Document: Sendable {
    public var root: YAMLNode
    /// The document's own text.
    public var bytes: [UInt8]
    /// Lines of the file before the document's first.
    public var linesBefore: Int
  }

  /// In the order of the file; empty ones are left out.
  public private(set) var documents: [Document] = []
  /// Documents that could not be read, and why.
  public private(set) var problems: [ManifestIssue] = []

  /// Reads a file of any size in time linear in its bytes.
  ///
  /// - Parameters:
  ///   - file: UTF-8 YAML; each document at most 1 MiB.
  ///   - isWanted: asked for each document as soon as it is read; what is not wanted is not kept.
  public init(_ file: SourceFile, keeping isWanted: (YAMLNode) -> Bool = { _ in true }) {
    let name = printable(file.name, atMost: ManifestLimits.fileNameBytes)
    for piece in Self.pieces(of: file.bytes) {
      let bytes = Array(file.bytes[piece.range])
      do {
        var roots: [YAMLNode] = []
        try NodeBuilder.read(bytes, linesBefore: piece.linesBefore) { roots.append($0) }
        for root in roots where isWanted(root) {
          documents.append(Document(root: root, bytes: bytes, linesBefore: piece.linesBefore))
        }
      } catch {
        problems.append(
          ManifestIssue(
            location: SourceLocation(file: name, line: piece.linesBefore + error.line),
            field: "yaml", reason: error.reason))
      }
    }
  }

  /// The stretches of a file between document markers. `---` at the start of a line is a marker
  /// wherever it stands, also within quoted text and block text. (YAML 1.2.2 §9.1.2)
  private static func pieces(of bytes: [UInt8]) -> [(range: Range<Int>, linesBefore: Int)] {
    var pieces: [(range: Range<Int>, linesBefore: Int)] = []
    var (start, startLine, line) = (0, 0, 0)
    // Directives and comments before a marker belong to the document after it.
    var hasContent = false
    var lineStart = 0
    while lineStart < bytes.count {
      let lineEnd = bytes[lineStart...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let text = bytes[lineStart..<lineEnd]
      let isMarker =
        text.starts(with: "---".utf8)
        && (text.count == 3 || " \t\r".utf8.contains(text[lineStart + 3]))
      if isMarker && hasContent {
        pieces.append((start..<lineStart, startLine))
        (start, startLine, hasContent) = (lineStart, line, false)
      }
      let first = text.first { !" \t\r".utf8.contains($0) }
      switch first {
      case nil, UInt8(ascii: "#")?: break
      case UInt8(ascii: "%")? where text.first == UInt8(ascii: "%") && !hasContent: break
      default: hasContent = true
      }
      line += 1
      lineStart = lineEnd + 1
    }
    if start < bytes.count { pieces.append((start..<bytes.count, startLine)) }
    return pieces
  }
}
