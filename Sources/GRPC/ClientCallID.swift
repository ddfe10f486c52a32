/// Names one call of a ``ClientConnection``; never used again on the same connection.
public struct ClientCallID: Hashable, Sendable {
  let slot: Int
  let stream: Int32
}
