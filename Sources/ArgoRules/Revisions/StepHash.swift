/// The hash of the step list that the status records, so that a changed list restarts an update.
///
/// Source: semantics 6.3. The text of the steps is hashed with 32-bit FNV-1a; the decimal digits of
/// the result are then written with an alphabet without vowels and look-alikes. An absent list and
/// an empty one differ (`null` against `[]`); blue-green has the empty hash.
public enum StepHash {
  private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)

  public static func of(_ strategy: ArgoStrategy) -> String {
    switch strategy {
    case .canary(let canary): of(encoded: StepEncoding.json(canary.steps).utf8)
    case .blueGreen: ""
    }
  }

  /// The hash of steps already encoded as the controller encodes them.
  public static func of(encoded bytes: some Sequence<UInt8>) -> String {
    let digits = String(FNV1a.hash32(bytes)).utf8
    return String(decoding: digits.map { alphabet[Int($0) % alphabet.count] }, as: UTF8.self)
  }

  /// The steps as JSON text, the input of the hash; `nil` for blue-green.
  public static func text(_ strategy: ArgoStrategy) -> String? {
    switch strategy {
    case .canary(let canary):
      String(decoding: StepEncoding.json(canary.steps).utf8, as: UTF8.self)
    case .blueGreen: nil
    }
  }
}
