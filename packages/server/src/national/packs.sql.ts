import type { PackView } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'

export interface PackRow {
  readonly number: number
  readonly hash: string
  readonly sha256: string
  readonly bytes: number
  readonly issued_at: Date
  readonly soft_age_s: number
  readonly hard_age_s: number
  readonly summary: PackSummary
  readonly published_by: string
  readonly received_at: Date
}

export type PackSummary = Pick<PackView, 'ruleSet' | 'sections' | 'issuers' | 'revocationLists' | 'openOutages'>

export interface NewPack extends Omit<PackRow, 'bytes'> {
  readonly file: Uint8Array
}

export const insertPack = async (tx: Tx, pack: NewPack): Promise<void> => {
  await tx.sql(
    `insert into national.pack (number, hash, sha256, file, issued_at, soft_age_s, hard_age_s, summary, published_by, received_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      pack.number,
      pack.hash,
      pack.sha256,
      Buffer.from(pack.file),
      pack.issued_at,
      pack.soft_age_s,
      pack.hard_age_s,
      JSON.stringify(pack.summary),
      pack.published_by,
      pack.received_at,
    ],
  )
}

const COLUMNS = `p.number, p.hash, p.sha256, length(p.file) as bytes, p.issued_at, p.soft_age_s, p.hard_age_s, p.summary,
                 p.published_by, p.received_at`

export const listPackRows = (db: Queries): Promise<PackRow[]> =>
  db.sql<PackRow>(`select ${COLUMNS} from national.pack p order by p.number desc limit 50`)

export interface PackFile {
  readonly number: number
  readonly hash: string
  readonly sha256: string
  readonly file: Buffer
}

/** The newest, or the one with this number. */
export const packFile = async (db: Queries, number: number | null): Promise<PackFile | undefined> => {
  const [row] = await db.sql<PackFile>(
    `select p.number, p.hash, p.sha256, p.file
       from national.pack p
      where $1::integer is null or p.number = $1
      order by p.number desc
      limit 1`,
    [number],
  )
  return row
}

/** Only one pack is decided on at a time: two would both follow the same one. Lasts as long as the transaction. */
export const lockPacks = async (tx: Tx): Promise<void> => {
  await tx.sql(`select pg_advisory_xact_lock($1)`, [PACK_LOCK])
}
const PACK_LOCK = 7_382_050

/** By its file or by its head: signed once more by other keys, a pack is another file and the same pack. */
export const isKnown = async (tx: Tx, { sha256, hash = '' }: { sha256: string; hash?: string }): Promise<boolean> =>
  (await tx.sql(`select from national.pack p where p.sha256 = $1 or p.hash = $2`, [sha256, hash])).length > 0

// ---------------------------------------------------------------- on its way

/** What a file that never became whole has left is forgotten with the first part of another. */
export const putPart = async (tx: Tx, sha256: string, part: number, data: Buffer): Promise<void> => {
  await tx.sql(`delete from national.pack_part where sha256 <> $1`, [sha256])
  await tx.sql(
    `insert into national.pack_part (sha256, part, data) values ($1, $2, $3) on conflict (sha256, part) do nothing`,
    [sha256, part, data],
  )
}

/** Every part in order; what is missing shows in the file's hash. */
export const takeParts = async (tx: Tx, sha256: string): Promise<Buffer> => {
  const rows = await tx.sql<{ part: number; data: Buffer }>(
    `delete from national.pack_part where sha256 = $1 returning part, data`,
    [sha256],
  )
  return Buffer.concat(rows.sort((one, other) => one.part - other.part).map(({ data }) => data))
}

// ---------------------------------------------------------------- refused

export interface PackRefused {
  readonly at: Date
  readonly origin: string
  readonly number: number | null
  readonly sha256: string
  readonly code: string
  readonly detail: string
}

export const noteRefused = async (tx: Tx, one: PackRefused): Promise<void> => {
  await tx.sql(
    `insert into national.pack_refused (at, origin, number, sha256, code, detail) values ($1, $2, $3, $4, $5, $6)`,
    [one.at, one.origin, one.number, one.sha256, one.code, one.detail],
  )
}

export const refusedRows = (db: Queries): Promise<PackRefused[]> =>
  db.sql<PackRefused>(
    `select r.at, r.origin, r.number, r.sha256, r.code, r.detail
       from national.pack_refused r
      order by r.id desc
      limit 20`,
  )

export const countRefused = async (db: Queries): Promise<number> => {
  const [row] = await db.sql<{ count: number }>(`select count(*)::int as count from national.pack_refused`)
  return row?.count ?? 0
}
