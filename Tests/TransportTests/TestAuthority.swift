import Foundation
import Transport

/// A certificate authority of its own in a directory of its own, made with the openssl program.
struct TestAuthority {
  struct Failed: Error, CustomStringConvertible {
    var description: String
  }

  let directory: String
  let name: String

  /// PEM of the authority's certificate.
  var file: String { "\(directory)/\(name).pem" }

  init(_ name: String = "authority") throws {
    self.name = name
    directory = NSTemporaryDirectory() + "windlass-tls-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    try run(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
      "2", "-subj", "/CN=\(name)", "-keyout", "\(directory)/\(name).key", "-out", file, "-addext",
      "basicConstraints=critical,CA:true", "-addext", "keyUsage=critical,keyCertSign")
  }

  /// An authority vouched for by this one, in the same directory.
  init(_ name: String, under parent: TestAuthority) throws {
    self.name = name
    directory = parent.directory
    try run(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
      "2", "-subj", "/CN=\(name)", "-keyout", "\(directory)/\(name).key", "-out", file, "-CA",
      parent.file, "-CAkey", "\(directory)/\(parent.name).key", "-addext",
      "basicConstraints=critical,CA:true", "-addext", "keyUsage=critical,keyCertSign")
  }

  func remove() { try? FileManager.default.removeItem(atPath: directory) }

  /// A certificate file and a key file.
  func issue(
    _ name: String, names: String = "DNS:localhost,IP:127.0.0.1", chain: [TestAuthority] = []
  ) throws -> (certificate: String, key: String) {
    let files = ("\(directory)/\(name).crt", "\(directory)/\(name).key")
    try run(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
      "2", "-subj", "/CN=\(name)", "-keyout", files.1, "-out", files.0, "-CA", file, "-CAkey",
      "\(directory)/\(self.name).key", "-addext", "basicConstraints=critical,CA:false", "-addext",
      "keyUsage=critical,digitalSignature", "-addext", "subjectAltName=\(names)")
    var pem = try String(contentsOfFile: files.0, encoding: .utf8)
    for authority in chain { pem += try String(contentsOfFile: authority.file, encoding: .utf8) }
    try pem.write(toFile: files.0, atomically: true, encoding: .utf8)
    return files
  }

  /// A server's settings with a new certificate.
  func server(_ name: String = "server") throws -> ServerTLS {
    let files = try issue(name)
    return ServerTLS(certificateFile: files.certificate, privateKeyFile: files.key)
  }

  /// A client's settings: trusts this authority and, if asked for, has a certificate of it.
  func client(_ name: String? = nil) throws -> ClientTLS {
    var tls = ClientTLS()
    tls.trustFile = file
    if let name {
      let files = try issue(name)
      tls.certificateFile = files.certificate
      tls.privateKeyFile = files.key
    }
    return tls
  }

  /// The DER bytes of the first certificate in a PEM file.
  static func der(_ file: String) throws -> [UInt8] {
    let pem = try String(contentsOfFile: file, encoding: .utf8)
    let lines = pem.split(separator: "\n").prefix { !$0.hasPrefix("-----END") }
    guard let data = Data(base64Encoded: lines.dropFirst().joined()) else {
      throw Failed(description: "no PEM in \(file)")
    }
    return Array(data)
  }

  private func run(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let text = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed(description: String(decoding: text, as: UTF8.self))
    }
  }
}
