import Postgres

extension ReadModelStore {
  /// Writes the rows of a page and moves the generation's place in the log from where they begin to
  /// where they end, or does nothing when it is elsewhere.
  ///
  /// One statement, so that a connection that comes back in between cannot leave half of it. Rows
  /// that several events fill keep what this page says nothing about. $1 number, $2 and $3 position
  /// and chain before, $4 and $5 after, then the rows in the order of ``Rows/texts``.
  static let write = Statement(
    "read_models_write",
    """
    with moved as (
      update windlass_read.generation
      set position = $4, chain = $5, advanced_at = clock_timestamp(), trouble = null
      where number = $1 and state <> 'retired' and position = $2 and chain = $3
      returning number
    ),
    revision_rows as (
      insert into revision as t
      select r.* from moved, json_populate_recordset(null::revision, $6::json) r
    ),
    hold_rows as (
      insert into hold as t
      select r.* from moved, json_populate_recordset(null::hold, $7::json) r
      on conflict (application, revision, position) do update set
        held_at = coalesce(excluded.held_at, t.held_at),
        held_by = coalesce(excluded.held_by, t.held_by),
        claimed_actor = coalesce(excluded.claimed_actor, t.claimed_actor),
        reason = coalesce(excluded.reason, t.reason),
        released_at = coalesce(excluded.released_at, t.released_at),
        released_by = coalesce(excluded.released_by, t.released_by),
        release_claimed_actor = coalesce(excluded.release_claimed_actor, t.release_claimed_actor),
        release_reason = coalesce(excluded.release_reason, t.release_reason),
        release_position = coalesce(excluded.release_position, t.release_position)
    ),
    cluster_rows as (
      insert into cluster as t
      select r.* from moved, json_populate_recordset(null::cluster, $8::json) r
      on conflict (cluster) do update set
        mode = coalesce(excluded.mode, t.mode),
        labels = coalesce(excluded.labels, t.labels),
        controller_version = case when excluded.mode is null then t.controller_version
          else excluded.controller_version end,
        registered_at = coalesce(excluded.registered_at, t.registered_at),
        registered_by = coalesce(excluded.registered_by, t.registered_by),
        lease_epoch = coalesce(excluded.lease_epoch, t.lease_epoch),
        lease_holder = coalesce(excluded.lease_holder, t.lease_holder),
        lease_claimed_at = coalesce(excluded.lease_claimed_at, t.lease_claimed_at),
        lease_released_at = case when excluded.lease_epoch is null
          then coalesce(excluded.lease_released_at, t.lease_released_at)
          else excluded.lease_released_at end,
        position = coalesce(excluded.position, t.position)
    ),
    rollout_rows as (
      insert into rollout as t
      select r.* from moved, json_populate_recordset(null::rollout, $9::json) r
      on conflict (application, cluster) do update set (
        phase, message, stable_revision, desired_revision, attempt, attempts, track, step_index,
        pauses, is_available, is_late, is_switched, weight, pods_revision, pods_requested,
        pods_available, restart_requested_at, version, position, changed_at)
      = (excluded.phase, excluded.message, excluded.stable_revision, excluded.desired_revision,
        excluded.attempt, excluded.attempts, excluded.track, excluded.step_index,
        excluded.pauses, excluded.is_available, excluded.is_late, excluded.is_switched,
        excluded.weight, excluded.pods_revision, excluded.pods_requested,
        excluded.pods_available, excluded.restart_requested_at, excluded.version,
        excluded.position, excluded.changed_at)
    ),
    rollout_revision_rows as (
      insert into rollout_revision as t
      select r.* from moved, json_populate_recordset(null::rollout_revision, $10::json) r
      on conflict (application, cluster, revision) do update set (
        was_attempted, was_stable, is_imported, pod_hash, argo_revision, attempted_since,
        stable_since, stopped_being_stable_at)
      = (excluded.was_attempted, excluded.was_stable, excluded.is_imported, excluded.pod_hash,
        excluded.argo_revision, excluded.attempted_since, excluded.stable_since,
        excluded.stopped_being_stable_at)
    ),
    attempt_rows as (
      insert into attempt as t
      select r.* from moved, json_populate_recordset(null::attempt, $11::json) r
      on conflict (application, cluster, attempt) do update set
        revision = coalesce(excluded.revision, t.revision),
        stable_before = coalesce(excluded.stable_before, t.stable_before),
        strategy_version = coalesce(excluded.strategy_version, t.strategy_version),
        kind = coalesce(excluded.kind, t.kind),
        origin = coalesce(excluded.origin, t.origin),
        track = coalesce(excluded.track, t.track),
        rollback_class = coalesce(excluded.rollback_class, t.rollback_class),
        insists_on_analysis = coalesce(excluded.insists_on_analysis, t.insists_on_analysis),
        window_verdict = coalesce(excluded.window_verdict, t.window_verdict),
        window_source = coalesce(excluded.window_source, t.window_source),
        window_revisions = coalesce(excluded.window_revisions, t.window_revisions),
        window_duration_seconds =
          coalesce(excluded.window_duration_seconds, t.window_duration_seconds),
        revisions_between = coalesce(excluded.revisions_between, t.revisions_between),
        rests_on_import = coalesce(excluded.rests_on_import, t.rests_on_import),
        rules = coalesce(excluded.rules, t.rules),
        warnings = coalesce(excluded.warnings, t.warnings),
        requested_by = coalesce(excluded.requested_by, t.requested_by),
        claimed_actor = coalesce(excluded.claimed_actor, t.claimed_actor),
        reason = coalesce(excluded.reason, t.reason),
        started_at = coalesce(excluded.started_at, t.started_at),
        position = coalesce(excluded.position, t.position),
        reclassified_at = coalesce(excluded.reclassified_at, t.reclassified_at),
        reclassified_by = coalesce(excluded.reclassified_by, t.reclassified_by),
        verdict = coalesce(excluded.verdict, t.verdict),
        abort_cause = coalesce(excluded.abort_cause, t.abort_cause),
        abort_run_type = coalesce(excluded.abort_run_type, t.abort_run_type),
        message = coalesce(excluded.message, t.message),
        ended_at = coalesce(excluded.ended_at, t.ended_at),
        ended_by = coalesce(excluded.ended_by, t.ended_by),
        ended_claimed_actor = coalesce(excluded.ended_claimed_actor, t.ended_claimed_actor),
        end_reason = coalesce(excluded.end_reason, t.end_reason),
        end_position = coalesce(excluded.end_position, t.end_position)
    ),
    analysis_run_rows as (
      insert into analysis_run as t
      select r.* from moved, json_populate_recordset(null::analysis_run, $12::json) r
      on conflict (application, cluster, attempt, type, step_index, round) do update set
        state = coalesce(excluded.state, t.state),
        object = coalesce(excluded.object, t.object),
        phase = coalesce(excluded.phase, t.phase),
        reading = coalesce(excluded.reading, t.reading),
        evidence = coalesce(excluded.evidence, t.evidence),
        measurements = coalesce(excluded.measurements, t.measurements),
        message = case when excluded.phase is null then t.message else excluded.message end,
        scheduled_at = coalesce(excluded.scheduled_at, t.scheduled_at),
        created_at = coalesce(excluded.created_at, t.created_at),
        finished_at = coalesce(excluded.finished_at, t.finished_at),
        cancelled_at = coalesce(excluded.cancelled_at, t.cancelled_at),
        cancel_reason = coalesce(excluded.cancel_reason, t.cancel_reason),
        missing_at = coalesce(excluded.missing_at, t.missing_at)
    ),
    violation_rows as (
      insert into violation as t
      select r.* from moved, json_populate_recordset(null::violation, $13::json) r
    ),
    decision_rows as (
      insert into decision as t
      select r.* from moved, json_populate_recordset(null::decision, $14::json) r
    ),
    verification_rows as (
      insert into verification as t
      select r.* from moved, json_populate_recordset(null::verification, $15::json) r
      on conflict (application, cluster, attempt) do update set
        revision = coalesce(excluded.revision, t.revision),
        state = coalesce(excluded.state, t.state),
        owed_at = coalesce(excluded.owed_at, t.owed_at),
        due_at = coalesce(excluded.due_at, t.due_at),
        overdue_at = coalesce(excluded.overdue_at, t.overdue_at),
        settled_at = coalesce(excluded.settled_at, t.settled_at),
        settled_by = coalesce(excluded.settled_by, t.settled_by),
        claimed_actor = coalesce(excluded.claimed_actor, t.claimed_actor),
        reason = coalesce(excluded.reason, t.reason),
        position = coalesce(excluded.position, t.position)
    ),
    watch_rows as (
      insert into watch as t
      select r.* from moved, json_populate_recordset(null::watch, $16::json) r
      on conflict (application, cluster, attempt) do update set
        revision = coalesce(excluded.revision, t.revision),
        on_failure = coalesce(excluded.on_failure, t.on_failure),
        started_at = coalesce(excluded.started_at, t.started_at),
        until_at = coalesce(excluded.until_at, t.until_at),
        outcome = coalesce(excluded.outcome, t.outcome),
        ended_at = coalesce(excluded.ended_at, t.ended_at),
        message = coalesce(excluded.message, t.message),
        position = coalesce(excluded.position, t.position)
    ),
    quarantine_rows as (
      insert into quarantine as t
      select r.* from moved, json_populate_recordset(null::quarantine, $17::json) r
    )
    select count(*) from moved
    """)
}
