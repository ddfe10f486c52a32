/// Where a metric's answers come from.
public struct Provider: Hashable, Sendable {
  public var kind: Kind
  /// Its settings as far as they are text, since arguments are replaced in them.
  public var settings: [Setting]

  public init(_ kind: Kind, settings: [Setting] = []) {
    self.kind = kind
    self.settings = settings
  }

  public struct Setting: Hashable, Sendable {
    /// Where it stands, for example `query` or `headers[0].value`.
    public var path: String
    public var value: String

    public init(path: String, value: String) {
      self.path = path
      self.value = value
    }
  }

  public enum Kind: String, CaseIterable, Sendable {
    case prometheus
    case job
    case web
    case wavefront
    case kayenta
    case datadog
    case newRelic
    case cloudWatch
    case graphite
    case influxdb
    case skywalking
    case plugin

    /// Whether the metric's conditions decide. A job and Kayenta say themselves what is good, and
    /// what a plugin does is not ours to know.
    public var judgesByConditions: Bool {
      switch self {
      case .job, .kayenta, .plugin: false
      case .prometheus, .web, .wavefront, .datadog, .newRelic, .cloudWatch, .graphite, .influxdb,
        .skywalking:
        true
      }
    }
  }
}
