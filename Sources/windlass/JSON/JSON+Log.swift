import Foundation
import RolloutCore
import WindlassWire

/// The log under its proto3 JSON names.
extension JSON {
  init(_ response: ReadEventsResponse) {
    self = .object([
      "events": .array(response.events.map { JSON($0) }),
      "next": .string(response.next),
      "position": .long(response.position),
    ])
  }

  /// An event with its message's fields as `event`; null when this version cannot read it.
  ///
  /// - Parameter withPayload: also its bytes in base64, as `payload`.
  init(_ event: EventView, withPayload: Bool = true) {
    let subjects = event.subjects
    self = .object([
      "position": .long(event.position.index),
      "stream": .string(event.stream),
      "version": .long(event.version),
      "type": .string(event.type),
      "application": .string(subjects.application ?? ""),
      "cluster": .string(subjects.cluster ?? ""),
      "nowMicroseconds": JSON(event.now),
      "recordedMicroseconds": JSON(event.recordedAt),
      "commandId": .string(Data(event.commandID).base64EncodedString()),
      "summary": .string(event.summary),
      "event": event.fields.map { JSON($0) } ?? .null,
      "payload": withPayload ? .string(Data(event.payload).base64EncodedString()) : nil,
    ])
  }

  init(_ value: FieldValue) {
    switch value {
    case .bool(let value): self = .bool(value)
    case .number(let value): self = .number(value)
    case .long(let text), .text(let text): self = .string(text)
    case .bytes(let bytes): self = .string(Data(bytes).base64EncodedString())
    case .list(let values): self = .array(values.map { JSON($0) })
    case .message(let members):
      self = .object(members.map { Member(name: $0.name, value: JSON($0.value)) })
    }
  }

  init(_ filter: EventFilter) {
    self = .object([
      "stream": .string(filter.stream ?? ""),
      "kinds": JSON(filter.kinds),
      "application": .string(filter.application?.text ?? ""),
      "cluster": .string(filter.cluster?.text ?? ""),
      "principal": .string(filter.principal ?? ""),
      "claimedActor": .string(filter.claimedActor ?? ""),
      "rule": .string(filter.rule?.rawValue ?? ""),
      "attempt": JSON(filter.attempt),
      "sinceMicroseconds": JSON(filter.since),
      "untilMicroseconds": JSON(filter.until),
    ])
  }

  init(_ response: ListSubscriptionsResponse) {
    self = .object([
      "subscriptions": .array(
        response.subscriptions.map { view in
          .object([
            "name": .string(view.name),
            "filter": JSON(view.filter),
            "position": .long(view.position),
            "lag": .long(view.lag),
            "epoch": .long(view.epoch),
            "consumer": .string(view.consumer),
            "openHere": .bool(view.isOpenHere),
            "createdMicroseconds": JSON(view.createdAt),
            "openedMicroseconds": JSON(view.openedAt),
            "acknowledgedMicroseconds": JSON(view.acknowledgedAt),
          ])
        }),
      "position": .long(response.position),
    ])
  }
}

extension EventView {
  /// Its message's fields; `nil` when this version cannot read it.
  var fields: FieldValue? {
    do {
      return try EventCodec.fields(type: type, payload: payload)
    } catch {
      return nil
    }
  }

  /// What it is about. A refusal names its cluster itself: its stream is the application's.
  var subjects: StreamSubjects {
    var subjects = StreamSubjects(of: stream)
    if stream.hasPrefix("refusals-"), let cluster = fields?["cluster"]?.scalar, !cluster.isEmpty {
      subjects.cluster = cluster
    }
    return subjects
  }
}
