// Names are coded as their text and refused as strictly when read as when they came from outside:
// what a snapshot holds is looked up, compared and written into stream names.

extension ApplicationName: Codable {
  public init(from decoder: any Decoder) throws {
    try self.init(validating: try decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

extension ClusterName: Codable {
  public init(from decoder: any Decoder) throws {
    try self.init(validating: try decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

extension ReleaseID: Codable {
  public init(from decoder: any Decoder) throws {
    try self.init(validating: try decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
