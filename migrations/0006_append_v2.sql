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
