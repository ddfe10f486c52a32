import Console
import GRPC
import Transport

extension TransportSnapshot {
  /// The figures of the gRPC server for `/metrics`. Methods are those the server has; everything
  /// else is one method called `unknown`.
  var families: [MetricFamily] {
    func plain(_ name: String, _ help: String, _ kind: MetricFamily.Kind, _ value: Double)
      -> MetricFamily
    {
      MetricFamily(name: name, help: help, kind: kind, samples: [.init(value: value)])
    }
    func bytes(_ name: String, _ help: String, _ value: (Series) -> UInt64) -> MetricFamily {
      MetricFamily(
        name: name, help: help, kind: .counter,
        samples: series.map { .init(labels: $0.labels, value: Double(value($0))) })
    }
    return [
      MetricFamily(
        name: "windlass_grpc_call_seconds",
        help: "Time of gRPC calls from their headers to their end, by method and status.",
        kind: .histogram, samples: series.flatMap(\.histogram)),
      bytes("windlass_grpc_request_bytes_total", "Message bytes received.") { $0.requestBytes },
      bytes("windlass_grpc_reply_bytes_total", "Message bytes sent.") { $0.replyBytes },
      plain("windlass_grpc_connections", "Open connections.", .gauge, Double(connectionsOpen)),
      plain("windlass_grpc_streams", "Calls and streams under way.", .gauge, Double(streamsOpen)),
      plain(
        "windlass_grpc_connections_accepted_total", "Connections served.", .counter,
        Double(connectionsAccepted)),
      plain(
        "windlass_grpc_connections_refused_total",
        "Connections closed at once by a limit on connections or handshakes.", .counter,
        Double(connectionsRefused)),
      plain(
        "windlass_grpc_handshakes_failed_total", "TLS handshakes that came to nothing.", .counter,
        Double(handshakesFailed)),
      plain(
        "windlass_grpc_certificate_reloads_total", "TLS files taken over while running.", .counter,
        Double(certificateReloads)),
      plain(
        "windlass_grpc_certificate_reloads_refused_total",
        "Changed TLS files that were no good; those loaded before stay in use.", .counter,
        Double(certificateReloadsRefused)),
    ]
  }
}

extension TransportSnapshot.Series {
  fileprivate var labels: [MetricFamily.Label] {
    [.init("method", method ?? "unknown"), .init("code", code.name)]
  }

  /// Buckets are cumulative in the exposition format, and single here.
  fileprivate var histogram: [MetricFamily.Sample] {
    var samples: [MetricFamily.Sample] = []
    var sum: UInt64 = 0
    for (index, count) in buckets.enumerated() {
      sum &+= count
      let bounds = TransportSnapshot.bucketSeconds
      let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
      samples.append(
        .init(suffix: "_bucket", labels: labels + [.init("le", bound)], value: Double(sum)))
    }
    samples.append(.init(suffix: "_sum", labels: labels, value: totalSeconds))
    samples.append(.init(suffix: "_count", labels: labels, value: Double(calls)))
    return samples
  }
}
