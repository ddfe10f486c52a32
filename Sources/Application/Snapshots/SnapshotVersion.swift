internal import Crypto

/// Which states a snapshot holds, and how they came about.
///
/// A snapshot of any other version is passed over and the log is folded from its start. Nobody has to
/// remember to raise a number: the version is made of two digests, which a test computes anew.
enum SnapshotVersion {
  /// Of every type, property, case and value type that a snapshot can hold.
  static let layout = "752a96769b4f59a4"
  /// Of what a log of every kind of event folds to.
  static let folding = "068ed3dca0a25105"

  static let current = Array(SHA256.hash(data: Array("\(layout) \(folding)".utf8)))
}
