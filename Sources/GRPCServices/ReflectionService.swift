public import GRPC
internal import HTTP2

/// The methods of server reflection, `v1` and `v1alpha`: the same messages under two names.
public struct ReflectionService: Sendable {
  private static let requestBytesMax = 4_096
  private static let names = [
    "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
  ]

  private let index: DescriptorIndex

  /// - Parameter descriptorSets: serialised `FileDescriptorSet` messages, made with imports
  ///   included. The standard services' own descriptors are added.
  public init(descriptorSets: [[UInt8]]) throws(ReflectionError) {
    do throws(ProtoReader.Malformed) {
      index = try DescriptorIndex(descriptorSets + [StandardDescriptors.bytes])
    } catch {
      throw ReflectionError()
    }
  }

  /// Full names of all services that reflection knows.
  public var serviceNames: [String] { index.services }

  public var methods: [MethodDefinition] {
    Self.names.map { name in
      .bidirectional(
        "/\(name)/ServerReflectionInfo", requestBytesMax: Self.requestBytesMax
      ) { [self] dialogue in
        DialogueHandlers(
          message: { request in
            guard let answer = answer([UInt8](copying: request)) else {
              dialogue.end(
                RPCStatus(.invalidArgument, "request: not a ServerReflectionRequest"))
              return
            }
            dialogue.send(answer)
          },
          halfClose: { dialogue.end(.ok) })
      }
    }
  }

  private enum Question {
    case none
    case file(String)
    case symbol(String)
    case `extension`(type: String, number: UInt64)
    case extensionNumbers(String)
    case services
  }

  /// The serialised answer, or `nil` when the request is malformed.
  func answer(_ request: [UInt8]) -> [UInt8]? {
    var host: [UInt8] = []
    var question = Question.none
    do throws(ProtoReader.Malformed) {
      var reader = ProtoReader(request)
      while let (number, value) = try reader.next() {
        guard case .bytes(let range) = value else { continue }
        switch number {
        case 1: host = Array(try reader.text(range).utf8)
        case 3: question = .file(try reader.text(range))
        case 4: question = .symbol(try reader.text(range))
        case 5: question = try Self.extensionQuestion(request, range)
        case 6: question = .extensionNumbers(try reader.text(range))
        case 7: question = .services
        default: break
        }
      }
    } catch {
      return nil
    }
    var writer = ProtoWriter()
    if !host.isEmpty { writer.field(1, host) }
    writer.field(2, request)
    writeAnswer(to: question, &writer)
    return writer.bytes
  }

  private static func extensionQuestion(
    _ request: [UInt8], _ range: Range<Int>
  ) throws(ProtoReader.Malformed) -> Question {
    var type = ""
    var extensionNumber: UInt64 = 0
    var reader = ProtoReader(request, range)
    while let (number, value) = try reader.next() {
      switch (number, value) {
      case (1, .bytes(let range)): type = try reader.text(range)
      case (2, .varint(let number)): extensionNumber = number
      default: break
      }
    }
    return .extension(type: type, number: extensionNumber)
  }

  private func writeAnswer(to question: Question, _ writer: inout ProtoWriter) {
    switch question {
    case .none: Self.refuse(.invalidArgument, "message_request is not set", &writer)
    case .file(let name):
      Self.write(index.closure(ofFile: name), "file not found: \(name)", &writer)
    case .symbol(let symbol):
      Self.write(index.closure(ofSymbol: symbol), "symbol not found: \(symbol)", &writer)
    case .extension(let type, let number):
      Self.write(
        index.closure(ofExtension: number, of: type),
        "extension not found: \(number) of \(type)", &writer)
    case .extensionNumbers(let type):
      guard let numbers = index.extensionNumbers(of: type) else {
        Self.refuse(.notFound, "type not found: \(type)", &writer)
        return
      }
      var answer = ProtoWriter()
      answer.field(1, type.utf8)
      for number in numbers { answer.varint(2, number) }
      writer.field(5, answer.bytes)
    case .services:
      var list = ProtoWriter()
      for name in index.services {
        var service = ProtoWriter()
        service.field(1, name.utf8)
        list.field(1, service.bytes)
      }
      writer.field(6, list.bytes)
    }
  }

  private static func write(
    _ files: [DescriptorIndex.File]?, _ otherwise: String, _ writer: inout ProtoWriter
  ) {
    guard let files else {
      refuse(.notFound, otherwise, &writer)
      return
    }
    var answer = ProtoWriter()
    for file in files { answer.field(1, file.bytes) }
    writer.field(4, answer.bytes)
  }

  private static func refuse(_ code: RPCCode, _ message: String, _ writer: inout ProtoWriter) {
    var answer = ProtoWriter()
    answer.varint(1, UInt64(code.rawValue))
    answer.field(2, message.utf8)
    writer.field(7, answer.bytes)
  }
}
