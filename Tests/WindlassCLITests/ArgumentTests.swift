import ArgumentParser
import RolloutCore
import Testing
import WindlassWire

@testable import windlass

@Suite("Arguments")
struct ArgumentTests {
  @Test(
    "what cannot be meant is refused with what would be right",
    arguments: [
      (["start", "checkout", "1", "-c", "eu-1"], "project/name"),
      (["start", "shop/checkout", "1"], "--cluster NAME, --selector KEY=VALUE or --all-clusters"),
      (["abort", "shop/checkout"], "--all-clusters"),
      (["evaluate", "shop/checkout"], "--all-clusters"),
      (["explain", "shop/checkout"], "--cluster NAME"),
      (["abort", "shop/checkout", "-c", "EU"], "'EU': a cluster must be"),
      (["abort", "shop/checkout", "-c", "a,,b"], "a cluster must be"),
      (["abort", "shop/checkout", "-l", "env"], "a label is key=value"),
      (["abort", "shop/checkout", "-l", "env=prod,env=test"], "no cluster has env both"),
      (["abort", "shop/checkout", "--all-clusters", "-c", "a"], "without --cluster"),
      (["abort", "shop/checkout", "-c", "a", "--key", "with space"], "printable ASCII"),
      (["abort", "shop/checkout", "-c", "a", "--key", ""], "printable ASCII"),
      (
        ["abort", "shop/checkout", "-c", "a,b", "--expected-version", "3"], "exactly one --cluster"
      ),
      (["abort", "shop/checkout", "-c", "a", "--expected-version", "0"], "count from 1"),
      (["abort", "shop/checkout", "-c", "a", "--expected-version", "-1"], "expected-version"),
      (["start", "shop/checkout", "0", "-c", "a"], "a revision number is 1 to"),
      (["start", "shop/checkout", "99999999999", "-c", "a"], "a revision number is 1 to"),
      (["start", "shop/checkout", "a b", "-c", "a"], "a release must be"),
      (["start", "shop/checkout", "1", "-c", "a", "--timeout", "5m"], "goes with --wait"),
      (["start", "shop/checkout", "1", "-c", "a", "--wait", "--timeout", "5"], "duration"),
      (["start", "shop/checkout", "1", "-c", "a", "--wait", "--timeout", "0s"], "longer than 0"),
      (["start", "shop/checkout", "1", "-c", "a", "--wait", "--timeout", "31d"], "at most 30d"),
      (
        ["rollback", "shop/checkout", "-c", "a", "--emergency", "--insist-on-analysis"],
        "contradict"
      ),
      (["adopt", "shop/checkout", "-c", "a", "--stable", "x"], "a revision number"),
      (["get", "shop/checkout", "--watch"], "--watch shows one rollout"),
      (["get", "-c", "a,b"], "at most one --cluster"),
      (["events", "--limit", "0"], "1 to 1000"), (["events", "--limit", "1001"], "1 to 1000"),
      (["events", "--stream", "a b"], "printable ASCII"),
      (["explain", "shop/checkout", "--refusal", "1", "--attempt", "2"], "exclude each other"),
      (["explain", "shop/checkout", "--refusal", "18446744073709551615"], "no log"),
      (["apply", "x.yaml", "--start"], "--all-clusters"),
      (["apply", "x.yaml", "--cluster", "a"], "go with --start"),
      (["apply", "x.yaml", "--wait"], "--wait goes with --start"), (["apply"], "files"),
      (["abort", "shop/checkout", "-c", "a", "--output", "xml"], "xml"), (["bogus"], "bogus"),
    ])
  func refusals(_ arguments: [String], _ text: String) {
    do {
      _ = try Windlass.parseAsRoot(arguments)
      Issue.record("accepted: \(arguments)")
    } catch {
      #expect(Invocation.status(Windlass.exitCode(for: error)) == 20)
      let message = Windlass.fullMessage(for: error)
      #expect(message.contains(text), "\(message)")
    }
  }

  @Test("a reason of more than 2048 bytes is refused, as is one with NUL")
  func reasons() {
    for reason in [String(repeating: "é", count: 1_025), "a\u{0}b"] {
      #expect(throws: (any Error).self) {
        try Windlass.parseAsRoot(["abort", "shop/checkout", "-c", "a", "--reason", reason])
      }
    }
  }

  @Test(
    "a number names a revision, anything else a release",
    arguments: [
      ("7", .number(RevisionNumber(7))), ("v7", .release(release("v7"))),
      ("release=7", .release(release("7"))), ("revision=7", .number(RevisionNumber(7))),
      ("sha256:0a", .release(release("sha256:0a"))),
    ] as [(String, RevisionRef)])
  func revisions(_ text: String, _ expected: RevisionRef) throws {
    #expect(try Reading.revision(text) == expected)
  }

  @Test(
    "every command says what it asks for",
    arguments: [
      (["promote", "shop/checkout"], .promote),
      (["promote", "shop/checkout", "--full"], .promoteFull),
      (["pause", "shop/checkout"], .pause), (["resume", "shop/checkout"], .resume),
      (["abort", "shop/checkout"], .abort), (["retry", "shop/checkout"], .retry),
      (["require-analysis", "shop/checkout"], .requireAnalysis),
      (["escalate", "shop/checkout"], .escalate), (["undo", "shop/checkout"], .undo),
      (["skip-step", "shop/checkout"], .skipStep), (["restart", "shop/checkout"], .restart),
      (["run-verification", "shop/checkout"], .verify),
      (["waive-verification", "shop/checkout"], .waiveVerification),
      (["start", "shop/checkout", "3"], .start(.number(RevisionNumber(3)))),
      (["rollback", "shop/checkout"], .rollback(nil, .regular, insistsOnAnalysis: false)),
      (
        ["rollback", "shop/checkout", "--to", "2", "--emergency"],
        .rollback(.number(RevisionNumber(2)), .emergency, insistsOnAnalysis: false)
      ),
      (
        ["rollback", "shop/checkout", "--insist-on-analysis"],
        .rollback(nil, .regular, insistsOnAnalysis: true)
      ),
      (
        ["adopt", "shop/checkout", "--stable", "3", "--history", "2,1,2"],
        .adopt(
          Adoption(
            stable: RevisionNumber(3), history: [RevisionNumber(1), RevisionNumber(2)]))
      ),
    ] as [([String], SubmitRequest.Command)])
  func commands(_ arguments: [String], _ expected: SubmitRequest.Command) throws {
    let command = try Windlass.parseAsRoot(arguments + ["--cluster", "eu-1"])
    let change = try #require(command as? any RolloutChange)
    #expect(change.change == expected)
    #expect(change.rollouts.clusters.names == [east])
  }

  @Test("clusters may be repeated and count once each")
  func clusters() throws {
    let options = try ClusterOptions.parse([
      "-c", "eu-1,us-1", "--cluster", "eu-1", "-l", "wave=1", "--selector", "env=prod,wave=1",
    ])
    #expect(options.names == [east, west])
    #expect(
      options.labels == [ClusterSelector.Label("env", "prod"), ClusterSelector.Label("wave", "1")])
    #expect(options.single == nil)
  }

  @Test("every command that changes something can be tried with --dry-run")
  func dryRun() throws {
    let changing = Windlass.configuration.groupedSubcommands
      .filter { ["Rollouts:", "Revisions:"].contains($0.name) }.flatMap(\.subcommands)
    #expect(changing.count == 18)
    for command in changing {
      #expect(Windlass.helpMessage(for: command, columns: 80).contains("--dry-run"))
    }
    let parsed = try Windlass.parseAsRoot(["undo", "shop/checkout", "-c", "eu-1", "--dry-run"])
    let change = try #require(parsed as? any RolloutChange)
    #expect(change.rollouts.command.dryRun)
  }

  @Test("every sub-command explains itself, with an example")
  func help() {
    let commands = Windlass.configuration.groupedSubcommands.flatMap(\.subcommands)
    #expect(commands.count == 31)
    for command in commands {
      let configuration = command.configuration
      #expect(!configuration.abstract.isEmpty)
      #expect(configuration.discussion.contains("\n  windlass \(command._commandName)"))
      let help = Windlass.helpMessage(for: command, columns: 80)
      #expect(help.contains(configuration.abstract.prefix(20)))
    }
  }

  @Test("completion is generated for every shell")
  func completion() {
    for shell in CompletionShell.allCases {
      #expect(Windlass.completionScript(for: shell).contains("require-analysis"))
    }
  }

  @Test(
    "beyond ASCII is printed only where the locale says UTF-8",
    arguments: [
      (["LANG": "en_US.UTF-8"], true), (["LANG": "C.utf8"], true), (["LANG": "C"], false),
      ([:], false),
      (["LANG": "en_US.UTF-8", "LC_ALL": "C"], false),
      (["LANG": "C", "LC_CTYPE": "de_DE.UTF-8", "LC_ALL": ""], true),
    ])
  func locale(_ environment: [String: String], _ expected: Bool) {
    #expect(Output.isUTF8(environment) == expected)
  }
}
