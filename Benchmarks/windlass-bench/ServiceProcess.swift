import Foundation

/// What the kernel knows of a process.
struct ServiceProcess {
  var pid: Int

  func cpuSeconds() throws -> Double {
    let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    // The name, in parentheses, may hold anything.
    let fields = (text.split(separator: ")").last ?? "").split(separator: " ")
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
      throw BenchError("/proc/\(pid)/stat cannot be read")
    }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  func residentBytes() throws -> Double {
    let text = try String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8)
    let fields = text.split(separator: " ")
    guard fields.count > 1, let pages = Double(fields[1]) else {
      throw BenchError("/proc/\(pid)/statm cannot be read")
    }
    return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
  }
}
