extension ReadModel {
  /// Points the views at the generation whose schema is the first of the search path, and takes the
  /// one before out of use: one transaction, or nothing while somebody reads for long.
  ///
  /// Whoever reads has rights on these views alone, and keeps them when they are replaced.
  /// PostgreSQL itself refuses to replace a view by one that lacks a column of before or has
  /// another type there.
  static let publish: StaticString = """
    set local statement_timeout = '200ms';
    -- All locks in one statement, so that this bounds them together: who comes after us waits too.
    do $$
    declare
      name text;
    begin
      for name in select relname from pg_class
        where relnamespace = 'windlass'::regnamespace and relkind = 'v' order by relname
      loop
        execute format('lock table windlass.%I in access exclusive mode', name);
      end loop;
    end $$;
    set local statement_timeout = 0;

    create or replace view windlass.rollouts as
      select r.application, r.cluster, r.phase, r.message, r.stable_revision,
        s.release as stable_release, r.desired_revision, d.release as desired_release, r.attempt,
        r.attempts, r.track, r.step_index, r.pauses, r.is_available, r.is_late, r.is_switched,
        r.weight, r.pods_revision, r.pods_requested, r.pods_available, r.restart_requested_at,
        c.mode, c.labels, r.changed_at, r.version, r.position, q.reason as quarantine_reason
      from rollout r
      left join revision s on s.application = r.application and s.revision = r.stable_revision
      left join revision d on d.application = r.application and d.revision = r.desired_revision
      left join cluster c on c.cluster = r.cluster
      left join quarantine q on q.stream = 'rollout-' || r.application || '@' || r.cluster;

    create or replace view windlass.attempts as
      select a.application, a.cluster, a.attempt, a.revision, v.release, a.stable_before,
        a.strategy_version, a.kind, a.origin, a.track, a.rollback_class, a.insists_on_analysis,
        a.window_verdict, a.window_source, a.window_revisions, a.window_duration_seconds,
        a.revisions_between, a.rests_on_import, a.rules, a.warnings, a.requested_by,
        a.claimed_actor, a.reason, a.started_at, a.reclassified_at, a.reclassified_by, a.verdict,
        a.abort_cause, a.abort_run_type, a.message, a.ended_at, a.ended_by, a.ended_claimed_actor,
        a.end_reason,
        case when a.track <> 'fast' then null
          when exists (select from violation w where w.application = a.application
            and w.cluster = a.cluster and w.attempt = a.attempt) then 'violated'
          when a.ended_at is null then 'open' else 'kept' end as contract,
        extract(epoch from a.ended_at - a.started_at)::double precision as seconds,
        a.position, a.end_position
      from attempt a
      left join revision v on v.application = a.application and v.revision = a.revision;

    create or replace view windlass.decisions as
      select position, decided_at, application, cluster, attempt, revision, decision, answer,
        subject, detail, rules, facts, requested_by, claimed_actor, reason
      from decision;

    create or replace view windlass.refusals as
      select position, decided_at as refused_at, application, cluster, decision as command,
        rules[1] as rule, detail as message, requested_by, claimed_actor, reason
      from decision where answer = 'refuse';

    create or replace view windlass.analysis_runs as
      select n.application, n.cluster, n.attempt, a.revision, n.type,
        nullif(n.step_index, -1) as step_index, n.round, n.state, n.object, n.phase, n.reading,
        n.evidence, n.measurements, n.message, n.scheduled_at, n.created_at, n.finished_at,
        n.cancelled_at, n.cancel_reason, n.missing_at, n.position
      from analysis_run n
      left join attempt a on a.application = n.application and a.cluster = n.cluster
        and a.attempt = n.attempt;

    create or replace view windlass.violations as
      select w.position, w.violated_at, w.application, w.cluster, w.attempt, a.revision, w.object,
        w.type, w.step_index, w.pod_hash, a.requested_by, a.started_at, a.ended_at
      from violation w
      left join attempt a on a.application = w.application and a.cluster = w.cluster
        and a.attempt = w.attempt;

    create or replace view windlass.revisions as
      select r.application, r.revision, r.release, r.digest, r.images, r.registered_at,
        r.registered_by, r.claimed_actor, r.reason,
        exists (select from hold h where h.application = r.application
          and h.revision = r.revision and h.released_at is null) as is_held, r.position
      from revision r;

    create or replace view windlass.holds as
      select h.application, h.revision, r.release, h.released_at is null as is_held, h.held_at,
        h.held_by, h.claimed_actor, h.reason, h.released_at, h.released_by,
        h.release_claimed_actor, h.release_reason, h.position, h.release_position
      from hold h
      left join revision r on r.application = h.application and r.revision = h.revision;

    create or replace view windlass.clusters as
      select cluster, mode, labels, controller_version, registered_at, registered_by, lease_epoch,
        lease_holder, lease_claimed_at, lease_released_at, position
      from cluster;

    create or replace view windlass.fleet_matrix as
      select m.application, m.revision, v.release, m.cluster,
        case when m.revision = r.desired_revision and r.phase <> 'healthy' then r.phase
          when m.revision = r.stable_revision then 'stable'
          when m.was_stable then 'was-stable'
          when m.was_attempted then 'attempted'
          else 'seen' end as state,
        coalesce(m.revision = r.stable_revision, false) as is_stable,
        coalesce(m.revision = r.desired_revision, false) as is_desired,
        exists (select from hold h where h.application = m.application
          and h.revision = m.revision and h.released_at is null) as is_held,
        m.was_attempted, m.was_stable, m.is_imported, m.pod_hash, m.argo_revision,
        m.attempted_since, m.stable_since, m.stopped_being_stable_at, c.mode, c.labels
      from rollout_revision m
      join rollout r on r.application = m.application and r.cluster = m.cluster
      left join revision v on v.application = m.application and v.revision = m.revision
      left join cluster c on c.cluster = m.cluster;

    create or replace view windlass.verifications as
      select application, cluster, attempt, revision, state, owed_at, due_at, overdue_at,
        settled_at, settled_by, claimed_actor, reason, position
      from verification;

    create or replace view windlass.watches as
      select application, cluster, attempt, revision, on_failure, started_at, until_at, outcome,
        ended_at, message, position
      from watch;

    create or replace view windlass.quarantined_streams as
      select stream, position, reason from quarantine;

    create or replace view windlass.read_models as
      select l.number as generation, l.model, l.position, l.advanced_at, c.caught_up_at,
        l.live_at, l.trouble, b.number as building, b.position as building_position
      from windlass_read.generation l
      cross join windlass_read.claim c
      left join windlass_read.generation b on b.state = 'building'
      where l.state = 'live';

    do $$
    begin
      update windlass_read.generation set state = 'retired' where state = 'live';
      update windlass_read.generation
        set state = 'live', live_at = clock_timestamp(), trouble = null
        where state = 'building' and 'windlass_read_' || number = current_schema();
      if not found then
        raise exception 'generation % is not the one being built', current_schema();
      end if;
      if exists (select from pg_roles where rolname = 'windlass_reader')
        and current_user = 'windlass_projector'
      then
        grant usage on schema windlass to windlass_reader;
        grant select on all tables in schema windlass to windlass_reader;
      end if;
    end $$;
    """
}
