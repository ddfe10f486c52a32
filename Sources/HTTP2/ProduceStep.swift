/// What follows the payload that `produce` wrote.
public enum ProduceStep: Sendable {
  /// More may follow at once: ask again when the transport can take it.
  case more
  /// Nothing more now: ask again after `resume`.
  case later
  /// This payload ends the stream.
  case end
  /// This payload is the last; trailers have been submitted and end the stream.
  case endBeforeTrailers
  /// The stream cannot go on: reset it.
  case reset
}
