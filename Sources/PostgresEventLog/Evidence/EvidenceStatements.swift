import Postgres

extension PostgresEvidence {
  /// One statement, so that all of it is of one moment.
  static let stateStatement = Statement(
    "evidence_state",
    """
    select h.next_position, h.chain, h.last_now, h.last_at, t.size, t.incarnation::bigint,
      t.commands_from,
      coalesce((select e.position + 1 from windlass_log.event e where e.log_id = 0
        order by e.position desc limit 1), 0),
      coalesce((select b.next_position from windlass_log.batch b where b.log_id = 0
        order by b.next_position desc limit 1), 0),
      coalesce((select l.first_position + l.count from windlass_log.leaf l where l.log_id = 0
        order by l.first_position desc limit 1), 0),
      coalesce((select max(c.first_position + c.count) from windlass_log.command c
        where c.log_id = 0 and c.first_position >= h.next_position - 1000), h.next_position),
      coalesce((select max(c.at) from windlass_log.command c
        where c.log_id = 0 and c.first_position >= h.next_position), 0),
      coalesce((select k.number from windlass_log.checkpoint k where k.log_id = 0
        order by k.number desc limit 1), 0)
    from windlass_log.head h join windlass_log.tree t using (log_id) where h.log_id = 0
    """)

  static let startStatement = Statement(
    "evidence_start",
    """
    select (select b.chain from windlass_log.batch b
        where b.log_id = 0 and b.next_position = $1),
      (select coalesce(max(c.number), 0) from windlass_log.checkpoint c where c.log_id = 0
        and least(c.size, (select min(r.size) from windlass_log.restoration r
          where r.log_id = 0 and r.incarnation > c.incarnation)) < $1)
    """)

  /// As many whole batches as fit, and at least one.
  static let batchStatement = Statement(
    "evidence_batches",
    """
    select next_position, count, bytes, at, now, digest, chain, commands from (
      select b.next_position, b.count, b.bytes, b.at, b.now, b.digest, b.chain, s.commands,
        sum(b.count::bigint) over w - b.count as count_before,
        sum(b.bytes::bigint) over w - b.bytes as bytes_before
      from (select * from windlass_log.batch where log_id = 0 and next_position > $1
        and next_position <= $2 order by next_position limit $3) b
      left join windlass_log.batch_seal s
        on s.log_id = 0 and s.next_position = b.next_position
      window w as (order by b.next_position)
    ) page
    where count_before < $3 and bytes_before < $4 order by next_position
    """)

  static let eventStatement = Statement(
    "evidence_events",
    """
    select e.position, s.name, e.version, t.name, uuid_send(e.command_id), e.payload, x.body_digest
    from windlass_log.event e
    left join windlass_log.stream s on s.log_id = 0 and s.stream_id = e.stream_id
    left join windlass_log.event_type t on t.type_id = e.type_id
    left join windlass_log.erased x on x.log_id = 0 and x.position = e.position
    where e.log_id = 0 and e.position >= $1 and e.position < $2 order by e.position limit $3
    """)

  static let leafStatement = Statement(
    "evidence_leaves",
    """
    select first_position, hashes, salts from windlass_log.leaf
    where log_id = 0 and first_position > $1 - 256 and first_position < $2
      and first_position + count > $1
    order by first_position
    """)

  static let tileStatement = Statement(
    "evidence_tiles",
    """
    select t.level, t.index, t.hash from unnest(array[8, 16, 24, 32, 40, 48, 56]) l
    join windlass_log.subtree t on t.log_id = 0 and t.level = l
      and t.index >= $1 >> l and t.index < $2 >> l
    """)

  static let commandsStatement = Statement(
    "evidence_commands",
    """
    select uuid_send(command_id), digest, first_position, count, at from windlass_log.command
    where log_id = 0 and first_position >= $1 and first_position < $2
      and (first_position > $1 or uuid_send(command_id) > $3)
    order by first_position, command_id limit $4
    """)

  static let commandStatement = Statement(
    "evidence_command",
    """
    select uuid_send(command_id), digest, first_position, count, at from windlass_log.command
    where log_id = 0 and command_id = encode($1, 'hex')::uuid
    """)

  static let levelStatement = Statement(
    "evidence_level",
    """
    select hash from windlass_log.subtree
    where log_id = 0 and level = $1 and index >= $2 and index < $3 order by index
    """)

  /// Where a log was restored, a checkpoint of before belongs no later than there.
  static let checkpointStatement = Statement(
    "evidence_checkpoints",
    """
    select place, number, note from (
      select c.number, c.note, least(c.size, (select min(r.size) from windlass_log.restoration r
          where r.log_id = 0 and r.incarnation > c.incarnation)) as place
      from windlass_log.checkpoint c
      where c.log_id = 0 and c.number <= $4
        and (c.size > $1 and c.size <= $2 or c.incarnation < $3)
    ) placed
    where place > $1 and place <= $2 order by number
    """)

  static let lastStatement = Statement(
    "evidence_last",
    """
    select number, note from windlass_log.checkpoint where log_id = 0
    order by number desc limit 1
    """)

  static let restorationStatement = Statement(
    "evidence_restorations",
    "select statement from windlass_log.restoration where log_id = 0 order by incarnation")

  /// Streams in the order of their names, and whether their version is not that of their last event.
  static let streamStatement = Statement(
    "evidence_streams",
    """
    select s.name, s.version, (select e.version from windlass_log.event e where e.log_id = 0
        and e.stream_id = s.stream_id order by e.version desc limit 1) is distinct from s.version
    from windlass_log.stream s where s.log_id = 0 and s.name > $1 collate "C"
    order by s.name limit $2
    """)

  static let growStatement = Statement(
    "evidence_grow",
    "select windlass_log.grow_tree(0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
  static let recordStatement = Statement(
    "evidence_record", "select windlass_log.record_checkpoint(0, $1, $2, $3)")
  static let beginStatement = Statement(
    "evidence_begin", "select windlass_log.begin_incarnation(0, $1, $2, $3)")
}
