/// What to do about a connection that failed for a reason of TLS.
enum TLSHint {
  /// What stands in the transport's message, in BoringSSL's words, and what mends it.
  private static let known: [(words: [String], advice: String)] = [
    (
      ["CERTIFICATE_VERIFY_FAILED", "unable to get local issuer"],
      "The service's certificate is not vouched for by an authority known here: name the "
        + "authority's file with --ca or WINDLASS_CA."
    ),
    (
      ["failedToValidateHostname"],
      "The service's certificate is for another name: use that name in --server, or give it by "
        + "--server-name or WINDLASS_SERVER_NAME."
    ),
    (
      // Where the service is quick to hang up, its reason is lost on the way.
      ["CERTIFICATE_REQUIRED", "HANDSHAKE_FAILURE", "was lost", "reset by peer"],
      "Where the service asks for client certificates, give one that it knows with --cert and "
        + "--cert-key, or WINDLASS_CERT and WINDLASS_CERT_KEY."
    ),
    (
      ["ALERT_UNKNOWN_CA", "ALERT_BAD_CERTIFICATE", "ALERT_CERTIFICATE", "ALERT_UNSUPPORTED_CERT"],
      "The service does not take the certificate of --cert: ask its operator which authority may "
        + "vouch for clients."
    ),
    (
      ["WRONG_VERSION_NUMBER"],
      "The service seems to speak cleartext: name it with http:// in --server."
    ),
  ]

  /// A sentence, or `nil` when this is nothing known of TLS.
  static func text(for detail: String, server: String) -> String? {
    guard server.contains("https://") else { return nil }
    return known.first { $0.words.contains(where: { detail.contains($0) }) }?.advice
  }
}
