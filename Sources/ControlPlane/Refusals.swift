import GRPC
import WindlassWire

extension RPCStatus {
  /// A request that cannot be read: names the field and the limit.
  init(_ error: WireError) {
    self.init(.invalidArgument, error.description)
  }
}

/// Who calls, as far as it is authenticated.
///
/// Nobody is, yet: the service listens on the loopback interface unless told otherwise.
let anonymous = "anonymous"
