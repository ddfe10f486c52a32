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
