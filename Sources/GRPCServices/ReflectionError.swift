/// A descriptor set given to ``ReflectionService`` is not well-formed.
public struct ReflectionError: Error, Equatable, CustomStringConvertible {
  public var description: String { "a descriptor set is not a serialised FileDescriptorSet" }
}
