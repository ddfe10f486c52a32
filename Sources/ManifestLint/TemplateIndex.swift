import ArgoManifests

/// The templates of all files.
struct TemplateIndex {
  private(set) var entries: [TemplateEntry] = []
  private var places: [TemplateEntry.Key: Int] = [:]
  private var byName: [TemplateEntry.Key: Int] = [:]

  mutating func add(_ entry: TemplateEntry) {
    if places[entry.key] == nil { places[entry.key] = entries.count }
    var loose = entry.key
    loose.namespace = nil
    if byName[loose] == nil { byName[loose] = entries.count }
    entries.append(entry)
  }

  /// A template of a namespace. Where a manifest leaves the namespace open, whoever applies it
  /// decides, so that matches any.
  func find(_ name: String, namespace: String?, isClusterScoped: Bool) -> Int? {
    var key = TemplateEntry.Key(
      namespace: isClusterScoped ? nil : namespace, name: name, isClusterScoped: isClusterScoped)
    if let found = places[key] { return found }
    key.namespace = nil
    if isClusterScoped || namespace == nil { return byName[key] }
    return places[key]
  }
}
