/// Hears of every call a server has finished. Called on connection loops; must be quick.
public protocol CallObserver: Sendable {
  func callEnded(_ call: borrowing FinishedCall)
}
