extension ReadModel {
  /// Begins a generation of this ``version`` and makes its tables, in one transaction.
  ///
  /// Numbers that the log counts are `bigint`, because they are unsigned there. Columns that a
  /// later event fills are null until then, and so are texts that would be empty.
  static let tables: StaticString = """
    select windlass_read.begin_generation(1);

    create table revision (
      application text collate "C", revision bigint, release text, digest text, images text[],
      registered_at timestamptz, registered_by text, claimed_actor text, reason text,
      position bigint, primary key (application, revision));

    create table hold (
      application text collate "C", revision bigint, position bigint, held_at timestamptz,
      held_by text, claimed_actor text, reason text, released_at timestamptz, released_by text,
      release_claimed_actor text, release_reason text, release_position bigint,
      primary key (application, revision, position));

    create table cluster (
      cluster text collate "C" primary key, mode text, labels jsonb, controller_version text,
      registered_at timestamptz, registered_by text, lease_epoch bigint, lease_holder text,
      lease_claimed_at timestamptz, lease_released_at timestamptz, position bigint);

    create table rollout (
      application text collate "C", cluster text collate "C", phase text, message text,
      stable_revision bigint, desired_revision bigint, attempt bigint, attempts bigint, track text,
      step_index bigint, pauses text[], is_available boolean, is_late boolean,
      is_switched boolean, weight bigint, pods_revision bigint, pods_requested bigint,
      pods_available bigint, restart_requested_at timestamptz, version bigint, position bigint,
      changed_at timestamptz, primary key (application, cluster)) with (fillfactor = 70);

    create table rollout_revision (
      application text collate "C", cluster text collate "C", revision bigint,
      was_attempted boolean, was_stable boolean, is_imported boolean, pod_hash text,
      argo_revision bigint, attempted_since timestamptz, stable_since timestamptz,
      stopped_being_stable_at timestamptz,
      primary key (application, cluster, revision)) with (fillfactor = 70);
    create index on rollout_revision (application, revision);

    create table attempt (
      application text collate "C", cluster text collate "C", attempt bigint, revision bigint,
      stable_before bigint, strategy_version bigint, kind text, origin text, track text,
      rollback_class text, insists_on_analysis boolean, window_verdict text, window_source text,
      window_revisions bigint, window_duration_seconds double precision,
      revisions_between bigint[], rests_on_import boolean, rules text[], warnings text[],
      requested_by text, claimed_actor text, reason text, started_at timestamptz,
      position bigint, reclassified_at timestamptz, reclassified_by text, verdict text,
      abort_cause text, abort_run_type text, message text, ended_at timestamptz, ended_by text,
      ended_claimed_actor text, end_reason text, end_position bigint,
      primary key (application, cluster, attempt)) with (fillfactor = 70);
    create index on attempt (started_at);

    create table analysis_run (
      application text collate "C", cluster text collate "C", attempt bigint, type text,
      step_index bigint, round bigint, state text, object text, phase text, reading text,
      evidence text, measurements bigint, message text, scheduled_at timestamptz,
      created_at timestamptz, finished_at timestamptz, cancelled_at timestamptz,
      cancel_reason text, missing_at timestamptz, position bigint,
      primary key (application, cluster, attempt, type, step_index, round)) with (fillfactor = 60);
    create index on analysis_run (finished_at);

    create table violation (
      position bigint primary key, violated_at timestamptz, application text collate "C",
      cluster text collate "C", attempt bigint, object text, type text, step_index bigint,
      pod_hash text);
    create index on violation (application, cluster, attempt);
    create index on violation (violated_at);

    create table decision (
      position bigint primary key, decided_at timestamptz, application text collate "C",
      cluster text collate "C", attempt bigint, revision bigint, decision text, answer text,
      subject text, detail text, rules text[], facts jsonb, requested_by text,
      claimed_actor text, reason text);
    create index on decision (decided_at);
    create index on decision (application, cluster, attempt);

    create table verification (
      application text collate "C", cluster text collate "C", attempt bigint, revision bigint,
      state text, owed_at timestamptz, due_at timestamptz, overdue_at timestamptz,
      settled_at timestamptz, settled_by text, claimed_actor text, reason text, position bigint,
      primary key (application, cluster, attempt));

    create table watch (
      application text collate "C", cluster text collate "C", attempt bigint, revision bigint,
      on_failure text, started_at timestamptz, until_at timestamptz, outcome text,
      ended_at timestamptz, message text, position bigint,
      primary key (application, cluster, attempt));

    create table quarantine (
      stream text collate "C" primary key, position bigint, reason text);
    """
}
