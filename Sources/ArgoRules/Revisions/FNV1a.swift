/// The 32-bit Fowler-Noll-Vo hash, variant 1a.
///
/// Source: draft-eastlake-fnv, section 2: offset basis 2166136261, prime 16777619.
public enum FNV1a {
  public static func hash32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    bytes.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
  }
}
