// swift-format-ignore-file
// Generated from migrations/*.sql by ./dev generate. Do not edit.

extension Migration {
  /// Every migration, oldest first.
  public static let all = [
    Migration(1, "0001_event_log.sql", ##"""
-- The event log: one gapless total order of events per log, appended under one head row.
--
-- Times are bigint microseconds since 1970, so that hashing them needs no conversion. log_id leads
-- every key: it is the only distribution key a sharded PostgreSQL would need.

create schema windlass_log;

create function pg_temp.windlass_roles() returns void language plpgsql as $$
begin
  -- Two roles without login: the owner of the log, and those who may only append to it. Where we
  -- may not create them, everything belongs to the migrating role, and the triggers below still
  -- stop accidents.
  if not exists (select from pg_roles where rolname = 'windlass_owner') then
    create role windlass_owner nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'windlass_writer') then
    create role windlass_writer nologin;
  end if;
  execute format('grant windlass_owner, windlass_writer to %I', session_user);
  execute format('grant create on database %I to windlass_owner', current_database());
  alter schema windlass_log owner to windlass_owner;
  set local role windlass_owner;
exception when insufficient_privilege then
  raise notice 'roles are not separated: %', sqlerrm;
end $$;
select pg_temp.windlass_roles();

set local search_path = windlass_log, pg_temp;

-- Every migration adds its own row, in its own transaction; the checksum of its text follows.
create table migration (
  number int primary key,
  name text not null,
  sha256 bytea,
  applied_at timestamptz not null default clock_timestamp()
);
insert into migration (number, name) values (1, 'event_log');

-- The only serialisation point, and what pollers read. Nothing else goes into this table: an open
-- snapshot anywhere keeps every old version of its row.
create table head (
  log_id int primary key,
  next_position bigint not null check (next_position >= 0),
  chain bytea not null check (octet_length(chain) = 32),
  last_now bigint not null,
  last_at bigint not null
) with (fillfactor = 10, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_cost_delay = 0);

-- Names are stored once; events refer to them by number.
create table stream (
  log_id int not null,
  name text collate "C" not null check (octet_length(name) between 1 and 255),
  stream_id bigint generated always as identity,
  version bigint not null check (version > 0),
  primary key (log_id, name),
  unique (log_id, stream_id)
) with (fillfactor = 70);

create table event_type (
  type_id int generated always as identity primary key,
  name text collate "C" not null unique check (octet_length(name) between 1 and 100)
);

create table event (
  log_id int not null,
  position bigint not null,
  stream_id bigint not null,
  version bigint not null,
  command_id uuid not null,
  type_id int not null,
  payload bytea not null,
  primary key (log_id, position)
) partition by range (position);
-- Protobuf hardly compresses; trying costs more than it saves.
alter table event alter column payload set storage external;

-- One row per transaction that wrote events. The row at position 0 is the genesis: its random chain
-- tells two logs apart from the start.
create table batch (
  log_id int not null,
  next_position bigint not null,
  count int not null,
  bytes int not null,
  at bigint not null,
  now bigint not null,
  digest bytea not null,
  chain bytea not null,
  primary key (log_id, next_position)
);

-- Every command ever recorded, also those that changed nothing.
create table command (
  log_id int not null,
  command_id uuid not null,
  digest bytea not null,
  first_position bigint not null,
  count int not null,
  at bigint not null,
  primary key (log_id, command_id)
);

-- How long a claim is still trusted. Claims themselves are events.
create table lease (
  log_id int not null,
  name text collate "C" not null,
  epoch bigint not null,
  holder text not null,
  expires_at bigint not null,
  primary key (log_id, name)
) with (fillfactor = 50);

-- Triggers stop accidents, roles stop the service; only a witness outside stops an administrator.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'windlass_log.% is append-only: % refused', tg_table_name, tg_op
    using errcode = 'insufficient_privilege';
end $$;

create function protect(target text) returns void language plpgsql
  set search_path = windlass_log, pg_temp as $$
begin
  execute format(
    'create trigger append_only before update or delete or truncate on windlass_log.%I '
    'for each statement execute function windlass_log.refuse_change()', target);
  -- Also under session_replication_role = replica.
  execute format('alter table windlass_log.%I enable always trigger append_only', target);
end $$;

select protect('event'), protect('batch'), protect('command');

-- Creates the partitions of 10 million positions that hold the events up to p_until, and says how
-- many were missing. A statement trigger on the parent does not fire for a partition named
-- directly, so each one carries its own.
create function ensure_partitions(p_until bigint) returns int language plpgsql
  security definer set search_path = windlass_log, pg_temp set lock_timeout = '2s' as $$
declare
  size constant bigint := 10000000;
  name text;
  made int := 0;
begin
  if p_until < 0 or p_until > 1000000000000 then
    raise exception 'p_until is out of range' using errcode = 'invalid_parameter_value';
  end if;
  perform pg_advisory_xact_lock(hashtext('windlass_log.ensure_partitions'));
  for i in greatest(p_until / size - 3, 0) .. p_until / size loop
    name := format('event_p%s', lpad(i::text, 6, '0'));
    continue when to_regclass('windlass_log.' || name) is not null;
    execute format('create table windlass_log.%I (like windlass_log.event including all, '
      'check (position >= %s and position < %s))', name, i * size, (i + 1) * size);
    execute format('create unique index on windlass_log.%I (log_id, stream_id, version)', name);
    perform protect(name);
    -- The check spares ATTACH a scan; it takes no lock that stops appends.
    execute format('alter table windlass_log.event attach partition windlass_log.%I '
      'for values from (%s) to (%s)', name, i * size, (i + 1) * size);
    if exists (select from pg_roles where rolname = 'windlass_writer'
        and pg_has_role(session_user, oid, 'member')) then
      execute format('grant select on windlass_log.%I to windlass_writer', name);
    end if;
    made := made + 1;
  end loop;
  return made;
end $$;

select ensure_partitions(20000000);

insert into batch
  select 0, 0, 0, 0, 0, 0, g, g
  from sha256(convert_to('windlass log ' || gen_random_uuid(), 'UTF8')) g;
insert into head select 0, 0, chain, 0, 0 from batch;

-- Appends one batch: all of it, or nothing and a precise report.
--
-- status 0: written. 1: slices `bad` are at versions `detail`. 2: commands `bad` are recorded at
-- `detail` with `extra` events, or -1 - events when their digest differs. 3: the clock is off.
-- 4: the caller is not on a prefix of this log. Indices in `bad` start at 1.
--
-- s_*: one row per stream; next = expected is a guard. c_*: commands, with their offset in the
-- batch. t_name: the distinct types. e_*: events; stream, command and type are indices from 1.
create function append(
  p_log int, p_position bigint, p_chain bytea, p_digest bytea, p_bytes int,
  p_now_first bigint, p_now_last bigint,
  s_name text[], s_expected bigint[], s_next bigint[],
  c_id uuid[], c_digest bytea[], c_offset int[], c_count int[],
  t_name text[],
  e_stream int[], e_version bigint[], e_command int[], e_type int[], e_payload bytea[],
  out status int, out base_position bigint, out base_chain bytea, out next_position bigint,
  out chain bytea, out server_now bigint, out last_now bigint,
  out bad bigint[], out detail bigint[], out extra bigint[]
) language plpgsql security definer
  set search_path = windlass_log, pg_temp
  -- Array sizes vary and tables start empty: always index probes, one per element, never a guess.
  -- The laterals with a limit below say the same to the planner about the order of the joins.
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off
  set enable_mergejoin = off set enable_bitmapscan = off set enable_material = off set jit = off
as $$
#variable_conflict use_column
declare
  h head%rowtype;
  n constant int := cardinality(e_payload);
  stream_ids bigint[];
  type_ids int[];
  known bytea;
begin
  select * into strict h from head where log_id = p_log for update;
  base_position := h.next_position;
  base_chain := h.chain;
  next_position := h.next_position;
  chain := h.chain;
  last_now := h.last_now;
  -- Never behind what is recorded, so that a clock set back stops nobody.
  server_now := greatest(
    (extract(epoch from clock_timestamp()) * 1000000)::bigint, h.last_now, h.last_at);

  if (p_position, p_chain) is distinct from (h.next_position, h.chain)
    and not (p_position = 0 and p_chain = '')
  then
    select b.chain into known from batch b
      where b.log_id = p_log and b.next_position = p_position;
    if known is null or known <> p_chain then status := 4; return; end if;
  end if;

  -- Before the versions: a blind resend after a lost reply must not meet its own events as a
  -- conflict.
  select array_agg(u.i order by u.i), array_agg(k.first_position order by u.i),
      array_agg(case when k.digest = u.digest then k.count else -1 - k.count end order by u.i)
    into bad, detail, extra
    from unnest(c_id, c_digest) with ordinality u(id, digest, i)
    cross join lateral (select c.digest, c.first_position, c.count from command c
      where c.log_id = p_log and c.command_id = u.id limit 1) k;
  if bad is not null then status := 2; return; end if;

  select array_agg(t.stream_id order by u.i),
      array_agg(u.i order by u.i) filter (where coalesce(t.version, 0) <> u.expected),
      array_agg(coalesce(t.version, 0) order by u.i)
        filter (where coalesce(t.version, 0) <> u.expected)
    into stream_ids, bad, detail
    from unnest(s_name, s_expected) with ordinality u(name, expected, i)
    left join lateral (select s.stream_id, s.version from stream s
      where s.log_id = p_log and s.name = u.name collate "C" limit 1) t on true;
  if bad is not null then status := 1; return; end if;

  if p_now_first < h.last_now or p_now_last < p_now_first
    or p_now_first < server_now - 500000 or p_now_last > server_now + 500000
  then
    status := 3; return;
  end if;

  if n > 0 then
    if array_position(stream_ids, null) is not null then
      insert into stream (log_id, name, version)
        select p_log, u.name, u.next from unnest(s_name, s_expected, s_next) u(name, expected, next)
        where u.expected = 0 and u.next > 0;
      select array_agg(t.stream_id order by u.i) into stream_ids
        from unnest(s_name) with ordinality u(name, i)
        left join lateral (select s.stream_id from stream s
          where s.log_id = p_log and s.name = u.name collate "C" limit 1) t on true;
    end if;
    update stream t set version = u.next
      from unnest(stream_ids, s_expected, s_next) u(id, expected, next)
      where t.log_id = p_log and t.stream_id = u.id and u.expected > 0 and u.next > u.expected;

    select array_agg(t.type_id order by u.i) into type_ids
      from unnest(t_name) with ordinality u(name, i)
      left join event_type t on t.name = u.name collate "C";
    if array_position(type_ids, null) is not null then
      insert into event_type (name)
        select u.name from unnest(t_name, type_ids) u(name, id) where u.id is null;
      select array_agg(t.type_id order by u.i) into type_ids
        from unnest(t_name) with ordinality u(name, i)
        join event_type t on t.name = u.name collate "C";
    end if;

    insert into event (log_id, position, stream_id, version, command_id, type_id, payload)
      select p_log, h.next_position + u.i - 1, stream_ids[u.stream], u.version, c_id[u.command],
        type_ids[u.type], u.payload
      from unnest(e_stream, e_version, e_command, e_type, e_payload)
        with ordinality u(stream, version, command, type, payload, i);

    next_position := h.next_position + n;
    chain := sha256(h.chain || int8send(h.next_position) || int4send(n) || int8send(server_now)
      || int8send(p_now_last) || p_digest);
    insert into batch (log_id, next_position, count, bytes, at, now, digest, chain)
      values (p_log, append.next_position, n, p_bytes, server_now, p_now_last, p_digest,
        append.chain);
  end if;

  -- No ON CONFLICT anywhere: a violation here would be a bug and must abort the batch.
  insert into command (log_id, command_id, digest, first_position, count, at)
    select p_log, u.id, u.digest, h.next_position + u.first, u.count, server_now
    from unnest(c_id, c_digest, c_offset, c_count) u(id, digest, first, count);

  last_now := p_now_last;
  update head t
    set next_position = append.next_position, chain = append.chain, last_now = append.last_now,
      last_at = server_now
    where t.log_id = p_log;
  status := 0;
end $$;

-- A higher epoch takes over; the same epoch renews for the same holder only.
create function renew_lease(
  p_log int, p_name text, p_epoch bigint, p_holder text, p_ttl bigint,
  out renewed boolean, out epoch bigint, out holder text
) language plpgsql security definer set search_path = windlass_log, pg_temp as $$
#variable_conflict use_column
declare
  expires constant bigint := (extract(epoch from clock_timestamp()) * 1000000)::bigint + p_ttl;
begin
  insert into lease as l (log_id, name, epoch, holder, expires_at)
    values (p_log, p_name, p_epoch, p_holder, expires)
    on conflict (log_id, name) do update
      set epoch = excluded.epoch, holder = excluded.holder, expires_at = excluded.expires_at
      where l.epoch < excluded.epoch or (l.epoch = excluded.epoch and l.holder = excluded.holder);
  renewed := found;
  select l.epoch, l.holder into epoch, holder from lease l
    where l.log_id = p_log and l.name = p_name collate "C";
end $$;

create function end_lease(p_log int, p_name text, p_epoch bigint, p_holder text) returns void
  language sql security definer set search_path = windlass_log, pg_temp as $$
  update lease set expires_at = 0
    where log_id = p_log and name = p_name collate "C" and epoch = p_epoch and holder = p_holder;
$$;

revoke all on all tables in schema windlass_log from public;
revoke all on all functions in schema windlass_log from public;

create function pg_temp.windlass_grants() returns void language plpgsql as $$
begin
  if exists (select from pg_roles where rolname = 'windlass_writer'
      and pg_has_role(session_user, oid, 'member')) then
    grant usage on schema windlass_log to windlass_writer;
    grant select on all tables in schema windlass_log to windlass_writer;
    grant execute on function append, renew_lease, end_lease, ensure_partitions to windlass_writer;
  end if;
end $$;
select pg_temp.windlass_grants();

"""##),
  ]
}
