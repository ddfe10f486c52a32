internal import CWindlassProto
internal import Protobuf
internal import RolloutCore

extension Revision: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__revision__init)

  init(wire m: Windlass__V1__Revision) throws(WireError) {
    unsafe self.init(
      number: try RevisionNumber(required: m.number, "number"),
      release: try ReleaseID(wire: string(m.release), "release"), digest: string(m.digest),
      images: strings(m.n_images, m.images))
  }

  func packed(in arena: Arena) -> Windlass__V1__Revision {
    unsafe Windlass__V1__Revision(
      base: Self.wireType.base, number: number.value, release: arena.string(release.text),
      digest: arena.string(digest), n_images: images.count, images: arena.strings(images))
  }
}

extension RevisionContent: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__revision_content__init)

  /// From outside, so its digest is looked at; a stored ``Revision`` is as it was registered.
  init(wire m: Windlass__V1__RevisionContent) throws(WireError) {
    unsafe self.init(
      release: try ReleaseID(wire: string(m.release), "release"), digest: string(m.digest),
      images: strings(m.n_images, m.images))
    guard Self.isDigest(digest) else {
      throw WireError(
        field: "digest", reason: "must be 1 to 128 bytes of hex, with or without sha256: before")
    }
  }

  private static func isDigest(_ text: String) -> Bool {
    let hex = text.utf8.dropFirst(text.utf8.starts(with: "sha256:".utf8) ? 7 : 0)
    return !hex.isEmpty && text.utf8.count <= 128
      && hex.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
          UInt8(ascii: "A")...UInt8(ascii: "F"):
          true
        default: false
        }
      }
  }

  func packed(in arena: Arena) -> Windlass__V1__RevisionContent {
    unsafe Windlass__V1__RevisionContent(
      base: Self.wireType.base, release: arena.string(release.text),
      digest: arena.string(digest), n_images: images.count, images: arena.strings(images))
  }
}

extension LocalRevision: @unsafe Packed {
  static let wireType = unsafe MessageType(windlass__v1__local_revision__init)

  init(wire m: Windlass__V1__LocalRevision) throws(WireError) {
    unsafe self.init(
      podHash: string(m.pod_hash), argoRevision: m.argo_revision == 0 ? nil : Int(m.argo_revision))
  }

  func packed(in arena: Arena) -> Windlass__V1__LocalRevision {
    unsafe Windlass__V1__LocalRevision(
      base: Self.wireType.base, pod_hash: arena.string(podHash),
      argo_revision: UInt32(clamping: argoRevision ?? 0))
  }
}
