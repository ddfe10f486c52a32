/// For whom a command is sent, as the environment says. Kept beside the authenticated principal
/// and never trusted.
enum ClaimedActor {
  static let bytesMax = 256

  /// The person who started the pipeline, else the person at the terminal, else nobody.
  static func from(_ environment: [String: String]) -> String {
    let names = [
      "GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILDKITE_BUILD_CREATOR_EMAIL", "CIRCLE_USERNAME",
      "BUILD_REQUESTEDFOREMAIL", "BUILD_USER_ID", "USER", "LOGNAME",
    ]
    let text = names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    let clean = SafeText.line(text)
    return clean.utf8.count <= bytesMax ? clean : ""
  }
}
