internal import Synchronization

/// The request bytes that all connections of a server together may have waiting for their messages
/// to be complete; see ``GRPCLimits/serverBufferedRequestBytesMax``.
public final class RequestBudget: Sendable {
  private let bytesMax: Int
  private let taken = Atomic(0)

  public init(bytesMax: Int) { self.bytesMax = bytesMax }

  /// Bytes that wait now.
  public var bytesTaken: Int { taken.load(ordering: .relaxed) }

  /// False when there are too many. They are counted all the same, until they are given back.
  func take(_ bytes: Int) -> Bool {
    taken.wrappingAdd(bytes, ordering: .relaxed).newValue <= bytesMax
  }

  func give(_ bytes: Int) { taken.wrappingSubtract(bytes, ordering: .relaxed) }
}
