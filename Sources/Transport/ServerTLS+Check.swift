extension ServerTLS {
  /// Reads the files and says what is wrong with them, if anything: before there is a server.
  /// Blocks for file access.
  public func check() throws(TLSError) { _ = try TLSContext(self) }
}

extension ClientTLS {
  /// Reads the files and says what is wrong with them, if anything: before there is a connection.
  /// Blocks for file access.
  public func check() throws(TLSError) { _ = try TLSContext(self) }
}
