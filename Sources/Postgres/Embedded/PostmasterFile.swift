import Glibc

/// `postmaster.pid`: what a running server says about itself.
struct PostmasterFile {
  var id: pid_t
  var socketDirectory: String
  /// Whether it takes connections; otherwise it starts, recovers or stops.
  var isReady: Bool

  /// `nil` if there is none, or it is not complete yet.
  init?(in dataDirectory: String) {
    guard let text = Files.read("\(dataDirectory)/postmaster.pid") else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 5, let id = pid_t(lines[0]) else { return nil }
    self.id = id
    socketDirectory = String(lines[4])
    isReady = lines.count >= 8 && lines[7].hasPrefix("ready")
  }
}
