internal import HTTP2
internal import Synchronization

/// The state of one call, behind the handles that handlers get. Pooled per connection: reused only
/// when no handle is left, so a late answer can never reach another call.
///
/// Three kinds of fields: behind the lock (any thread), set before the handler runs and then fixed
/// (any thread), and confined to the connection's loop.
final class ServerCallCore: @unchecked Sendable {
  private struct Shared {
    var isCancelled = false
    var isOver = false
    var actions: [@Sendable () -> Void] = []
  }

  /// Where the messages of the answer come from.
  enum Source {
    case none
    /// One message, then OK.
    case single
    /// No message: headers of the handler's own, then a status.
    case statusOnly
    case pull(@Sendable () -> StreamStep)
    /// Messages queued by a dialogue.
    case queue
  }

  // Any thread.
  let inbox: LoopInbox
  let peer: String
  let peerCertificates: [[UInt8]]
  private let shared = Mutex(Shared())
  private let isWakePosted = Atomic(false)

  // Fixed while a handler can see the call.
  var methodIndex = 0
  /// The method's path. Not the method: a handle that is kept must not keep the handlers.
  var path = ""
  var metadata = RequestMetadata()
  var deadline = MonotonicTime.distantFuture
  /// Of the message being delivered, while a dialogue looks at it.
  var requestIsCompressed = false

  // On the loop only.
  var calls: ServerCalls?
  var stream: Int32 = 0
  var slot = 0
  var startedAt = MonotonicTime.distantFuture
  /// Of the method; kept here to spare a look at its definition for every frame.
  var requestBytesMax = 0
  var head = RequestHead()
  var reader = MessageReader()
  var handlers: DialogueHandlers?
  /// The head was accepted and the method is known.
  var isAccepted = false
  /// The request is complete, or will not be looked at any more.
  var ignoresInput = false
  var inboundEnded = false
  var halfCloseDelivered = false
  /// Response headers are submitted, with a body to follow.
  var hasHeaders = false
  /// A final status is on its way; nothing else will be sent.
  var isAnswered = false
  var statusSent: RPCCode?
  var source = Source.none
  var queue: [ReplyMessage] = []
  var queueStart = 0
  var message = ReplyMessage(bytes: [])
  /// Bytes of replies that count against the connection's limit.
  var queuedBytes = 0
  /// `nil` when the client does not accept gzip.
  var replyCompression: ReplyCompression?
  /// Payload received and produced.
  var requestBytes = 0
  var replyBytes = 0
  /// Fields beside those of the protocol.
  var headers: [HeaderField] = []
  var trailers: [HeaderField] = []
  /// Stands in line until the client has read more of what is finished.
  var isWaiting = false
  /// Since when there is something to send and the client takes none of it.
  var stalledSince = MonotonicTime.distantFuture
  /// Of the message being sent: −5...−1 inside the prefix, then the offset; `nil` between messages.
  var offset: Int?
  var finalStatus: RPCStatus?
  /// The answer to a request that is not gRPC: sent when the request is complete.
  var plain: PlainAnswer?
  var wasWoken = false
  /// Payload received and not yet given back to the windows.
  var unconsumed = 0
  private var isOrphan = false

  init(inbox: LoopInbox, peer: String, peerCertificates: [[UInt8]]) {
    self.inbox = inbox
    self.peer = peer
    self.peerCertificates = peerCertificates
  }

  deinit {
    if isOrphan { inbox.orphans.subtract(1, ordering: .relaxed) }
  }

  /// Makes a pooled core ready for another call.
  func reset() {
    metadata.removeAll()
    deadline = .distantFuture
    requestIsCompressed = false
    calls = nil
    head = RequestHead()
    reader.removeAll()
    handlers = nil
    isAccepted = false
    ignoresInput = false
    inboundEnded = false
    halfCloseDelivered = false
    hasHeaders = false
    isAnswered = false
    statusSent = nil
    source = .none
    queue = []
    queueStart = 0
    message = ReplyMessage(bytes: [])
    queuedBytes = 0
    requestBytes = 0
    replyBytes = 0
    replyCompression = nil
    if !headers.isEmpty { headers = [] }
    if !trailers.isEmpty { trailers = [] }
    isWaiting = false
    stalledSince = .distantFuture
    offset = nil
    finalStatus = nil
    plain = nil
    wasWoken = false
    unconsumed = 0
    isWakePosted.store(false, ordering: .relaxed)
    shared.withLock { $0 = Shared() }
  }

  // MARK: For handlers, from any thread

  var remaining: Duration? {
    guard deadline < .distantFuture else { return nil }
    return max(deadline.since(inbox.loop.now()), .zero)
  }

  var isCancelled: Bool { shared.withLock { $0.isCancelled } }

  func reply(_ result: Result<[UInt8], RPCStatus>, compressed: Bool = false) {
    inbox.post(.reply(self, result, compressed: compressed))
  }

  /// False when a field cannot be sent; then nothing is.
  func setMetadata(_ fields: [(name: String, value: String)], isTrailing: Bool) -> Bool {
    var left = MetadataName.replyBytesMax
    for (name, value) in fields {
      left -= name.utf8.count + value.utf8.count
      guard left >= 0, MetadataName.isFree(name), MetadataName.isSendable(value) else {
        return false
      }
    }
    let fields = fields.map { HeaderField($0.name, $0.value) }
    inbox.post(.metadata(self, fields, isTrailing: isTrailing))
    return true
  }

  func produce(_ next: @escaping @Sendable () -> StreamStep) { inbox.post(.produce(self, next)) }

  func wake() {
    guard !isWakePosted.exchange(true, ordering: .acquiringAndReleasing) else { return }
    inbox.post(.wake(self))
  }

  func send(_ message: [UInt8], compressed: Bool) {
    inbox.post(.send(self, message, compressed: compressed))
  }

  func end(_ status: RPCStatus) { inbox.post(.end(self, status)) }

  func onCancel(_ action: @escaping @Sendable () -> Void) {
    let runsNow = shared.withLock { shared in
      if !shared.isCancelled, !shared.isOver { shared.actions.append(action) }
      return shared.isCancelled
    }
    guard runsNow else { return }
    if inbox.loop.isCurrent { action() } else { inbox.loop.execute(action) }
  }

  // MARK: On the loop

  func wakeSeen() { isWakePosted.store(false, ordering: .sequentiallyConsistent) }

  /// The handler's part is done: nothing can be cancelled any more.
  func over() {
    shared.withLock { shared in
      shared.isOver = true
      if !shared.actions.isEmpty { shared.actions = [] }
    }
  }

  /// Runs the cancel actions, unless the call was answered before.
  func cancel() {
    let actions = shared.withLock { shared -> [@Sendable () -> Void] in
      guard !shared.isOver, !shared.isCancelled else { return [] }
      shared.isCancelled = true
      defer { shared.actions = [] }
      return shared.actions
    }
    for action in actions { action() }
  }

  func becomeOrphan() {
    isOrphan = true
    inbox.orphans.add(1, ordering: .relaxed)
  }
}
