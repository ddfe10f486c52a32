internal import NIOCore
internal import NIOSSL
internal import Synchronization

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// The TLS settings in force, made from files; replaced as a whole when the files change.
final class TLSContext: Sendable {
  private struct State {
    var context: NIOSSLContext
    /// The versions of the files last looked at, good or bad: a bad one is reported once.
    var stamps: [TLSFile.Stamp?]
  }

  /// What became of a look at the files.
  enum Reload: Equatable {
    case unchanged
    case replaced
    /// The new files are no good; what was loaded before stays in force.
    case refused(TLSError)
  }

  private let recipe: Recipe
  private let state: Mutex<State>

  /// Loads the files of a server.
  convenience init(_ tls: ServerTLS) throws(TLSError) {
    try self.init(
      Recipe(
        isServer: true, certificate: TLSFile(path: tls.certificateFile),
        key: TLSFile(path: tls.privateKeyFile), trust: tls.trustFile.map(TLSFile.init),
        clientCertificates: tls.clientCertificates, versionMin: tls.versionMin))
  }

  /// Loads the files of a client.
  convenience init(_ tls: ClientTLS) throws(TLSError) {
    if let file = tls.certificateFile, tls.privateKeyFile == nil {
      throw TLSError(file: file, reason: "is a client certificate without a private key file")
    }
    if let file = tls.privateKeyFile, tls.certificateFile == nil {
      throw TLSError(file: file, reason: "is a private key without a client certificate file")
    }
    try self.init(
      Recipe(
        isServer: false, certificate: tls.certificateFile.map(TLSFile.init),
        key: tls.privateKeyFile.map(TLSFile.init), trust: tls.trustFile.map(TLSFile.init),
        clientCertificates: .notAsked, versionMin: tls.versionMin))
  }

  private init(_ recipe: Recipe) throws(TLSError) {
    self.recipe = recipe
    let stamps = recipe.stamps
    state = Mutex(State(context: try recipe.make(), stamps: stamps))
  }

  var current: NIOSSLContext { state.withLock { $0.context } }

  /// Looks whether the files have changed and takes over what is good. Blocks for file access.
  func reload() -> Reload {
    let stamps = recipe.stamps
    let isNew = state.withLock { state in
      defer { state.stamps = stamps }
      return state.stamps != stamps
    }
    guard isNew else { return .unchanged }
    do throws(TLSError) {
      let context = try recipe.make()
      state.withLock { $0.context = context }
      return .replaced
    } catch {
      return .refused(error)
    }
  }
}

/// What a TLS context is made of.
private struct Recipe: Sendable {
  var isServer: Bool
  var certificate: TLSFile?
  var key: TLSFile?
  var trust: TLSFile?
  var clientCertificates: ServerTLS.ClientCertificates
  var versionMin: TLSVersionMin

  var stamps: [TLSFile.Stamp?] { [certificate, key, trust].map { $0?.stamp } }

  func make() throws(TLSError) -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    if let certificate, let key {
      let (chain, privateKey) = try pair(certificate, key)
      if isServer {
        configuration = .makeServerConfiguration(certificateChain: chain, privateKey: privateKey)
      } else {
        configuration.certificateChain = chain
        configuration.privateKey = privateKey
      }
    }
    if let trust { configuration.trustRoots = .certificates(try certificates(in: trust)) }
    if isServer {
      configuration.certificateVerification =
        switch clientCertificates {
        case .notAsked: .none
        case .requested: .optionalVerification
        case .required: .noHostnameVerification
        }
    }
    configuration.minimumTLSVersion =
      switch versionMin {
      case .tls12: .tlsv12
      case .tls13: .tlsv13
      }
    // Of TLS 1.2 only what has forward secrecy and authenticated encryption (RFC 9113 §9.2.2).
    configuration.cipherSuiteValues = [
      .TLS_AES_128_GCM_SHA256, .TLS_AES_256_GCM_SHA384, .TLS_CHACHA20_POLY1305_SHA256,
      .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
      .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
      .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
      .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]
    configuration.curves = [.x25519_MLKEM768, .x25519, .secp256r1, .secp384r1]
    configuration.renegotiationSupport = .none
    configuration.applicationProtocols = ["h2"]
    configuration.shutdownTimeout = .seconds(2)
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      // All parts were read and understood; what is left is that they do not fit together.
      guard let certificate, let key else {
        throw TLSError(file: trust?.path ?? "system trust store", reason: "\(error)")
      }
      throw key.refuse("does not belong to the first certificate in \(certificate.path)")
    }
  }

  private func pair(
    _ certificate: TLSFile, _ key: TLSFile
  ) throws(TLSError) -> ([NIOSSLCertificateSource], NIOSSLPrivateKeySource) {
    let chain = try certificates(in: certificate)
    if let leaf = chain.first, leaf.notValidAfter < time(nil) {
      throw certificate.refuse("the first certificate has expired")
    }
    if let weakness = chain.first.flatMap(CertificateStrength.weakness(of:)) {
      throw certificate.refuse("the first certificate \(weakness)")
    }
    let bytes = try key.read()
    do {
      let privateKey = try NIOSSLPrivateKey(bytes: bytes, format: .pem)
      return (chain.map { .certificate($0) }, .privateKey(privateKey))
    } catch {
      throw key.refuse("holds no unencrypted PEM private key")
    }
  }

  private func certificates(in file: TLSFile) throws(TLSError) -> [NIOSSLCertificate] {
    let bytes = try file.read()
    var certificates: [NIOSSLCertificate] = []
    do {
      certificates = try NIOSSLCertificate.fromPEMBytes(bytes)
    } catch {
      throw file.refuse("holds no PEM certificate")
    }
    guard !certificates.isEmpty else { throw file.refuse("holds no PEM certificate") }
    return certificates
  }
}
