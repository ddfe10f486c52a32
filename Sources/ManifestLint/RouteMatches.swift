/// Checks on what a header or mirror route matches.
enum RouteMatches {
  private static let kinds = ["exact", "regex", "prefix"]

  /// - Parameter isALB: the load balancer knows `exact` only.
  static func judge(headers route: Place, isALB: Bool, _ log: FindingLog) {
    for match in route["match"].items {
      log.worked()
      let value = match["headerValue"]
      let given = given(value)
      if isALB, given != ["exact"] {
        log.report(
          .routeMatchInvalid, value,
          "with ALB a header is matched by exact only, here by \(shown(given)): Argo Rollouts "
            + "refuses it",
          fix: "give exact alone")
      } else {
        check(value, given, "headerValue", log)
      }
    }
  }

  /// Headers of a mirrored request are not checked by Argo Rollouts.
  static func judge(mirror route: Place, _ log: FindingLog) {
    for match in route["match"].items {
      log.worked()
      for name in ["method", "path"] where match[name].isPresent {
        check(match[name], given(match[name]), name, log)
      }
    }
  }

  /// Empty text counts as none.
  private static func given(_ value: Place) -> [String] {
    kinds.filter { !(value[$0].scalar?.isEmpty ?? true) }
  }

  private static func shown(_ given: [String]) -> String {
    given.isEmpty ? "nothing" : given.joined(separator: " and ")
  }

  private static func check(_ value: Place, _ given: [String], _ name: String, _ log: FindingLog) {
    guard given.count != 1 else { return }
    log.report(
      .routeMatchInvalid, value,
      "\(name) must have one of \(kinds.joined(separator: ", ")), has \(shown(given)): Argo "
        + "Rollouts refuses it",
      fix: given.isEmpty ? "give one of them" : "keep one")
  }
}
