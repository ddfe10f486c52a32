import RolloutCore

/// Reads a `RolloutPolicy`. Unlike in Argo's kinds, an unknown or empty field is refused: a misspelt
/// selector or limit would quietly widen a window.
struct PolicyReader {
  let document: Field
  let log: ReadLog

  /// - Returns: `nil` if anything about it was refused.
  func policy() -> PolicyManifest? {
    allow(["apiVersion", "kind", "metadata", "spec"], in: document)
    let metadata = document["metadata"]
    allow(["name", "labels", "annotations"], in: metadata, emptyAllowed: true)
    let spec = document["spec"]
    if !spec.isWritten { log.refuse(spec, "is missing") }
    allow(
      ["applications", "clusters", "rollbackWindow", "emergency", "watch", "evidence"], in: spec)
    let name = name(metadata["name"])
    let applications = applications(spec["applications"])
    let clusters = clusters(spec["clusters"])
    let parts = ["rollbackWindow", "emergency", "watch", "evidence"].filter { spec[$0].isWritten }
    if parts.isEmpty {
      log.refuse(
        spec["rollbackWindow"],
        "is missing, and so are emergency, watch and evidence: the policy says nothing")
    }
    let window = window(spec["rollbackWindow"])
    let emergency = emergency(spec["emergency"])
    let watch = watch(spec["watch"])
    let evidence = evidence(spec["evidence"])
    let read = [window != nil, emergency != nil, watch != nil, evidence != nil].filter { $0 }.count
    guard let name, let applications, let clusters, !parts.isEmpty, read == parts.count else {
      return nil
    }
    return PolicyManifest(
      policy: RolloutPolicy(
        name: name, clusters: clusters, window: window, emergency: emergency, watch: watch,
        evidence: evidence),
      applications: applications, location: document.location)
  }

  /// `{outsideWindow: allow | refuse, verificationDeadline: 24h}`
  private func emergency(_ field: Field) -> EmergencyRule? {
    guard field.isWritten else { return nil }
    allow(["outsideWindow", "verificationDeadline"], in: field)
    guard let word = field["outsideWindow"].requiredText(atMost: 16, log) else { return nil }
    guard ["allow", "refuse"].contains(word) else {
      log.refuse(field["outsideWindow"], "must be allow or refuse, is \(quoted(word))")
      return nil
    }
    let written = field["verificationDeadline"]
    let deadline = duration(written)
    guard deadline != nil || !written.isWritten else { return nil }
    var rule = EmergencyRule(allowedOutsideWindow: word == "allow")
    if let deadline { rule.verificationDeadline = deadline }
    return rule
  }

  /// `{duration: 1h, onFailure: record | rollback}`
  private func watch(_ field: Field) -> WatchRule? {
    guard field.isWritten else { return nil }
    allow(["duration", "onFailure"], in: field)
    guard field["duration"].isWritten else {
      log.refuse(field["duration"], "is missing")
      return nil
    }
    let reaction = choice(field["onFailure"], WatchRule.Reaction.self)
    guard let duration = duration(field["duration"]),
      reaction != nil || !field["onFailure"].isWritten
    else { return nil }
    return WatchRule(duration: duration, onFailure: reaction ?? .record)
  }

  /// `{appearance: 5m, objectsMax: 10}`
  private func evidence(_ field: Field) -> EvidenceRule? {
    guard field.isWritten else { return nil }
    allow(["appearance", "objectsMax"], in: field)
    let (appearance, most) = (field["appearance"], field["objectsMax"])
    guard appearance.isWritten || most.isWritten else {
      log.refuse(field, "must have appearance, objectsMax or both")
      return nil
    }
    var rule = EvidenceRule.standard
    if appearance.isWritten {
      guard let duration = duration(appearance) else { return nil }
      rule.appearance = duration
    }
    if most.isWritten {
      guard let count = most.integer(in: 1...10_000, log) else { return nil }
      rule.objectsMax = count
    }
    return rule
  }

  /// Refuses members that are not known, and those with nothing behind the colon.
  private func allow(_ known: [String], in field: Field, emptyAllowed: Bool = false) {
    for (key, member) in field.entries(log) {
      if !known.contains(key) {
        log.refuse(member, "is no known field; known are \(known.joined(separator: ", "))")
      } else if member.isAbsent && !emptyAllowed {
        log.refuse(member, "is empty; give a value or leave it out")
      }
    }
  }

  private func name(_ field: Field) -> String? {
    guard let text = field.requiredText(atMost: 63, log) else { return nil }
    do {
      // A policy is named by the same rule as a cluster.
      return try ClusterName(validating: text).text
    } catch {
      log.refuse(field, "\(error.rule), is \(quoted(text))")
      return nil
    }
  }

  private func applications(_ field: Field) -> [ApplicationName]? {
    list(
      field, atMost: ManifestLimits.applications, all: "every application",
      ApplicationName.init(validating:))
  }

  private func clusters(_ field: Field) -> ClusterSelector? {
    guard field.isWritten else { return .all }
    allow(["names", "matchLabels"], in: field)
    if field.content == .mapping([]) {
      log.refuse(field, "selects nothing; leave it out for every cluster")
      return nil
    }
    let names: [ClusterName]? = list(
      field["names"], atMost: ManifestLimits.clusterNames, all: "every cluster",
      ClusterName.init(validating:))
    guard let names, let labels = labels(field["matchLabels"]) else { return nil }
    return ClusterSelector(names: names, labels: labels)
  }

  /// Names, each once; empty only where the field is not there at all.
  private func list<Name: Hashable>(
    _ field: Field, atMost most: Int, all: String, _ make: (String) throws(InvalidName) -> Name
  ) -> [Name]? {
    guard field.isWritten else { return [] }
    guard field.content != .sequence([]) else {
      log.refuse(field, "names nothing; leave it out for \(all)")
      return nil
    }
    let items = field.items(atMost: most, log)
    var names: [Name] = []
    var seen: Set<Name> = []
    for item in items {
      guard let text = item.requiredText(atMost: ManifestLimits.nameBytes, log) else { continue }
      do {
        let name = try make(text)
        if seen.insert(name).inserted {
          names.append(name)
        } else {
          log.refuse(item, "is named twice: \(quoted(text))")
        }
      } catch {
        log.refuse(item, "\(error.rule), is \(quoted(text))")
      }
    }
    return names.isEmpty || names.count != items.count ? nil : names
  }

  private func labels(_ field: Field) -> [ClusterSelector.Label]? {
    guard field.isWritten else { return [] }
    let entries = field.entries(log)
    guard (1...ManifestLimits.clusterLabels).contains(entries.count) else {
      if case .mapping = field.content {
        log.refuse(
          field, "must have 1 to \(ManifestLimits.clusterLabels) labels, has \(entries.count)")
      }
      return nil
    }
    var labels: [ClusterSelector.Label] = []
    for (key, member) in entries {
      guard Self.isLabelText(key) else {
        log.refuse(member, "has a key that is not 1 to 63 of A-Z, a-z, 0-9 and . _ / -")
        continue
      }
      guard let value = member.requiredText(atMost: 63, log) else { continue }
      guard Self.isLabelText(value) else {
        log.refuse(member, "must be 1 to 63 of A-Z, a-z, 0-9 and . _ / -, is \(quoted(value))")
        continue
      }
      labels.append(.init(key, value))
    }
    guard labels.count == entries.count else { return nil }
    return labels.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }

  private static func isLabelText(_ text: String) -> Bool {
    (1...63).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "/"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  private func window(_ field: Field) -> RollbackWindow? {
    guard field.isWritten else { return nil }
    allow(["revisions", "duration", "counting", "match", "requireStable"], in: field)
    let revisions = field["revisions"].integer(in: 1...Int(Int32.max), log)
    let duration = duration(field["duration"])
    let counting = choice(field["counting"], RollbackWindow.Counting.self) ?? .attempted
    let match = choice(field["match"], RollbackWindow.Match.self) ?? .all
    let requireStable = field["requireStable"].bool(log) ?? true
    guard field["revisions"].isWritten || field["duration"].isWritten else {
      log.refuse(field, "must have revisions, duration or both")
      return nil
    }
    guard revisions != nil || field["revisions"].isAbsent,
      duration != nil || field["duration"].isAbsent
    else { return nil }
    return RollbackWindow(
      revisions: revisions, duration: duration, counting: counting, match: match,
      requireStable: requireStable)
  }

  private func duration(_ field: Field) -> Interval? {
    do {
      switch field.content {
      case .null: return nil
      case .integer(let seconds): return try DurationText.seconds(seconds)
      case .text(let text): return try DurationText.parse(text, days: true)
      case .bool, .number, .sequence, .mapping:
        log.refuse(field, "must be a duration such as 24h, is \(field.content.kind)")
      }
    } catch {
      log.refuse(field, error.reason)
    }
    return nil
  }

  private func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ field: Field, _ type: Choice.Type
  ) -> Choice? {
    guard let text = field.text(atMost: 32, log) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    log.refuse(field, "must be one of \(known), is \(quoted(text))")
    return nil
  }
}
