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
