/// Foreign text in a message: quoted, at most 60 characters, and nothing a terminal could obey.
package func quoted(_ text: String) -> String {
  "\"\(printable(text, atMost: 60))\""
}

/// Foreign text with everything but visible ASCII escaped.
package func printable(_ text: String, atMost limit: Int) -> String {
  var result = ""
  for (index, scalar) in text.unicodeScalars.enumerated() {
    guard index < limit else { return result + "..." }
    result += (0x20...0x7E).contains(scalar.value) ? String(scalar) : scalar.escaped(asASCII: true)
  }
  return result
}
