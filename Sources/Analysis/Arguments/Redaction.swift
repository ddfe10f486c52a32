/// Secrets taken out of texts that people get to see.
public struct Redaction: Sendable {
  private let secrets: [String]

  /// - Parameter secrets: contents of secret arguments; empty ones are ignored.
  public init(secrets: some Sequence<String>) {
    // Longer ones first, so that none is left over in parts because another is inside it.
    self.secrets = Set(secrets).filter { !$0.isEmpty }
      .sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
  }

  /// The text with `*****` in place of each secret.
  public func callAsFunction(_ text: String) -> String {
    var bytes = Array(text.utf8)
    for secret in secrets {
      let sought = Array(secret.utf8)
      guard bytes.count >= sought.count else { continue }
      var result: [UInt8] = []
      var index = 0
      while index < bytes.count {
        if bytes[index...].starts(with: sought) {
          result += "*****".utf8
          index += sought.count
        } else {
          result.append(bytes[index])
          index += 1
        }
      }
      bytes = result
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
