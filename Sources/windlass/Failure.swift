/// Why a command ends without its result: an exit status and what to do about it.
struct Failure: Error, Equatable {
  var status: Ending
  /// A sentence or a few, for a person; may hold text from the server, which is stripped when
  /// printed.
  var message: String

  init(_ status: Ending, _ message: String) {
    self.status = status
    self.message = message
  }
}
