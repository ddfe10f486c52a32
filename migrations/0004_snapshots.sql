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
