import Testing

@Suite("Architecture")
struct ArchitectureTests {
  @Test("imports point inwards, unsafe code stays in its rooms, decisions are pure")
  func rules() throws {
    let modules = Set(try Repository.modules())
    for rules in ModuleRules.all where modules.contains(rules.module) {
      for file in try Repository.swiftFiles(of: rules.module) {
        let findings = file.findings(under: rules)
        #expect(findings == [], "Sources/\(rules.module)")
      }
    }
  }

  @Test("every module has its rules")
  func complete() throws {
    let known = Set(ModuleRules.all.map(\.module)).union(ModuleRules.c)
    for module in try Repository.modules() { #expect(known.contains(module)) }
  }

  @Test("every target of the package has its rules, and depends on no module beyond them")
  func package() throws {
    let manifest = try Repository.text("Package.swift")
    let rules = Dictionary(uniqueKeysWithValues: ModuleRules.all.map { ($0.module, $0) })
    let declared = manifest.matches(
      of: /(?:library|program)\(\s*"([\w-]+)"(?:,\s*\[([^\]]*)\])?/)
    #expect(!declared.isEmpty)
    for target in declared {
      let module = String(target.1)
      guard let rules = rules[module] else {
        Issue.record("\(module) is in Package.swift and has no rules")
        continue
      }
      let named = (target.2 ?? "").matches(of: /"(\w+)"/).map { String($0.1) }
      for dependency in named { #expect(rules.ours.contains(dependency), "\(module)") }
    }
  }

  @Test("the arrows have no circle: a module points only at modules listed before it")
  func acyclic() {
    var before = ModuleRules.c
    for rules in ModuleRules.all {
      let beyond = rules.ours.subtracting(before)
      #expect(beyond.isEmpty, "\(rules.module)")
      before.insert(rules.module)
    }
  }

  @Test(
    "the inside and the wrappers are free of Foundation",
    arguments: ["RolloutCore", "EventLog", "HTTP2", "GRPC", "Postgres", "Protobuf"])
  func noFoundation(module: String) throws {
    let rules = try #require(ModuleRules.all.first { $0.module == module })
    #expect(rules.allowed.isDisjoint(with: ["Foundation", "FoundationEssentials"]))
  }

  @Test(
    "wrappers know no rollout",
    arguments: ["Postgres", "Protobuf", "HTTP2", "GRPC", "GRPCServices", "Transport"])
  func wrappers(module: String) throws {
    let rules = try #require(ModuleRules.all.first { $0.module == module })
    #expect(
      rules.ours.isDisjoint(with: [
        "RolloutCore", "EventLog", "Application", "WindlassWire", "CWindlassProto",
      ]))
  }
}
