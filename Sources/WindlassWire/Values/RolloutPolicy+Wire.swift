internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

extension RolloutPolicy: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__rollout_policy__init)

  init(wire m: Windlass__V1__RolloutPolicy) throws(WireError) {
    unsafe self.init(
      // Made of what clusters' names are made of.
      name: try ClusterName(wire: string(m.name), "name").text,
      clusters: try ClusterSelector.optional(m.clusters, "clusters") ?? .all,
      window: try RollbackWindow.optional(m.window, "window"),
      emergency: try EmergencyRule.optional(m.emergency, "emergency"),
      watch: try WatchRule.optional(m.watch, "watch"),
      evidence: try EvidenceRule.optional(m.evidence, "evidence"))
  }

  func packed(in arena: Arena) -> Windlass__V1__RolloutPolicy {
    unsafe Windlass__V1__RolloutPolicy(
      base: Self.wireType.base, name: arena.string(name), clusters: arena.pointer(clusters),
      window: arena.pointer(window), emergency: arena.pointer(emergency),
      watch: arena.pointer(watch), evidence: arena.pointer(evidence))
  }
}

extension EmergencyRule: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__emergency_rule__init)

  init(wire m: Windlass__V1__EmergencyRule) throws(WireError) {
    unsafe self.init(
      allowedOutsideWindow: m.allowed_outside_window != 0,
      verificationDeadline: try optionalLength(
        m.verification_deadline_microseconds, "verification_deadline_microseconds")
        ?? .seconds(24 * 3_600))
  }

  func packed(in arena: Arena) -> Windlass__V1__EmergencyRule {
    unsafe Windlass__V1__EmergencyRule(
      base: Self.wireType.base, allowed_outside_window: flag(allowedOutsideWindow),
      verification_deadline_microseconds: verificationDeadline.microseconds)
  }
}

extension WatchRule: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__watch_rule__init)

  init(wire m: Windlass__V1__WatchRule) throws(WireError) {
    guard
      let duration = try unsafe optionalLength(m.duration_microseconds, "duration_microseconds")
    else {
      throw WireError(field: "duration_microseconds", reason: "must be 1 or more")
    }
    unsafe self.init(
      duration: duration,
      onFailure: try Reaction.optional(m.on_failure, "on_failure") ?? .record)
  }

  func packed(in arena: Arena) -> Windlass__V1__WatchRule {
    unsafe Windlass__V1__WatchRule(
      base: Self.wireType.base, duration_microseconds: duration.microseconds,
      on_failure: onFailure.wire)
  }
}

extension EvidenceRule: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__evidence_rule__init)

  init(wire m: Windlass__V1__EvidenceRule) throws(WireError) {
    let standard = Self.standard
    unsafe self.init(
      appearance: try optionalLength(m.appearance_microseconds, "appearance_microseconds")
        ?? standard.appearance,
      objectsMax: m.objects_max == 0 ? standard.objectsMax : Int(m.objects_max))
  }

  func packed(in arena: Arena) -> Windlass__V1__EvidenceRule {
    unsafe Windlass__V1__EvidenceRule(
      base: Self.wireType.base, appearance_microseconds: appearance.microseconds,
      objects_max: UInt32(clamping: objectsMax))
  }
}

extension ClusterSelector: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__cluster_selector__init)

  init(wire m: Windlass__V1__ClusterSelector) throws(WireError) {
    let texts = unsafe strings(m.n_names, m.names)
    var names: [ClusterName] = []
    names.reserveCapacity(texts.count)
    for (index, text) in texts.enumerated() {
      names.append(try ClusterName(wire: text, "names[\(index)]"))
    }
    unsafe self.init(names: names, labels: try Label.sorted(m.n_labels, m.labels))
  }

  func packed(in arena: Arena) -> Windlass__V1__ClusterSelector {
    unsafe Windlass__V1__ClusterSelector(
      base: Self.wireType.base, n_names: names.count,
      names: arena.array(names) { name in unsafe arena.string(name.text) },
      n_labels: labels.count, labels: arena.list(labels))
  }
}

extension ClusterSelector.Label: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__label__init)

  init(wire m: Windlass__V1__Label) throws(WireError) {
    unsafe self.init(string(m.key), string(m.value))
    guard Self.isKey(key) else {
      throw WireError(field: "key", reason: "must be 1 to 63 of A-Z, a-z, 0-9 and . _ / -")
    }
  }

  func packed(in arena: Arena) -> Windlass__V1__Label {
    unsafe Windlass__V1__Label(
      base: Self.wireType.base, key: arena.string(key), value: arena.string(value))
  }

  /// Labels sorted by key, each key once.
  @unsafe
  static func sorted(
    _ count: Int, _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<Struct>?>?
  ) throws(WireError) -> [Self] {
    let labels = try unsafe list(count, pointers, "labels")
      .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    for (label, next) in zip(labels, labels.dropFirst()) where label.key == next.key {
      throw WireError(field: "labels", reason: "has \(label.key) twice")
    }
    return labels
  }
}

extension ClusterRegistration: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__cluster_registration__init)

  init(wire m: Windlass__V1__ClusterRegistration) throws(WireError) {
    unsafe self.init(
      mode: try Mode.optional(m.mode, "mode") ?? .observe,
      labels: try ClusterSelector.Label.sorted(m.n_labels, m.labels),
      controllerVersion: string(m.controller_version))
  }

  func packed(in arena: Arena) -> Windlass__V1__ClusterRegistration {
    unsafe Windlass__V1__ClusterRegistration(
      base: Self.wireType.base, mode: mode.wire, n_labels: labels.count,
      labels: arena.list(labels), controller_version: arena.string(controllerVersion))
  }
}
