internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

// Pods by number or by share, and numbers and lengths whose absence says something.

/// Pods that one rollout may have.
let podsRange = 0...100_000

extension PodBound: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__pod_bound__init)

  init(wire m: Windlass__V1__PodBound) throws(WireError) {
    self =
      unsafe m.percent != 0
      ? .percent(try number(m.value, in: 0...100, "value"))
      : .pods(try number(m.value, in: podsRange, "value"))
  }

  func packed(in arena: Arena) -> Windlass__V1__PodBound {
    switch self {
    case .pods(let pods):
      unsafe Windlass__V1__PodBound(
        base: Self.wireType.base, value: UInt32(clamping: pods), percent: 0)
    case .percent(let percent):
      unsafe Windlass__V1__PodBound(
        base: Self.wireType.base, value: UInt32(clamping: percent), percent: 1)
    }
  }
}

extension Canary.ProgressThreshold: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__pod_bound__init)

  init(wire m: Windlass__V1__PodBound) throws(WireError) {
    switch try unsafe PodBound(wire: m) {
    case .pods(let pods): self = .pods(pods)
    case .percent(let percent): self = .percent(percent)
    }
  }

  func packed(in arena: Arena) -> Windlass__V1__PodBound {
    switch self {
    case .pods(let pods): unsafe PodBound.pods(pods).packed(in: arena)
    case .percent(let percent): unsafe PodBound.percent(percent).packed(in: arena)
    }
  }
}

/// A length of time that is given, 0 included.
struct GivenLength: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__length__init)
  var interval: Interval

  init?(_ interval: Interval?) {
    guard let interval else { return nil }
    self.interval = interval
  }

  init(wire m: Windlass__V1__Length) throws(WireError) {
    interval = try unsafe length(m.microseconds, "microseconds")
  }

  func packed(in arena: Arena) -> Windlass__V1__Length {
    unsafe Windlass__V1__Length(base: Self.wireType.base, microseconds: interval.microseconds)
  }
}

/// A number that is given, 0 included.
struct GivenCount: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__count__init)
  var value: Int

  init?(_ value: Int?) {
    guard let value else { return nil }
    self.value = value
  }

  init(wire m: Windlass__V1__Count) throws(WireError) {
    value = unsafe Int(m.value)
  }

  func packed(in arena: Arena) -> Windlass__V1__Count {
    unsafe Windlass__V1__Count(base: Self.wireType.base, value: Int64(value))
  }

  /// The number behind `pointer`, within `range`; `nil` when none is given.
  @unsafe
  static func optional(
    _ pointer: UnsafeMutablePointer<Struct>?, in range: ClosedRange<Int>, _ field: String
  ) throws(WireError) -> Int? {
    guard let count = try unsafe optional(pointer, field) else { return nil }
    return try number(count.value, in: range, field)
  }
}

extension PodCounts: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__pod_counts__init)

  init(wire m: Windlass__V1__PodCounts) throws(WireError) {
    unsafe self.init(
      desired: try Pods.required(m.desired, "desired"),
      stable: try Pods.optional(m.stable, "stable") ?? .none,
      others: try Pods.optional(m.others, "others") ?? .none)
  }

  func packed(in arena: Arena) -> Windlass__V1__PodCounts {
    unsafe Windlass__V1__PodCounts(
      base: Self.wireType.base, desired: arena.pointer(desired),
      stable: stable == .none ? nil : arena.pointer(stable),
      others: others == .none ? nil : arena.pointer(others))
  }
}

extension PodCounts.Pods: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__pod_counts__pods__init)

  /// A cluster may have more for a while than its rollout asks for.
  private static let range = 0...1_000_000

  init(wire m: Windlass__V1__PodCounts__Pods) throws(WireError) {
    unsafe self.init(
      requested: try number(m.requested, in: Self.range, "requested"),
      created: try number(m.created, in: Self.range, "created"),
      ready: try number(m.ready, in: Self.range, "ready"),
      available: try number(m.available, in: Self.range, "available"))
  }

  func packed(in arena: Arena) -> Windlass__V1__PodCounts__Pods {
    unsafe Windlass__V1__PodCounts__Pods(
      base: Self.wireType.base, requested: UInt32(clamping: requested),
      created: UInt32(clamping: created), ready: UInt32(clamping: ready),
      available: UInt32(clamping: available))
  }
}

extension ServicesSeen: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__services_seen__init)

  init(wire m: Windlass__V1__ServicesSeen) throws(WireError) {
    unsafe self.init(
      active: RevisionNumber(optional: m.active), preview: RevisionNumber(optional: m.preview))
  }

  func packed(in arena: Arena) -> Windlass__V1__ServicesSeen {
    unsafe Windlass__V1__ServicesSeen(
      base: Self.wireType.base, active: active.wire, preview: preview.wire)
  }
}

/// Traffic for a revision; what all of it is, a strategy says for itself.
let weightRange = 0...1_000_000_000

/// Whether a router confirmed a weight; `nil`: it cannot tell.
func weightCheck(_ check: Windlass__V1__WeightCheck) throws(WireError) -> Bool? {
  switch check {
  case WINDLASS__V1__WEIGHT_CHECK__WEIGHT_CHECK_UNSPECIFIED: nil
  case WINDLASS__V1__WEIGHT_CHECK__WEIGHT_VERIFIED: true
  case WINDLASS__V1__WEIGHT_CHECK__WEIGHT_UNVERIFIED: false
  default: throw WireError(field: "check", reason: "is not a check this version knows")
  }
}

func weightCheck(of verified: Bool?) -> Windlass__V1__WeightCheck {
  switch verified {
  case nil: WINDLASS__V1__WEIGHT_CHECK__WEIGHT_CHECK_UNSPECIFIED
  case true?: WINDLASS__V1__WEIGHT_CHECK__WEIGHT_VERIFIED
  case false?: WINDLASS__V1__WEIGHT_CHECK__WEIGHT_UNVERIFIED
  }
}
