/// How many pods of canary and stable come closest to a weight, without traffic routing.
public struct WeightedSplit: Equatable, Sendable {
  public var canary: Int
  public var stable: Int

  public init(canary: Int, stable: Int) {
    self.canary = canary
    self.stable = stable
  }

  /// The split closest to `weight` of `maximum`.
  ///
  /// Candidates are ceiling and floor of the exact share out of `replicas`, and, where surge is
  /// allowed, out of `replicas + 1`; the first of equals wins. When the exact share ends in a
  /// half, the floor is no candidate. For weights strictly between none and all, each side keeps
  /// a pod when there are two or more, surge included. Source: semantics 6.4.
  public static func closest(
    replicas: Int, weight: Int, maximum: Int = 100, surge: Bool
  ) -> WeightedSplit {
    guard replicas > 0, maximum > 0 else { return WeightedSplit(canary: 0, stable: 0) }
    let exact = Double(replicas * weight) / Double(maximum)
    let ceiling = Int(exact.rounded(.up))
    let floor = Int(exact.rounded(.down))
    let mayBeZero = weight == maximum || weight == 0 || (replicas == 1 && !surge)
    var candidates: [(canary: Int, total: Int)] = []
    if ceiling < replicas || mayBeZero { candidates.append((ceiling, replicas)) }
    if !isHalf(weight, maximum, of: replicas), floor != 0 || mayBeZero {
      candidates.append((floor, replicas))
    }
    if surge {
      candidates.append((ceiling, replicas + 1))
      if !isHalf(weight, maximum, of: replicas + 1), floor != 0 || mayBeZero {
        candidates.append((floor, replicas + 1))
      }
    }
    guard var best = candidates.first else { return WeightedSplit(canary: 0, stable: replicas) }
    for candidate in candidates.dropFirst()
    where distance(candidate, weight, maximum) < distance(best, weight, maximum) {
      best = candidate
    }
    return WeightedSplit(canary: best.canary, stable: best.total - best.canary)
  }

  /// In binary floating point, as the controller computes it: a product such as 0.57 times 50 is
  /// not a half there although it is one on paper.
  private static func isHalf(_ weight: Int, _ maximum: Int, of total: Int) -> Bool {
    let share = Double(total) * (Double(weight) / Double(maximum))
    return share.truncatingRemainder(dividingBy: 1) == 0.5
  }

  private static func distance(
    _ candidate: (canary: Int, total: Int), _ weight: Int, _ maximum: Int
  ) -> Double {
    let actual = Double(candidate.canary * maximum) / Double(candidate.total)
    return (actual - Double(weight)).magnitude
  }
}
