/// Where everything declared in some `.proto` files is found, from their serialised descriptors.
struct DescriptorIndex: Sendable {
  struct File: Sendable {
    var name = ""
    var bytes: [UInt8] = []
    var dependencies: [String] = []
  }

  private(set) var files: [File] = []
  /// Full names of all services, sorted.
  private(set) var services: [String] = []
  private var fileByName: [String: Int] = [:]
  private var fileBySymbol: [String: Int] = [:]
  private var fileByExtension: [String: [UInt64: Int]] = [:]

  /// - Parameter sets: serialised `FileDescriptorSet` messages. A file that is in several counts
  ///   once. Throws when a set is not well-formed protobuf.
  init(_ sets: [[UInt8]]) throws(ProtoReader.Malformed) {
    for set in sets {
      var reader = ProtoReader(set)
      while let (number, value) = try reader.next() {
        guard number == 1, case .bytes(let range) = value else { continue }
        try add(Array(set[range]))
      }
    }
    services.sort()
  }

  /// A file by its name, with everything it needs, the file itself first.
  func closure(ofFile name: String) -> [File]? {
    fileByName[name].map(closure)
  }

  /// The file that declares a symbol, with everything it needs.
  func closure(ofSymbol symbol: String) -> [File]? {
    fileBySymbol[symbol].map(closure)
  }

  func closure(ofExtension number: UInt64, of type: String) -> [File]? {
    fileByExtension[type]?[number].map(closure)
  }

  /// Numbers of all known extensions of a message type, or `nil` for an unknown type.
  func extensionNumbers(of type: String) -> [UInt64]? {
    guard fileBySymbol[type] != nil else { return nil }
    return fileByExtension[type]?.keys.sorted() ?? []
  }

  private func closure(_ start: Int) -> [File] {
    var order = [start]
    var seen: Set<Int> = [start]
    var next = 0
    while next < order.count {
      for name in files[order[next]].dependencies {
        if let index = fileByName[name], seen.insert(index).inserted { order.append(index) }
      }
      next += 1
    }
    return order.map { files[$0] }
  }

  // Field numbers: google/protobuf/descriptor.proto.

  private mutating func add(_ bytes: [UInt8]) throws(ProtoReader.Malformed) {
    var file = File()
    file.bytes = bytes
    var package = ""
    var reader = ProtoReader(bytes)
    while let (number, value) = try reader.next() {
      guard case .bytes(let range) = value else { continue }
      switch number {
      case 1: file.name = try reader.text(range)
      case 2: package = try reader.text(range)
      case 3: file.dependencies.append(try reader.text(range))
      default: break
      }
    }
    guard fileByName[file.name] == nil else { return }
    let index = files.count
    files.append(file)
    fileByName[file.name] = index
    reader = ProtoReader(bytes)
    while let (number, value) = try reader.next() {
      guard case .bytes(let range) = value else { continue }
      switch number {
      case 4: try addMessage(bytes, range, scope: package, index)
      case 5: try addEnum(bytes, range, scope: package, index)
      case 6:
        let name = try addNamed(bytes, range, scope: package, members: 2, index)
        services.append(name)
      case 7: try addExtension(bytes, range, scope: package, index)
      default: break
      }
    }
  }

  /// Descriptors come from our own build, so nesting is as deep as somebody wrote it.
  private mutating func addMessage(
    _ bytes: [UInt8], _ range: Range<Int>, scope: String, _ index: Int
  ) throws(ProtoReader.Malformed) {
    let name = try addNamed(bytes, range, scope: scope, members: 2, index)
    var reader = ProtoReader(bytes, range)
    while let (number, value) = try reader.next() {
      guard case .bytes(let range) = value else { continue }
      switch number {
      case 3: try addMessage(bytes, range, scope: name, index)
      case 4: try addEnum(bytes, range, scope: name, index)
      case 6: try addExtension(bytes, range, scope: name, index)
      case 8: _ = try addNamed(bytes, range, scope: name, members: nil, index)
      default: break
      }
    }
  }

  /// Values of an enum are named in the scope around it, as in C++.
  private mutating func addEnum(
    _ bytes: [UInt8], _ range: Range<Int>, scope: String, _ index: Int
  ) throws(ProtoReader.Malformed) {
    let name = try addNamed(bytes, range, scope: scope, members: 2, index)
    var reader = ProtoReader(bytes, range)
    while let (number, value) = try reader.next() {
      guard number == 2, case .bytes(let range) = value else { continue }
      _ = try addNamed(bytes, range, scope: scope, members: nil, index)
    }
    fileBySymbol[name] = index
  }

  private mutating func addExtension(
    _ bytes: [UInt8], _ range: Range<Int>, scope: String, _ index: Int
  ) throws(ProtoReader.Malformed) {
    _ = try addNamed(bytes, range, scope: scope, members: nil, index)
    var type = ""
    var extensionNumber: UInt64 = 0
    var reader = ProtoReader(bytes, range)
    while let (number, value) = try reader.next() {
      switch (number, value) {
      case (2, .bytes(let range)): type = try reader.text(range)
      case (3, .varint(let number)): extensionNumber = number
      default: break
      }
    }
    if type.hasPrefix(".") { type.removeFirst() }
    fileByExtension[type, default: [:]][extensionNumber] = index
  }

  /// Declares the name (field 1) of a descriptor, and the names of its members, if it has any.
  private mutating func addNamed(
    _ bytes: [UInt8], _ range: Range<Int>, scope: String, members: UInt64?, _ index: Int
  ) throws(ProtoReader.Malformed) -> String {
    var name = ""
    var reader = ProtoReader(bytes, range)
    while let (number, value) = try reader.next() {
      if number == 1, case .bytes(let range) = value { name = try reader.text(range) }
    }
    let fullName = scope.isEmpty ? name : "\(scope).\(name)"
    fileBySymbol[fullName] = index
    guard let members else { return fullName }
    reader = ProtoReader(bytes, range)
    while let (number, value) = try reader.next() {
      guard number == members, case .bytes(let range) = value else { continue }
      _ = try addNamed(bytes, range, scope: fullName, members: nil, index)
    }
    return fullName
  }
}
