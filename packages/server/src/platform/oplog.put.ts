import type { Queries } from './db.ts'
import { OPLOG_CHANNEL } from './oplog.ts'

/** A record in its place, as texts that need no more work than to be stored. Hashes are lower-case hex. */
export interface PutRecord {
  readonly kind: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly subject: string
  /** JSON, as are {@link extra} and {@link audience}. */
  readonly body: string
  /** Members of a newer version. */
  readonly extra?: string | null
  /** Absent: nobody is told, as with other cells' records. */
  readonly audience?: string
  /** The hash of the record before. */
  readonly prevHash: string
  readonly hash: string
  readonly signature?: Buffer | null
}

/** In JSON it would be escaped. In the statement: `E'\x1e'`. */
const BETWEEN = '\x1e'

/**
 * Puts records behind those that are here, numbered from `first` on, and tells every process with the commit. The caller sees to the
 * chain and holds the lock that keeps others from the end of this log.
 */
export const putRecords = async (
  tx: Queries,
  origin: string,
  epoch: number,
  first: number,
  records: readonly PutRecord[],
): Promise<void> => {
  const signed = records.flatMap(({ signature }, index) => (signature == null ? [] : [{ place: index + 1, signature }]))
  // Texts that cannot hold the separator go as one text, hashes as one run of bytes: a third less work than arrays of quoted texts.
  await tx.sql(
    `with put as (
       insert into platform.oplog
              (origin, epoch, seq, kind, at, subject, body, extra, audience, prev_hash, hash, signature)
       select $1, $2, $3::bigint + o.place - 1, o.kind, o.at::timestamptz, o.subject, o.body::jsonb,
              ($8::jsonb[])[o.place], coalesce(o.audience, '{}')::jsonb,
              substring($10::bytea from ((o.place - 1) * 32 + 1)::int for 32),
              substring($10::bytea from (o.place * 32 + 1)::int for 32),
              ($12::bytea[])[array_position($11::int[], o.place::int)]
         from unnest(string_to_array($4, ','), string_to_array($5, ','), $6::text[], string_to_array($7, E'\\x1e'),
                     string_to_array($9, E'\\x1e'))
              with ordinality as o (kind, at, subject, body, audience, place)
     )
     select pg_notify('${OPLOG_CHANNEL}', $1)`,
    [
      origin,
      epoch,
      first,
      records.map(({ kind }) => kind).join(','),
      records.map(({ at }) => at).join(','),
      records.map(({ subject }) => subject),
      records.map(({ body }) => body).join(BETWEEN),
      records.some(({ extra }) => extra != null) ? records.map(({ extra }) => extra ?? null) : null,
      records.some(({ audience }) => audience !== undefined)
        ? records.map(({ audience }) => audience ?? '{}').join(BETWEEN)
        : null,
      // Each record's hash follows the one it is chained to.
      Buffer.from(`${records[0]?.prevHash ?? ''}${records.map(({ hash }) => hash).join('')}`, 'hex'),
      signed.map(({ place }) => place),
      signed.map(({ signature }) => signature),
    ],
  )
}
