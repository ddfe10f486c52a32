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
    Migration(2, "0002_proofs.sql", ##"""
-- The tree over the log, built behind the appends, and the checkpoints signed over it.
--
-- Nothing here takes part in an append. What is hashed and signed: docs/verify.md.

create or replace function pg_temp.windlass_owner() returns void language plpgsql as $$
begin
  if exists (select from pg_roles where rolname = 'windlass_owner'
      and pg_has_role(session_user, oid, 'member')) then
    set local role windlass_owner;
  end if;
end $$;
select pg_temp.windlass_owner();

set local search_path = windlass_log, pg_temp;

insert into migration (number, name) values (2, 'proofs');

-- Commands of a range of positions: those that changed nothing are in no event.
create index command_position on command (log_id, first_position);

-- How far the tree is built. Whoever adds to it says from where, so several replicas may try.
create table tree (
  log_id int primary key,
  size bigint not null check (size >= 0),
  incarnation int not null check (incarnation >= 0),
  -- Commands first recorded before this position were deleted after their time.
  commands_from bigint not null default 0
) with (fillfactor = 50);
insert into tree (log_id, size, incarnation) values (0, 0, 0);

-- Leaf hashes and the salts behind them, 32 and 16 bytes each, at most 256 to a row, and no row
-- reaches over a multiple of 256.
create table leaf (
  log_id int not null,
  first_position bigint not null,
  count int not null check (count between 1 and 256),
  hashes bytea not null,
  salts bytea not null,
  primary key (log_id, first_position),
  check (octet_length(hashes) = 32 * count and octet_length(salts) = 16 * count),
  check (first_position / 256 = (first_position + count - 1) / 256)
);
alter table leaf alter column hashes set storage external, alter column salts set storage external;

-- Roots of complete subtrees of 2^level leaves, for every eighth level.
create table subtree (
  log_id int not null,
  level int not null check (level in (8, 16, 24, 32, 40, 48, 56)),
  index bigint not null,
  hash bytea not null check (octet_length(hash) = 32),
  primary key (log_id, level, index)
);

-- What the leaves of a batch say about its commands, for the time when those are deleted.
create table batch_seal (
  log_id int not null,
  next_position bigint not null,
  commands bytea not null check (octet_length(commands) = 32),
  primary key (log_id, next_position)
);

-- Of an event whose payload and salt are gone: what stands for them in its leaf.
create table erased (
  log_id int not null,
  position bigint not null,
  body_digest bytea not null check (octet_length(body_digest) = 32),
  at bigint not null,
  primary key (log_id, position)
);

-- Signed notes, numbered without a gap.
create table checkpoint (
  log_id int not null,
  number bigint not null check (number > 0),
  incarnation int not null,
  size bigint not null,
  note bytea not null check (octet_length(note) between 1 and 10000),
  at bigint not null,
  primary key (log_id, number)
);
create index checkpoint_size on checkpoint (log_id, size);

-- Where a log went on that was not what had been signed, by the signed statement of an operator.
create table restoration (
  log_id int not null,
  incarnation int not null check (incarnation > 0),
  size bigint not null,
  statement bytea not null check (octet_length(statement) between 1 and 10000),
  at bigint not null,
  primary key (log_id, incarnation)
);

-- As refuse_change, with a way through for the functions below that say so.
create function refuse_change_of_evidence() returns trigger language plpgsql as $$
begin
  if current_setting('windlass_log.changes_evidence', true) = 'on' then return null; end if;
  raise exception 'windlass_log.% is append-only: % refused', tg_table_name, tg_op
    using errcode = 'insufficient_privilege';
end $$;

do $$
declare
  target text;
begin
  foreach target in array array['leaf', 'subtree', 'batch_seal'] loop
    execute format(
      'create trigger append_only after update or delete or truncate on windlass_log.%I '
      'for each statement execute function windlass_log.refuse_change_of_evidence()', target);
    execute format('alter table windlass_log.%I enable always trigger append_only', target);
  end loop;
end $$;
select protect('erased'), protect('checkpoint'), protect('restoration');

-- Adds the leaves p_size .. p_next - 1: all of them, or none where the tree has another size by now.
create function grow_tree(
  p_log int, p_size bigint, p_next bigint,
  b_next bigint[], b_commands bytea[],
  l_first bigint[], l_hashes bytea[], l_salts bytea[],
  t_level int[], t_index bigint[], t_hash bytea[]
) returns boolean language plpgsql security definer set search_path = windlass_log, pg_temp as $$
declare
  now_size bigint;
  added bigint;
begin
  select t.size into strict now_size from tree t where t.log_id = p_log for update;
  if now_size <> p_size then return false; end if;
  if not exists (select from batch b where b.log_id = p_log and b.next_position = p_next) then
    raise exception 'no batch ends at position %', p_next using errcode = 'invalid_parameter_value';
  end if;
  insert into leaf (log_id, first_position, count, hashes, salts)
    select p_log, u.first, octet_length(u.hashes) / 32, u.hashes, u.salts
    from unnest(l_first, l_hashes, l_salts) u(first, hashes, salts);
  select sum(octet_length(u) / 32) into added from unnest(l_hashes) u;
  if added is distinct from p_next - p_size then
    raise exception '% leaves for positions % to %', added, p_size, p_next
      using errcode = 'invalid_parameter_value';
  end if;
  insert into batch_seal (log_id, next_position, commands)
    select p_log, u.next, u.commands from unnest(b_next, b_commands) u(next, commands);
  insert into subtree (log_id, level, index, hash)
    select p_log, u.level, u.index, u.hash from unnest(t_level, t_index, t_hash) u(level, index, hash);
  update tree t set size = p_next where t.log_id = p_log;
  return true;
end $$;

-- False where a newer checkpoint is recorded, or the tree is another one by now.
create function record_checkpoint(p_log int, p_incarnation int, p_size bigint, p_note bytea)
returns boolean language plpgsql security definer set search_path = windlass_log, pg_temp as $$
declare
  t tree%rowtype;
  last checkpoint%rowtype;
begin
  select * into strict t from tree where log_id = p_log for update;
  select * into last from checkpoint where log_id = p_log order by number desc limit 1;
  if t.incarnation <> p_incarnation or t.size < p_size
    or (last.incarnation = p_incarnation and last.size >= p_size)
  then
    return false;
  end if;
  insert into checkpoint (log_id, number, incarnation, size, note, at)
    values (p_log, coalesce(last.number, 0) + 1, p_incarnation, p_size, p_note,
      (extract(epoch from clock_timestamp()) * 1000000)::bigint);
  return true;
end $$;

-- Goes on from p_size as p_incarnation. Leaves beyond it have lost their events.
create function begin_incarnation(p_log int, p_incarnation int, p_size bigint, p_statement bytea)
returns boolean language plpgsql security definer set search_path = windlass_log, pg_temp as $$
declare
  t tree%rowtype;
  head_next bigint;
begin
  select * into strict t from tree where log_id = p_log for update;
  select next_position into strict head_next from head where log_id = p_log;
  if p_incarnation <= t.incarnation then return false; end if;
  if p_size <> least(t.size, head_next) then return false; end if;
  perform set_config('windlass_log.changes_evidence', 'on', true);
  delete from leaf where log_id = p_log and first_position >= p_size;
  update leaf set count = p_size - first_position,
      hashes = substring(hashes for (32 * (p_size - first_position))::int),
      salts = substring(salts for (16 * (p_size - first_position))::int)
    where log_id = p_log and first_position < p_size and first_position + count > p_size
      and first_position > p_size - 256;
  delete from subtree where log_id = p_log and (index + 1) << level > p_size;
  delete from batch_seal where log_id = p_log and next_position > p_size;
  perform set_config('windlass_log.changes_evidence', 'off', true);
  insert into restoration (log_id, incarnation, size, statement, at)
    values (p_log, p_incarnation, p_size, p_statement,
      (extract(epoch from clock_timestamp()) * 1000000)::bigint);
  update tree set size = p_size, incarnation = p_incarnation where log_id = p_log;
  return true;
end $$;

-- For whoever erases a payload, in the transaction that does, and before it does: keeps the digest
-- that stands for payload and salt in the leaf, and forgets the salt. Not granted to the service.
create function forget_salt(p_log int, p_position bigint) returns void language plpgsql
  security definer set search_path = windlass_log, pg_temp as $$
declare
  salt bytea;
  row_first bigint;
begin
  select l.first_position,
      substring(l.salts from (16 * (p_position - l.first_position))::int + 1 for 16)
    into row_first, salt from leaf l
    where l.log_id = p_log and l.first_position <= p_position
      and l.first_position + l.count > p_position
    order by l.first_position desc limit 1;
  if salt is null then
    raise exception 'position % is not in the tree yet', p_position
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  insert into erased (log_id, position, body_digest, at)
    select p_log, p_position, sha256(salt || e.payload),
      (extract(epoch from clock_timestamp()) * 1000000)::bigint
    from event e where e.log_id = p_log and e.position = p_position;
  perform set_config('windlass_log.changes_evidence', 'on', true);
  update leaf set salts = overlay(salts placing decode(repeat('00', 16), 'hex')
      from (16 * (p_position - row_first))::int + 1)
    where log_id = p_log and first_position = row_first;
  perform set_config('windlass_log.changes_evidence', 'off', true);
end $$;

revoke all on tree, leaf, subtree, batch_seal, erased, checkpoint, restoration from public;
revoke all on function refuse_change_of_evidence, grow_tree, record_checkpoint, begin_incarnation,
  forget_salt from public;

create or replace function pg_temp.windlass_grants() returns void language plpgsql as $$
begin
  if exists (select from pg_roles where rolname = 'windlass_writer'
      and pg_has_role(session_user, oid, 'member')) then
    grant select on tree, leaf, subtree, batch_seal, erased, checkpoint, restoration
      to windlass_writer;
    grant execute on function grow_tree, record_checkpoint, begin_incarnation to windlass_writer;
  end if;
end $$;
select pg_temp.windlass_grants();

"""##),
    Migration(3, "0003_read_models.sql", ##"""
-- Read models: tables for dashboards, folded from the log and disposable.
--
-- windlass       the views that readers use; their columns are only ever added to
-- windlass_read  which generations of tables there are, and up to where each is folded
-- windlass_read_<n>  the tables of one generation, made and dropped by the service
--
-- The service fills them as windlass_projector, who may read the log and not write it. Whoever is
-- granted windlass_reader may read the views and nothing else.

insert into windlass_log.migration (number, name) values (3, 'read_models');

create schema windlass;
create schema windlass_read;

create or replace function pg_temp.windlass_read_roles() returns void language plpgsql as $$
begin
  if not exists (select from pg_roles where rolname = 'windlass_projector') then
    create role windlass_projector nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'windlass_reader') then
    create role windlass_reader nologin;
  end if;
  execute format('grant windlass_projector to %I', session_user);
  -- Only to make and drop the schemas of generations.
  execute format('grant create on database %I to windlass_projector', current_database());
  grant usage on schema windlass_log to windlass_projector;
  grant select on windlass_log.event, windlass_log.batch, windlass_log.stream,
    windlass_log.event_type, windlass_log.head to windlass_projector;
  alter schema windlass owner to windlass_projector;
  alter schema windlass_read owner to windlass_projector;
  set local role windlass_projector;
exception when insufficient_privilege then
  raise notice 'roles are not separated: %', sqlerrm;
end $$;
select pg_temp.windlass_read_roles();

set local search_path = windlass_read, pg_temp;

-- Rows of a generation and its place in the log change in one transaction, and only if the place is
-- the one the rows were folded from.
create table generation (
  number int primary key check (number > 0),
  -- Which tables and columns, and what they mean: a service fills its own model only.
  model int not null check (model > 0),
  state text not null check (state in ('building', 'live', 'retired')),
  position bigint not null default 0 check (position >= 0),
  chain bytea not null default '',
  started_at timestamptz not null default clock_timestamp(),
  advanced_at timestamptz not null default clock_timestamp(),
  live_at timestamptz,
  -- Why it cannot go on, if it cannot.
  trouble text
) with (fillfactor = 20, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
create unique index one_of_each on generation (state) where state <> 'retired';

-- Who is at work. It only keeps services from doing the same twice; the rows above keep them right.
create table claim (
  id int primary key default 1 check (id = 1),
  holder text not null,
  expires_at timestamptz not null,
  -- When the live generation last held every event.
  caught_up_at timestamptz
) with (fillfactor = 20);
insert into claim (holder, expires_at) values ('', '-infinity');

-- Names of schemas are made here, so that no statement of the service is ever put together.

-- From here on the connection means the tables of one generation by their plain names.
create function use_schema(p_number int) returns void language plpgsql as $$
begin
  perform set_config('search_path', format('windlass_read_%s, pg_temp', p_number), false);
end $$;

-- Begins a generation; its tables are made by whoever knows the model.
create function begin_generation(p_model int) returns int language plpgsql as $$
declare
  made int;
begin
  insert into windlass_read.generation (number, model, state)
    select coalesce(max(g.number), 0) + 1, p_model, 'building' from windlass_read.generation g
    returning number into made;
  execute format('create schema windlass_read_%s', made);
  perform windlass_read.use_schema(made);
  return made;
end $$;

-- Drops the tables of a generation that is out of use. Gives up at once while somebody reads them.
create function drop_generation(p_number int) returns void language plpgsql
  set search_path = windlass_read, pg_temp set lock_timeout = '200ms' as $$
begin
  perform from generation where number = p_number and state = 'retired' for update;
  if not found then return; end if;
  execute format('drop schema if exists windlass_read_%s cascade', p_number);
  delete from generation where number = p_number;
end $$;

revoke all on all functions in schema windlass_read from public;

"""##),
    Migration(4, "0004_snapshots.sql", ##"""
-- Snapshots of what the log folds to. They only save time at start: any of them may be thrown away.
--
-- A snapshot names the batch boundary it is of, by position and chain, and is taken in only if this
-- log has that boundary. A restored backup has the snapshots of its own past and no others.

create or replace function pg_temp.windlass_become_owner_for_snapshots() returns void language plpgsql as $$
begin
  if exists (select from pg_roles where rolname = 'windlass_owner'
      and pg_has_role(session_user, oid, 'member')) then
    set local role windlass_owner;
  end if;
end $$;
select pg_temp.windlass_become_owner_for_snapshots();

set local search_path = windlass_log, pg_temp;

insert into migration (number, name) values (4, 'snapshots');

create table snapshot (
  log_id int not null,
  snapshot_id bigint generated always as identity,
  position bigint not null check (position > 0),
  chain bytea not null check (octet_length(chain) = 32),
  -- Of states and folding, as the service names it; others are not read.
  version bytea not null check (octet_length(version) between 1 and 64),
  -- SHA-256 of all parts, one after the other.
  digest bytea not null check (octet_length(digest) = 32),
  bytes bigint not null check (bytes between 1 and 4294967296),
  parts int not null check (parts between 1 and 1024),
  complete boolean not null default false,
  at bigint not null,
  primary key (log_id, snapshot_id)
);

create table snapshot_part (
  log_id int not null,
  snapshot_id bigint not null,
  part int not null,
  content bytea not null check (octet_length(content) between 1 and 4194304),
  primary key (log_id, snapshot_id, part),
  foreign key (log_id, snapshot_id) references snapshot on delete cascade
);
alter table snapshot_part alter column content set storage external;

-- Announces a snapshot whose parts follow.
--
-- Answers its number; or null if a snapshot of this version is there, or on its way for less than
-- five minutes, that is less than p_distance positions behind it.
create function begin_snapshot(
  p_log int, p_position bigint, p_chain bytea, p_version bytea, p_digest bytea, p_bytes bigint,
  p_parts int, p_distance bigint
) returns bigint language plpgsql security definer
  set search_path = windlass_log, pg_temp set lock_timeout = '2s' as $$
declare
  now constant bigint := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
  id bigint;
begin
  perform pg_advisory_xact_lock(hashtext('windlass_log.snapshot'), p_log);
  if not exists (select from batch b
      where b.log_id = p_log and b.next_position = p_position and b.chain = p_chain) then
    raise exception 'the log has no boundary of that chain at position %', p_position
      using errcode = 'invalid_parameter_value';
  end if;
  -- Whoever began these is gone.
  delete from snapshot where log_id = p_log and not complete and at < now - 3600000000;
  if exists (select from snapshot s where s.log_id = p_log and s.version = p_version
      and s.position > p_position - greatest(p_distance, 1)
      and (s.complete or s.at > now - 300000000)) then
    return null;
  end if;
  insert into snapshot (log_id, position, chain, version, digest, bytes, parts, at)
    values (p_log, p_position, p_chain, p_version, p_digest, p_bytes, p_parts, now)
    returning snapshot_id into id;
  return id;
end $$;

-- Adds one part, counted from 0, to a snapshot that is announced and not complete.
create function add_snapshot_part(p_log int, p_id bigint, p_part int, p_content bytea)
returns void language plpgsql security definer
  set search_path = windlass_log, pg_temp set lock_timeout = '2s' as $$
begin
  perform from snapshot
    where log_id = p_log and snapshot_id = p_id and not complete and p_part between 0 and parts - 1
    for share;
  if not found then
    raise exception 'snapshot % awaits no part %', p_id, p_part
      using errcode = 'invalid_parameter_value';
  end if;
  insert into snapshot_part (log_id, snapshot_id, part, content)
    values (p_log, p_id, p_part, p_content);
end $$;

-- Makes a snapshot readable once all of it is there. Three of a version are kept, of the two versions
-- written last: a service that is rolled back finds its own.
create function finish_snapshot(p_log int, p_id bigint) returns void
  language plpgsql security definer
  set search_path = windlass_log, pg_temp set lock_timeout = '2s' as $$
declare
  found_parts int;
  found_bytes bigint;
begin
  perform pg_advisory_xact_lock(hashtext('windlass_log.snapshot'), p_log);
  select count(*), coalesce(sum(octet_length(content)), 0) into found_parts, found_bytes
    from snapshot_part where log_id = p_log and snapshot_id = p_id;
  update snapshot set complete = true
    where log_id = p_log and snapshot_id = p_id and not complete and parts = found_parts
      and bytes = found_bytes;
  if not found then
    raise exception 'snapshot % is not whole', p_id using errcode = 'invalid_parameter_value';
  end if;
  delete from snapshot s using (
    select snapshot_id,
        row_number() over (partition by version order by position desc, snapshot_id desc) as rank,
        max(snapshot_id) over (partition by version) as written
      from snapshot where log_id = p_log and complete) r
    where s.log_id = p_log and s.snapshot_id = r.snapshot_id
      and (r.rank > 3 or (
        select count(distinct t.version) from snapshot t
          where t.log_id = p_log and t.complete and t.snapshot_id > r.written) >= 2);
end $$;

-- Removes a snapshot that was found to be wrong.
create function discard_snapshot(p_log int, p_id bigint) returns void
  language sql security definer set search_path = windlass_log, pg_temp as $$
  delete from snapshot where log_id = p_log and snapshot_id = p_id;
$$;

revoke all on snapshot, snapshot_part from public;
revoke all on function begin_snapshot, add_snapshot_part, finish_snapshot, discard_snapshot
  from public;

create or replace function pg_temp.windlass_grants_for_snapshots() returns void language plpgsql as $$
begin
  if exists (select from pg_roles where rolname = 'windlass_writer'
      and pg_has_role(session_user, oid, 'member')) then
    grant select on snapshot, snapshot_part to windlass_writer;
    grant execute on function begin_snapshot, add_snapshot_part, finish_snapshot,
      discard_snapshot to windlass_writer;
  end if;
end $$;
select pg_temp.windlass_grants_for_snapshots();

"""##),
    Migration(5, "0005_subscriptions.sql", ##"""
-- Reading parts of the log, and subscriptions: how far named readers of it have come.

create or replace function pg_temp.windlass_become_owner() returns void language plpgsql as $$
declare
  owner name;
begin
  select pg_get_userbyid(nspowner) into owner from pg_namespace where nspname = 'windlass_log';
  execute format('set local role %I', owner);
end $$;
select pg_temp.windlass_become_owner();

set local search_path = windlass_log, pg_temp;

insert into migration (number, name) values (5, 'subscriptions');

-- The version of the first event of a stream at or after a position, found by halving: versions
-- ascend with positions. One more than the stream has when there is none.
create function version_at(p_log int, p_stream bigint, p_position bigint) returns bigint
  language plpgsql stable set search_path = windlass_log, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off
  set jit = off as $$
#variable_conflict use_column
declare
  low bigint := 1;
  high bigint;
  middle bigint;
  here bigint;
begin
  select s.version + 1 into high from stream s where s.log_id = p_log and s.stream_id = p_stream;
  if high is null then return 1; end if;
  while low < high loop
    middle := low + (high - low) / 2;
    select e.position into here from event e
      where e.log_id = p_log and e.stream_id = p_stream and e.version = middle;
    -- Not visible to this snapshot: it is later than everything that is.
    if here is null or here >= p_position then high := middle; else low := middle + 1; end if;
  end loop;
  return low;
end $$;

-- The last batch boundary before which every recorded now is at most p_now, by halving: recorded
-- nows ascend with positions, so no index on them has to be written with every append.
create function boundary_at(p_log int, p_now bigint) returns bigint
  language plpgsql stable set search_path = windlass_log, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off
  set jit = off as $$
#variable_conflict use_column
declare
  low bigint := 0;
  high bigint;
  middle bigint;
  found_next bigint;
  found_now bigint;
begin
  select h.next_position into strict high from head h where h.log_id = p_log;
  while low < high loop
    middle := low + (high - low + 1) / 2;
    select b.next_position, b.now into found_next, found_now from batch b
      where b.log_id = p_log and b.next_position >= middle order by b.next_position limit 1;
    if found_next is not null and found_now <= p_now then
      low := found_next;
    else
      high := middle - 1;
    end if;
  end loop;
  return low;
end $$;

-- Never given twice, so that the consumer of a deleted subscription is nobody in a later one of the
-- same name.
create sequence subscription_epoch;

create table subscription (
  log_id int not null,
  name text collate "C" not null check (octet_length(name) between 1 and 100),
  filter bytea not null check (octet_length(filter) <= 16384),
  position bigint not null check (position >= 0),
  epoch bigint not null,
  consumer text not null check (octet_length(consumer) <= 128),
  created_at bigint not null,
  opened_at bigint not null,
  acknowledged_at bigint not null,
  primary key (log_id, name)
) with (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_cost_delay = 0);

-- status 0: opened. 1: there is one with another filter. 2: there are p_max already.
create function open_subscription(
  p_log int, p_name text, p_filter bytea, p_position bigint, p_consumer text, p_max int,
  out status int, out filter bytea, out place bigint, out epoch bigint, out consumer text,
  out created_at bigint, out opened_at bigint, out acknowledged_at bigint
) language plpgsql security definer set search_path = windlass_log, pg_temp
  set lock_timeout = '2s' as $$
#variable_conflict use_column
declare
  s subscription%rowtype;
  now_us constant bigint := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
begin
  select * into s from subscription t where t.log_id = p_log and t.name = p_name for update;
  if not found then
    -- One at a time, so that they can be counted and two callers make one of a name.
    perform pg_advisory_xact_lock(hashtext('windlass_log.open_subscription'));
    select * into s from subscription t where t.log_id = p_log and t.name = p_name for update;
  end if;
  if s.name is null then
    if (select count(*) from subscription t where t.log_id = p_log) >= p_max then
      status := 2;
      return;
    end if;
    insert into subscription
      values (p_log, p_name, p_filter,
        least(p_position, (select h.next_position from head h where h.log_id = p_log)),
        nextval('subscription_epoch'), p_consumer, now_us, now_us, now_us)
      returning * into s;
    status := 0;
  elsif s.filter <> p_filter then
    status := 1;
  else
    update subscription t
      set epoch = nextval('subscription_epoch'), consumer = p_consumer, opened_at = now_us
      where t.log_id = p_log and t.name = p_name returning * into s;
    status := 0;
  end if;
  filter := s.filter;
  place := s.position;
  epoch := s.epoch;
  consumer := s.consumer;
  created_at := s.created_at;
  opened_at := s.opened_at;
  acknowledged_at := s.acknowledged_at;
end $$;

-- status 0: recorded; place is where it stands. 1: another epoch. 2: the log ends before, at place.
-- 3: there is none. Backwards only when p_epoch is null, which gives it a new epoch.
create function acknowledge(
  p_log int, p_name text, p_epoch bigint, p_position bigint,
  out status int, out place bigint, out epoch bigint, out consumer text
) language plpgsql security definer set search_path = windlass_log, pg_temp
  set lock_timeout = '2s' as $$
#variable_conflict use_column
declare
  s subscription%rowtype;
  log_end bigint;
begin
  select * into s from subscription t where t.log_id = p_log and t.name = p_name for update;
  if not found then status := 3; return; end if;
  place := s.position;
  epoch := s.epoch;
  consumer := s.consumer;
  if p_epoch <> s.epoch then status := 1; return; end if;
  select h.next_position into strict log_end from head h where h.log_id = p_log;
  if p_position > log_end then status := 2; place := log_end; return; end if;
  status := 0;
  if p_epoch is not null and p_position <= s.position then return; end if;
  update subscription t
    set position = p_position,
      epoch = case when p_epoch is null then nextval('subscription_epoch') else t.epoch end,
      acknowledged_at = (extract(epoch from clock_timestamp()) * 1000000)::bigint
    where t.log_id = p_log and t.name = p_name
    returning t.position, t.epoch into place, epoch;
end $$;

create function delete_subscription(p_log int, p_name text) returns boolean
  language plpgsql security definer set search_path = windlass_log, pg_temp
  set lock_timeout = '2s' as $$
begin
  delete from subscription t where t.log_id = p_log and t.name = p_name collate "C";
  return found;
end $$;

revoke all on table subscription from public;
revoke all on sequence subscription_epoch from public;
revoke all on function version_at, boundary_at, open_subscription, acknowledge, delete_subscription
  from public;

create or replace function pg_temp.windlass_subscription_grants() returns void language plpgsql as $$
begin
  if exists (select from pg_roles where rolname = 'windlass_writer'
      and pg_has_role(session_user, oid, 'member')) then
    grant select on windlass_log.subscription to windlass_writer;
    grant execute on function windlass_log.version_at, windlass_log.boundary_at,
      windlass_log.open_subscription, windlass_log.acknowledge,
      windlass_log.delete_subscription to windlass_writer;
  end if;
end $$;
select pg_temp.windlass_subscription_grants();

"""##),
    Migration(6, "0006_append_v2.sql", ##"""
-- The append again, for less: what is about to be written is the check.
--
-- A batch that may be written meets every stream and every command once, where the first version met
-- each of them twice. Only when something stands in the way is looked what it is. Both versions can be
-- used at the same time; they take the same lock and write the same rows.

do $$
begin
  -- As in the first migration: where the roles are separated, the owner owns this too.
  if exists (select from pg_roles where rolname = 'windlass_owner'
      and pg_has_role(session_user, oid, 'member')) then
    set local role windlass_owner;
  end if;
end $$;

set local search_path = windlass_log, pg_temp;

insert into migration (number, name) values (6, 'append_v2');

-- Arguments and answers are those of append().
create function append_v2(
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
  on_time boolean;
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

  on_time := p_now_first >= h.last_now and p_now_last >= p_now_first
    and p_now_first >= server_now - 500000 and p_now_last <= server_now + 500000;

  if on_time then
    -- Taken back whole if anything in it meets what is recorded. The head is not touched in here:
    -- its row would be locked by one transaction and changed by another.
    begin
      -- Slices of streams that exist, in place; then the new ones; then whatever is only guarded.
      with moved as (
        update stream t set version = u.next
          from unnest(s_name, s_expected, s_next) with ordinality u(name, expected, next, i)
          where t.log_id = p_log and t.name = u.name collate "C" and t.version = u.expected
            and u.next > u.expected and u.expected > 0
          returning u.i, t.stream_id
      ), begun as (
        insert into stream (log_id, name, version)
          select p_log, u.name, u.next
          from unnest(s_name, s_expected, s_next) u(name, expected, next)
          where u.expected = 0 and u.next > 0
          returning name, stream_id
      ), guarded as (
        select u.i, coalesce(t.version, 0) = u.expected as holds
        from unnest(s_name, s_expected, s_next) with ordinality u(name, expected, next, i)
        left join lateral (select s.version from stream s
          where s.log_id = p_log and s.name = u.name collate "C" limit 1) t on true
        where u.next = u.expected
      ), found as (
        select i, stream_id from moved
        union all
        select u.i, b.stream_id from begun b
          join unnest(s_name) with ordinality u(name, i) on u.name collate "C" = b.name
        union all
        select i, 0 from guarded where holds
      )
      select array_agg(stream_id order by i) into stream_ids from found;
      if coalesce(cardinality(stream_ids), 0) <> cardinality(s_name) then
        raise sqlstate 'WL001';
      end if;

      insert into command (log_id, command_id, digest, first_position, count, at)
        select p_log, u.id, u.digest, h.next_position + u.first, u.count, server_now
        from unnest(c_id, c_digest, c_offset, c_count) u(id, digest, first, count);

      if n > 0 then
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
          select p_log, h.next_position + u.i - 1, stream_ids[u.stream], u.version,
            c_id[u.command], type_ids[u.type], u.payload
          from unnest(e_stream, e_version, e_command, e_type, e_payload)
            with ordinality u(stream, version, command, type, payload, i);

        next_position := h.next_position + n;
        chain := sha256(h.chain || int8send(h.next_position) || int4send(n)
          || int8send(server_now) || int8send(p_now_last) || p_digest);
        insert into batch (log_id, next_position, count, bytes, at, now, digest, chain)
          values (p_log, append_v2.next_position, n, p_bytes, server_now, p_now_last, p_digest,
            append_v2.chain);
      end if;
      status := 0;
    exception when sqlstate 'WL001' or unique_violation then
      next_position := h.next_position;
      chain := h.chain;
    end;

    if status = 0 then
      last_now := p_now_last;
      update head t
        set next_position = append_v2.next_position, chain = append_v2.chain,
          last_now = append_v2.last_now, last_at = server_now
        where t.log_id = p_log;
      return;
    end if;
  end if;

  -- Something stood in the way. Commands first: a blind resend after a lost reply must not meet its
  -- own events as a conflict.
  select array_agg(u.i order by u.i), array_agg(k.first_position order by u.i),
      array_agg(case when k.digest = u.digest then k.count else -1 - k.count end order by u.i)
    into bad, detail, extra
    from unnest(c_id, c_digest) with ordinality u(id, digest, i)
    cross join lateral (select c.digest, c.first_position, c.count from command c
      where c.log_id = p_log and c.command_id = u.id limit 1) k;
  if bad is not null then status := 2; return; end if;

  select array_agg(u.i order by u.i), array_agg(coalesce(t.version, 0) order by u.i)
    into bad, detail
    from unnest(s_name, s_expected) with ordinality u(name, expected, i)
    left join lateral (select s.version from stream s
      where s.log_id = p_log and s.name = u.name collate "C" limit 1) t on true
    where coalesce(t.version, 0) <> u.expected;
  if bad is not null then status := 1; return; end if;

  if not on_time then status := 3; return; end if;
  -- Neither a command nor a stream: the log contradicts itself, and nothing may go on as if not.
  raise exception 'windlass_log: a batch that nothing stands against cannot be written'
    using errcode = 'data_corrupted';
end $$;

revoke all on function append_v2 from public;

do $$
begin
  if exists (select from pg_roles where rolname = 'windlass_writer'
      and pg_has_role(session_user, oid, 'member')) then
    grant execute on function append_v2 to windlass_writer;
  end if;
end $$;

"""##),
  ]
}
