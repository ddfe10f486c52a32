import ArgoManifests

@testable import ManifestLint

/// Manifests in one line each, and what lint finds in them.
enum Sample {
  static func rollout(_ strategy: String, _ more: String = "", name: String = "r") -> String {
    let extra = more.isEmpty ? "" : ", \(more)"
    return """
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata: {name: \(name)}
      spec: {selector: {matchLabels: {app: a}}, template: {metadata: {}}, strategy: {\(strategy)}\(extra)}

      """
  }

  static func canary(_ body: String, _ more: String = "") -> String {
    rollout("canary: {\(body)}", more)
  }

  static func blueGreen(_ body: String, _ more: String = "") -> String {
    rollout("blueGreen: {activeService: active, \(body)}", more)
  }

  /// A workload by reference, so that there is no template.
  static func referring(_ strategy: String, _ reference: String, _ more: String = "") -> String {
    """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: r}
    spec: {workloadRef: {kind: Deployment, name: d\(reference)}, strategy: {\(strategy)}\(more)}

    """
  }

  static func template(_ spec: String, name: String = "t", kind: String = "AnalysisTemplate")
    -> String
  {
    """
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: \(kind)
    metadata: {name: \(name)}
    spec: {\(spec)}

    """
  }

  /// A template of one metric with a sound condition, measured by Prometheus.
  static func metric(_ body: String = "", args: String = "", name: String = "t") -> String {
    let provider = body.contains("provider:") ? "" : ", provider: {prometheus: {query: up}}"
    let condition =
      body.contains("ondition:") ? "" : ", successCondition: \"result[0] > 0.9\""
    let more = body.isEmpty ? "" : ", \(body)"
    return template(
      "args: [\(args)], metrics: [{name: m\(provider)\(condition)\(more)}]", name: name)
  }

  static func success(_ condition: String, web: Bool = false) -> String {
    metric(
      "successCondition: \"\(condition)\""
        + (web ? ", provider: {web: {url: https://a.invalid}}" : ""))
  }

  static func policy(_ window: String, _ more: String = "") -> String {
    """
    ---
    apiVersion: windlass/v1
    kind: RolloutPolicy
    metadata: {name: p}
    spec: {rollbackWindow: {\(window)}\(more)}

    """
  }
}

func lint(_ text: String, disabled: Set<LintRule> = []) -> LintReport {
  Linter(disabled: disabled).lint([SourceFile(name: "a.yaml", bytes: Array(text.utf8))])
}
