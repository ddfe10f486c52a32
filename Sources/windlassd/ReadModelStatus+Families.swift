import Console
import Projections

extension ReadModelStatus {
  /// The figures of the read models for `/metrics`. What is not known is not shown.
  var families: [MetricFamily] {
    func one(
      _ name: String, _ help: String, _ value: Double?, _ kind: MetricFamily.Kind = .gauge
    ) -> [MetricFamily] {
      guard let value else { return [] }
      return [
        MetricFamily(
          name: "windlass_read_models_\(name)", help: help, kind: kind,
          samples: [.init(value: value)])
      ]
    }
    return one("position", "Events the read models hold.", Double(position))
      + one("generation", "Tables the views show; 0 before the first.", Double(generation))
      + one("behind_events", "Events they lack.", Double(behindEvents))
      + one(
        "behind_seconds", "Seconds since they held every event.",
        behind.map { Double($0.components.seconds) })
      + one(
        "rebuild_position", "Events held by the tables that are being built.",
        building.map { Double($0) })
      + one("at_work", "1 when this service is the one that fills them.", isAtWork ? 1 : 0)
      + one(
        "stuck", "1 while something stands in the way, which the log names.",
        trouble == nil ? 0 : 1)
      + one("events_total", "Events folded into tables here.", Double(events), .counter)
      + one("rows_total", "Rows written here.", Double(rows), .counter)
      + one("rebuilds_total", "Tables built and put to use here.", Double(rebuilds), .counter)
      + one("errors_total", "Attempts that failed here.", Double(errors), .counter)
  }
}
