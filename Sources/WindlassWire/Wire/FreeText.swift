/// Text from programs that do not know our limits, made to fit them.
public enum FreeText {
  /// The longest free text of a message, in bytes.
  public static let bytesMax = 2_048

  /// `text` as a message may carry it: control characters but newline and tab become spaces, and
  /// what is longer than `bytesMax` is cut between characters, with ` ...` at the end.
  ///
  /// - Parameter bytesMax: at least 4.
  public static func fitting(_ text: String, bytesMax: Int = bytesMax) -> String {
    var result = String.UnicodeScalarView()
    var bytes = 0
    // The last place where the mark of a cut would still fit.
    var cut = result.endIndex
    for scalar in text.unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control
      let kept = isControl && scalar != "\n" && scalar != "\t" ? " " : scalar
      bytes += UTF8.width(kept)
      if bytes > bytesMax {
        return String(result[..<cut]) + " ..."
      }
      result.append(kept)
      if bytes <= bytesMax - 4 { cut = result.endIndex }
    }
    return String(result)
  }
}
