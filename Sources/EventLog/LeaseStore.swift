/// How long the holders of leases are still trusted. Claims and releases are events; what is here only
/// says whether a claim is still alive, so renewing never touches the log.
public protocol LeaseStore: Sendable {
  /// Records that the holder of an epoch is alive for `ttl` from now, by the server's clock.
  ///
  /// - Parameters:
  ///   - name: 1...255 bytes of printable ASCII, usually the lease's stream.
  ///   - epoch: the version of the claim in the lease's stream, 1 or more. A higher epoch takes over;
  ///     the same epoch renews only for the same holder.
  ///   - holder: 1...255 bytes of printable ASCII.
  ///   - ttl: more than zero, at most one day.
  func renewLease(
    _ name: String, epoch: UInt64, holder: String, ttl: Duration
  ) async throws(ReadError) -> LeaseRenewal

  /// Ends a lease at once, if that holder still has that epoch; otherwise nothing happens.
  func endLease(_ name: String, epoch: UInt64, holder: String) async throws(ReadError)

  /// What is recorded of a lease; `nil` if there never was one.
  func lease(_ name: String) async throws(ReadError) -> LeaseReading?
}
