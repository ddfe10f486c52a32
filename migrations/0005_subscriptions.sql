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
