import type { Reads } from './log.sql.ts'
import type { CellId } from './log-record.ts'

/**
 * A record as it travels, written by the database: a page comes as one text, and nothing of it is taken apart here only to be put
 * together again. Members that this version does not know stand where they are kept, in `extra`.
 */
export const LINE = `
  '{"origin":"', o.origin, '","epoch":', o.epoch, ',"seq":', o.seq, ',"kind":"', o.kind, '","at":"',
  to_char(o.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '","subject":', to_json(o.subject), ',"body":', o.body, ',',
  substr(left(o.extra::text, -1), 2) || ',', '"prevHash":"', encode(o.prev_hash, 'hex'), '","hash":"', encode(o.hash, 'hex'), '"}'`

export interface Page {
  /** Number of its last record. */
  readonly last: number
  /** Lines, each with its end: records, and behind each batch the line of its signature. */
  readonly text: string
}

/**
 * The records behind `after`, about `count` of them and whole signed batches only, at most up to `end`, which is signed; `undefined` if
 * there are none. Numbers have no gaps, so a range stands for a limit: with a limit PostgreSQL may read and sort all that is behind.
 */
export const pageAfter = async (
  db: Reads,
  origin: CellId,
  after: number,
  end: number,
  count: number,
): Promise<Page | undefined> => {
  const upTo = end - after <= count ? end : await signedPlace(db, origin, after, end, count)
  const [page] = await db.sql<{ last: number | null; text: string | null }>(
    `select max(l.seq)::float8 as last, string_agg(l.lines, '') as text
       from (
         select o.seq,
                concat(${LINE}, E'\n', '{"signed":"' || o.origin || '","seq":' || o.seq ||
                       ',"signature":"' || encode(o.signature, 'hex') || E'"}\n') as lines
           from platform.oplog o
          where o.origin = $1 and o.seq > $2 and o.seq <= $3
          order by o.seq
       ) l`,
    [origin, after, upTo],
  )
  return page === undefined || page.last === null || page.text === null
    ? undefined
    : { last: page.last, text: page.text }
}

/** The last signed record among the next `count`, or the first one behind them; `end` when it is none of both. */
const signedPlace = async (db: Reads, origin: CellId, after: number, end: number, count: number): Promise<number> => {
  const [place] = await db.sql<{ seq: number | null }>(
    `select coalesce(
       (select o.seq from platform.oplog o
         where o.origin = $1 and o.seq > $2 and o.seq <= $2 + $4::bigint and o.signature is not null
         order by o.seq desc limit 1),
       (select o.seq from platform.oplog o
         where o.origin = $1 and o.seq > $2 + $4::bigint and o.seq <= $3 and o.signature is not null
         order by o.seq limit 1))::float8 as seq`,
    [origin, after, end, count],
  )
  return place?.seq ?? end
}

export interface RecordLine {
  /** One line of NDJSON without its end. */
  readonly line: string
  /** In hex, of the last record of a batch. */
  readonly signature: string | null
}

/** One record as it travels, with its signature. */
export const lineAt = async (db: Reads, origin: CellId, seq: number): Promise<RecordLine | undefined> =>
  (
    await db.sql<RecordLine>(
      `select concat(${LINE}) as line, encode(o.signature, 'hex') as signature
         from platform.oplog o
        where o.origin = $1 and o.seq = $2`,
      [origin, seq],
    )
  )[0]
