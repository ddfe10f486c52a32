/// How much a scenario file may ask for before it is refused. Every limit is named in its refusal.
public enum ScenarioLimits {
  public static let fileBytes = 256 << 10
  /// Scenarios (YAML documents) in one file.
  public static let scenarios = 200
  /// Nesting of mappings and sequences.
  static let depth = 16
  /// Scalars, sequences and mappings of one document.
  static let nodes = 50_000
  /// Bound for explicit complex keys (`? [..] : ..`), each of which may hold the others.
  static let complexKeyBytes = 8 << 20
  /// What could be a complex key without `? `, in one line.
  static let flowKeysPerLine = 16

  public static let issues = 50
  public static let nameBytes = 200
  public static let textBytes = 2_048
  public static let pathBytes = 1_024
  /// Bytes of manifests that one scenario may have read, a file counted for each revision it is of.
  public static let manifestBytes = 32 << 20
  /// Manifest files of one scenario, each named once.
  public static let files = 200
  public static let revisions = 200
  public static let clusters = 50
  public static let labels = 32
  public static let steps = 1_000
  public static let listItems = 500
  /// Events of one step on one cluster; more are a failure.
  static let eventsOfStep = 20_000
  /// Timers and reports that one step may lead to.
  static let turnsOfStep = 20_000
  /// Failures reported of one scenario.
  public static let failures = 200
}
