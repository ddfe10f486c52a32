/// The flags of `windlassd serve`, as its source, its documentation and the compose file have them.
enum ServeFlags {
  /// Long names without dashes, of every `@Option` and `@Flag` of a command.
  static func declared(in source: String) -> Set<String> {
    var flags: Set<String> = []
    for part in source.split(separator: /@(?:Option|Flag)\(/, omittingEmptySubsequences: false)
      .dropFirst()
    {
      if let custom = part.firstMatch(of: /^[^@]*?customLong\("([a-z-]+)"\)/) {
        flags.insert(String(custom.1))
      } else if let variable = part.firstMatch(of: /\bvar (\w+)/.wordBoundaryKind(.simple)) {
        flags.insert(kebab(variable.1))
      }
    }
    return flags
  }

  /// Those in the first cells of the table of docs/operating.md.
  static func documented(in page: String) -> Set<String> {
    Set(page.matches(of: /(?m)^\| `--(?:\[no-\])?([a-z-]+)/).map { String($0.1) })
  }

  /// Names of environment variables in the same table.
  static func documentedVariables(in page: String) -> Set<String> {
    Set(page.matches(of: /`(WINDLASS_[A-Z_]+)` \|/).map { String($0.1) })
  }

  private static func kebab(_ name: Substring) -> String {
    name.reduce(into: "") { text, character in
      if character.isUppercase {
        text += "-" + character.lowercased()
      } else {
        text.append(character)
      }
    }
  }
}
