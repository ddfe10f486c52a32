public import RolloutCore

/// Pod-template hashes as a cluster would show them.
public enum PodHash {
  /// Kubernetes' alphabet for generated names: no vowels, nothing that looks like another.
  private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)

  /// The hash label of the ReplicaSet of a revision: FNV-1a of what the template would be, written
  /// as Kubernetes writes it. Equal contents have equal hashes in every cluster.
  public static func of(_ application: ApplicationName, digest: String) -> String {
    var hash: UInt32 = 2_166_136_261
    for byte in "\(application)\n\(digest)".utf8 {
      hash = (hash ^ UInt32(byte)) &* 16_777_619
    }
    let bytes = "\(hash)".utf8.map { alphabet[Int($0) % alphabet.count] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
