/// What is known of the other objects in the given files: replica counts, and selectors of services.
struct Workloads {
  struct Key: Hashable {
    var kind: String
    var namespace: String?
    var name: String
  }

  private var counts: [Key: Int64] = [:]
  private var bare: Set<Key> = []

  mutating func add(_ key: Key, replicas: Int64) { counts[key] = replicas }

  mutating func addServiceWithoutSelector(_ key: Key) { bare.insert(key) }

  func isServiceWithoutSelector(_ key: Key) -> Bool { bare.contains(key) }

  func replicas(_ key: Key) -> Int64? { counts[key] }
}
