/// The characters one step of a pattern accepts.
struct CharacterSet: Sendable {
  enum Member: Sendable {
    case range(UInt32, UInt32)
    case category(String, negated: Bool)
    /// A set within brackets: `\D`, `[:^alpha:]`.
    case allBut([Member])
  }

  var members: [Member] = []
  var negated = false
  var ignoresCase = false

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    if accepts(scalar) { return !negated }
    guard ignoresCase else { return negated }
    for other in Self.otherCases(of: scalar) where accepts(other) { return !negated }
    return negated
  }

  private func accepts(_ scalar: Unicode.Scalar) -> Bool {
    for member in members where Self.holds(member, scalar) { return true }
    return false
  }

  private static func holds(_ member: Member, _ scalar: Unicode.Scalar) -> Bool {
    switch member {
    case .range(let low, let high): return low <= scalar.value && scalar.value <= high
    case .category(let name, let negated): return isIn(name, scalar) != negated
    case .allBut(let members):
      for member in members where holds(member, scalar) { return false }
      return true
    }
  }

  private static func otherCases(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    var cases: [Unicode.Scalar] = []
    for mapping in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping] {
      if mapping.unicodeScalars.count == 1, let first = mapping.unicodeScalars.first,
        first != scalar
      {
        cases.append(first)
      }
    }
    switch scalar {
    case "k", "K": cases.append("\u{212a}")
    case "s", "S": cases.append("\u{17f}")
    case "\u{212a}": cases.append("K")
    case "\u{17f}": cases.append("s")
    default: break
    }
    return cases
  }

  /// Unicode general categories, by their one- or two-letter names.
  private static func isIn(_ name: String, _ scalar: Unicode.Scalar) -> Bool {
    if let ranges = scripts[name] {
      return ranges.contains { $0.contains(scalar.value) }
    }
    let own = code(of: scalar.properties.generalCategory)
    return name == "Any" || own == name || (name.utf8.count == 1 && own.hasPrefix(name))
  }

  static func isKnown(category: String) -> Bool {
    if scripts[category] != nil || category == "Any" { return true }
    return [
      "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc",
      "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C",
      "Cc", "Cf", "Cs", "Co",
    ].contains(category)
  }

  /// The scripts operators meet, by their main blocks; Swift's library has no script property.
  private static let scripts: [String: [ClosedRange<UInt32>]] = [
    "Latin": [
      0x41...0x5a, 0x61...0x7a, 0xaa...0xaa, 0xba...0xba, 0xc0...0xd6, 0xd8...0xf6, 0xf8...0x2b8,
      0x1e00...0x1eff, 0x2c60...0x2c7f, 0xa722...0xa787, 0xff21...0xff3a, 0xff41...0xff5a,
    ],
    "Greek": [
      0x370...0x373, 0x375...0x377, 0x37a...0x37d, 0x37f...0x3e1, 0x3f0...0x3ff, 0x1f00...0x1fff,
    ],
    "Cyrillic": [0x400...0x52f, 0x1c80...0x1c88, 0x2de0...0x2dff, 0xa640...0xa69f],
    "Hebrew": [0x591...0x5f4, 0xfb1d...0xfb4f],
    "Arabic": [0x600...0x604, 0x606...0x6ff, 0x750...0x77f, 0xfb50...0xfdff, 0xfe70...0xfefc],
    "Hiragana": [0x3041...0x3096, 0x309d...0x309f],
    "Katakana": [0x30a1...0x30fa, 0x30fd...0x30ff, 0x31f0...0x31ff, 0xff66...0xff9d],
    "Han": [
      0x2e80...0x2fd5, 0x3005...0x3007, 0x3021...0x3029, 0x3400...0x4dbf, 0x4e00...0x9fff,
      0x20000...0x323af,
    ],
    "Hangul": [0x1100...0x11ff, 0x3131...0x318e, 0xac00...0xd7a3],
  ]

  private static func code(of category: Unicode.GeneralCategory) -> String {
    switch category {
    case .uppercaseLetter: "Lu"
    case .lowercaseLetter: "Ll"
    case .titlecaseLetter: "Lt"
    case .modifierLetter: "Lm"
    case .otherLetter: "Lo"
    case .nonspacingMark: "Mn"
    case .spacingMark: "Mc"
    case .enclosingMark: "Me"
    case .decimalNumber: "Nd"
    case .letterNumber: "Nl"
    case .otherNumber: "No"
    case .connectorPunctuation: "Pc"
    case .dashPunctuation: "Pd"
    case .openPunctuation: "Ps"
    case .closePunctuation: "Pe"
    case .initialPunctuation: "Pi"
    case .finalPunctuation: "Pf"
    case .otherPunctuation: "Po"
    case .mathSymbol: "Sm"
    case .currencySymbol: "Sc"
    case .modifierSymbol: "Sk"
    case .otherSymbol: "So"
    case .spaceSeparator: "Zs"
    case .lineSeparator: "Zl"
    case .paragraphSeparator: "Zp"
    case .control: "Cc"
    case .format: "Cf"
    case .surrogate: "Cs"
    case .privateUse: "Co"
    case .unassigned: ""
    @unknown default: ""
    }
  }

  static let digits: [Member] = [.range(48, 57)]
  static let word: [Member] = [.range(48, 57), .range(65, 90), .range(95, 95), .range(97, 122)]
  static let blanks: [Member] = [.range(9, 10), .range(12, 13), .range(32, 32)]

  /// `[:alpha:]` and its kin, ASCII only.
  static func named(_ name: String) -> [Member]? {
    switch name {
    case "alnum": [.range(48, 57), .range(65, 90), .range(97, 122)]
    case "alpha": [.range(65, 90), .range(97, 122)]
    case "ascii": [.range(0, 127)]
    case "blank": [.range(9, 9), .range(32, 32)]
    case "cntrl": [.range(0, 31), .range(127, 127)]
    case "digit": digits
    case "graph": [.range(33, 126)]
    case "lower": [.range(97, 122)]
    case "print": [.range(32, 126)]
    case "punct": [.range(33, 47), .range(58, 64), .range(91, 96), .range(123, 126)]
    case "space": [.range(9, 13), .range(32, 32)]
    case "upper": [.range(65, 90)]
    case "word": word
    case "xdigit": [.range(48, 57), .range(65, 70), .range(97, 102)]
    default: nil
    }
  }
}
