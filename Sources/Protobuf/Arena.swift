internal import CProtobufC
internal import Synchronization

/// Memory for the C structs of one message, given back all at once.
///
/// Decoding has a budget: past it protobuf-c is told that memory is out, and the message is
/// refused. One thread at a time; ``with(budget:_:)`` hands out arenas from a pool, whose first
/// chunk stays warm.
@safe
public final class Arena: @unchecked Sendable {
  /// Everything handed out starts at a multiple of this.
  @usableFromInline static let alignment = 16
  /// Size of the chunk that stays with the arena.
  private static let firstChunkBytes = 16 * 1024
  private static let largeChunkBytes = 256 * 1024
  private static let pooledMax = 64

  /// Stands at a fixed address, for protobuf-c keeps pointers to it.
  @unsafe @usableFromInline
  struct State {
    var allocator: ProtobufCAllocator
    /// Next free byte of the current chunk, and how many follow.
    @usableFromInline var next: UnsafeMutableRawPointer
    @usableFromInline var left: Int
    /// Bytes that may still be handed out.
    @usableFromInline var budget: Int
    var first: UnsafeMutableRawPointer
    var overflow: [UnsafeMutableRawPointer]
    var overflowBytes: Int
    var isExhausted: Bool
  }

  @usableFromInline let state: UnsafeMutablePointer<State>

  init() {
    let first = UnsafeMutableRawPointer.allocate(
      byteCount: Self.firstChunkBytes, alignment: Self.alignment)
    unsafe state = UnsafeMutablePointer<State>.allocate(capacity: 1)
    let allocator = unsafe ProtobufCAllocator(
      alloc: { state, size in
        guard let state = unsafe state, size >= 0 else { return nil }
        return unsafe Arena.allocate(size, in: state.assumingMemoryBound(to: State.self))
      },
      free: { _, _ in },
      allocator_data: state)
    unsafe state.initialize(
      to: State(
        allocator: allocator, next: first, left: Self.firstChunkBytes, budget: 0, first: first,
        overflow: [], overflowBytes: 0, isExhausted: false))
  }

  deinit {
    reset(budget: 0)
    unsafe state.pointee.first.deallocate()
    unsafe state.deinitialize(count: 1)
    unsafe state.deallocate()
  }

  private static let pool = Mutex<[Arena]>([])

  /// Lends an empty arena to `body`; no pointer into it may outlive the call.
  ///
  /// - Parameter budget: bytes it may hand out; more is refused, not taken.
  public static func with<Result, Failure>(
    budget: Int, _ body: (Arena) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let arena = pool.withLock { $0.popLast() } ?? Arena()
    arena.reset(budget: budget)
    defer {
      arena.reset(budget: 0)
      pool.withLock { if $0.count < pooledMax { $0.append(arena) } }
    }
    return try body(arena)
  }

  /// What protobuf-c allocates from; valid as long as the arena.
  @unsafe var allocator: UnsafeMutablePointer<ProtobufCAllocator> {
    unsafe UnsafeMutableRawPointer(state).assumingMemoryBound(to: ProtobufCAllocator.self)
  }

  /// Whether something was refused since the arena was handed out.
  public var isExhausted: Bool { unsafe state.pointee.isExhausted }

  /// Bytes asked of the system beyond the chunk that stays; for tests.
  var overflowBytes: Int { unsafe state.pointee.overflowBytes }

  private func reset(budget: Int) {
    while let chunk = unsafe state.pointee.overflow.popLast() { unsafe chunk.deallocate() }
    unsafe state.pointee.overflowBytes = 0
    unsafe state.pointee.next = state.pointee.first
    unsafe state.pointee.left = Self.firstChunkBytes
    unsafe state.pointee.budget = budget
    unsafe state.pointee.isExhausted = false
  }

  /// `size` bytes, not cleared; `nil` past the budget.
  @unsafe @inlinable
  public func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    unsafe Self.allocate(size, in: state)
  }

  @unsafe @inlinable
  static func allocate(
    _ size: Int, in state: UnsafeMutablePointer<State>
  ) -> UnsafeMutableRawPointer? {
    let rounded = (size &+ (alignment &- 1)) & ~(alignment &- 1)
    guard unsafe size <= state.pointee.left, unsafe rounded <= state.pointee.budget else {
      return unsafe allocateElsewhere(size, in: state)
    }
    let result = unsafe state.pointee.next
    unsafe state.pointee.next = result + rounded
    unsafe state.pointee.left &-= rounded
    unsafe state.pointee.budget &-= rounded
    return unsafe result
  }

  /// Takes a new chunk when that is what is missing.
  @unsafe @usableFromInline @inline(never)
  static func allocateElsewhere(
    _ size: Int, in state: UnsafeMutablePointer<State>
  ) -> UnsafeMutableRawPointer? {
    // Also keeps the rounding below from overflowing.
    guard unsafe size <= state.pointee.budget - alignment else {
      unsafe state.pointee.isExhausted = true
      return nil
    }
    let grown = unsafe max(firstChunkBytes, min(state.pointee.overflowBytes, largeChunkBytes))
    let bytes = max((size + alignment - 1) & ~(alignment - 1), grown)
    let chunk = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: alignment)
    unsafe state.pointee.overflow.append(chunk)
    unsafe state.pointee.overflowBytes += bytes
    unsafe state.pointee.next = chunk
    unsafe state.pointee.left = bytes
    return unsafe allocate(size, in: state)
  }
}
