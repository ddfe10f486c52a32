import ArgumentParser

/// A sub-command that asks the service.
protocol ClientCommand: AsyncParsableCommand {
  var connection: ConnectionOptions { get }

  /// Prints the result and says how it ended.
  ///
  /// - Throws: ``Failure``, `CancellationError`, or a `ValidationError`.
  func execute(in session: Session) async throws -> Ending
}

extension ClientCommand {
  func run() async throws {
    let (session, backend): (Session, GRPCBackend)
    do {
      (session, backend) = try connection.session()
    } catch let failure as Failure {
      throw ValidationError(failure.message)
    }
    let status: Ending
    do {
      status = try await conclude(in: session)
    } catch {
      await backend.shutdown()
      throw error
    }
    await backend.shutdown()
    guard status == .done else { throw ExitCode(status.rawValue) }
  }

  /// As `execute`, with failures printed: to standard error for a person, and in place of the
  /// result for a program.
  func conclude(in session: Session) async throws -> Ending {
    do {
      return try await execute(in: session)
    } catch let failure as Failure {
      session.output.note(failure.message)
      if session.output.format == .json {
        _ = session.output.write(JSON.error(failure).pretty + "\n")
      }
      return failure.status
    }
  }
}
