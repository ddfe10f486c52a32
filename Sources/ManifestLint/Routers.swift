extension Place {
  /// Whether a `trafficRouting` block has one of these routers; `plugins` only where one is named.
  func routes(by names: [String]) -> Bool {
    names.contains { name in
      name == "plugins" ? !self[name].members.isEmpty : self[name].isPresent
    }
  }
}
