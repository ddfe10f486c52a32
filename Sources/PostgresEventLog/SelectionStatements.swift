import Postgres

/// The statements behind reads of a selection. Each looks at a bounded number of rows and gives a
/// page cut by rows and by bytes; `found` says how many rows there were before the cut by bytes.
enum SelectionStatements {
  /// By position: every row of a range of positions is looked at. For selections that match much of
  /// the log, or more streams than are worth looking up one by one.
  static let scanForwards = Statement(
    "scan_forwards",
    """
    select position, stream_id, version, type_id, command_id, payload, at, found from (
      select e.*, count(*) over () as found,
        sum(octet_length(e.payload)) over (order by e.position)
          - octet_length(e.payload) as bytes_before,
        (select b.at from windlass_log.batch b where b.log_id = 0 and b.next_position > e.position
          order by b.next_position limit 1) as at
      from (
        select position, stream_id, version, type_id, command_id, payload from windlass_log.event
        where log_id = 0 and position >= $1 and position < $2
          and ($3 = 0 or type_id = any (array(
            select t.type_id from windlass_log.event_type t where t.name = any ($4))))
          and ($5 = 0 or stream_id = any (array(
            select s.stream_id from windlass_log.stream s
            where s.log_id = 0 and s.name = any ($6))))
        order by position limit $7
      ) e
    ) page
    where bytes_before < $8 order by position
    """)
  static let scanBackwards = Statement(
    "scan_backwards",
    """
    select position, stream_id, version, type_id, command_id, payload, at, found from (
      select e.*, count(*) over () as found,
        sum(octet_length(e.payload)) over (order by e.position desc)
          - octet_length(e.payload) as bytes_before,
        (select b.at from windlass_log.batch b where b.log_id = 0 and b.next_position > e.position
          order by b.next_position limit 1) as at
      from (
        select position, stream_id, version, type_id, command_id, payload from windlass_log.event
        where log_id = 0 and position >= $1 and position < $2
          and ($3 = 0 or type_id = any (array(
            select t.type_id from windlass_log.event_type t where t.name = any ($4))))
          and ($5 = 0 or stream_id = any (array(
            select s.stream_id from windlass_log.stream s
            where s.log_id = 0 and s.name = any ($6))))
        order by position desc limit $7
      ) e
    ) page
    where bytes_before < $8 order by position desc
    """)

  /// By stream: what each of a few streams has in the range, merged. Costs what the streams hold,
  /// not what the log holds.
  static let streamsForwards = Statement(
    "streams_forwards",
    """
    select position, stream_id, version, type_id, command_id, payload, at, found from (
      select e.*, count(*) over () as found,
        sum(octet_length(e.payload)) over (order by e.position)
          - octet_length(e.payload) as bytes_before,
        (select b.at from windlass_log.batch b where b.log_id = 0 and b.next_position > e.position
          order by b.next_position limit 1) as at
      from (
        select e.* from unnest($3::bigint[]) s(id)
        cross join lateral (
          select windlass_log.version_at(0, s.id, $1) as version offset 0) f
        cross join lateral (
          select position, stream_id, version, type_id, command_id, payload
          from windlass_log.event
          where log_id = 0 and stream_id = s.id and version >= f.version
            and position >= $1 and position < $2
          order by version limit $4) e
        order by e.position limit $4
      ) e
    ) page
    where bytes_before < $5 order by position
    """)
  static let streamsBackwards = Statement(
    "streams_backwards",
    """
    select position, stream_id, version, type_id, command_id, payload, at, found from (
      select e.*, count(*) over () as found,
        sum(octet_length(e.payload)) over (order by e.position desc)
          - octet_length(e.payload) as bytes_before,
        (select b.at from windlass_log.batch b where b.log_id = 0 and b.next_position > e.position
          order by b.next_position limit 1) as at
      from (
        select e.* from unnest($3::bigint[]) s(id)
        cross join lateral (
          select windlass_log.version_at(0, s.id, $2) as version offset 0) f
        cross join lateral (
          select position, stream_id, version, type_id, command_id, payload
          from windlass_log.event
          where log_id = 0 and stream_id = s.id and version < f.version
            and position >= $1 and position < $2
          order by version desc limit $4) e
        order by e.position desc limit $4
      ) e
    ) page
    where bytes_before < $5 order by position desc
    """)

  /// The numbers of streams, and how many events each has.
  static let streams = Statement(
    "selection_streams",
    """
    select stream_id, version from windlass_log.stream where log_id = 0 and name = any ($1)
    """)
  static let boundary = Statement("boundary_at", "select windlass_log.boundary_at(0, $1)")
}
