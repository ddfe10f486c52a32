import ArgumentParser

struct Windlass: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "windlass",
    abstract: "Ask Windlass to roll out, roll back, and explain.",
    discussion: """
      Sends commands to a Windlass service and shows what it decided. A rollout is one application \
      on one cluster; commands on rollouts name their clusters with --cluster, --selector or \
      --all-clusters.

        windlass apply manifests/ --start --cluster eu-1
        windlass get shop/checkout --cluster eu-1 --watch
        windlass rollback shop/checkout --cluster eu-1 --reason "errors" --wait

      Exit status: 0 allowed or promoted, 10 refused, 11 waiting for a person at the time-out, 12 \
      still in progress at the time-out, 13 superseded, 14 aborted or withdrawn, 20 usage, 21 \
      unauthenticated, 22 forbidden, 23 unreachable, 24 idempotency conflict, 25 stale, 26 outcome \
      unknown (repeat with the same key), 130 interrupted.

      Completion: windlass --generate-completion-script bash|zsh|fish
      """,
    version: version,
    groupedSubcommands: [
      CommandGroup(
        name: "Rollouts:",
        subcommands: [
          ApplyCommand.self, StartCommand.self, RollbackCommand.self, PromoteCommand.self,
          PauseCommand.self, ResumeCommand.self, AbortCommand.self, RetryCommand.self,
          SkipStepCommand.self, UndoCommand.self, RestartCommand.self,
          RequireAnalysisCommand.self, EscalateCommand.self,
          RunVerificationCommand.self, WaiveVerificationCommand.self, AdoptCommand.self,
        ]),
      CommandGroup(name: "Revisions:", subcommands: [HoldCommand.self, ReleaseCommand.self]),
      CommandGroup(
        name: "Questions:",
        subcommands: [
          GetCommand.self, EvaluateCommand.self, WhatIfCommand.self, ExplainCommand.self,
          EventsCommand.self, ClustersCommand.self,
        ]),
      CommandGroup(
        name: "The log, for other tools:",
        subcommands: [LogCommand.self, SubscribeCommand.self, SubscriptionsCommand.self]),
      CommandGroup(
        name: "Without a service:",
        subcommands: [
          LintCommand.self, ScenarioCommand.self, ConditionsCommand.self, AnalysisCommand.self,
        ]),
    ])

  static let version = "0.1.0"
}
