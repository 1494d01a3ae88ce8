import type { Queries, Tx } from '../platform/db.ts'

export interface PasskeyRow {
  readonly id: string
  readonly personId: string
  readonly publicKey: Buffer
  readonly counter: number
  readonly transports: readonly string[]
  readonly synced: boolean
  readonly name: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

const COLUMNS = `id, person_id as "personId", public_key as "publicKey", counter::float8 as counter, transports, synced,
  name, created_at as "createdAt", last_used_at as "lastUsedAt"`

export const passkeysOf = (db: Queries, personId: string): Promise<PasskeyRow[]> =>
  db.sql<PasskeyRow>(`select ${COLUMNS} from people.passkey where person_id = $1 order by created_at, id`, [personId])

export const passkeyById = async (db: Queries, id: string): Promise<PasskeyRow | undefined> =>
  (await db.sql<PasskeyRow>(`select ${COLUMNS} from people.passkey where id = $1`, [id]))[0]

/** False when this authenticator's key is registered already. */
export const insertPasskey = async (tx: Tx, row: Omit<PasskeyRow, 'lastUsedAt'>): Promise<boolean> => {
  const rows = await tx.sql(
    `insert into people.passkey (id, person_id, public_key, counter, transports, synced, name, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict do nothing
     returning id`,
    [row.id, row.personId, row.publicKey, row.counter, row.transports, row.synced, row.name, row.createdAt],
  )
  return rows.length > 0
}

/**
 * Takes the counter forward. An authenticator that counts never says a number twice: false means that there are two of it.
 * One that does not count says 0 for ever.
 */
export const advanceCounter = async (db: Queries, id: string, counter: number, now: Date): Promise<boolean> =>
  (
    await db.sql(
      `update people.passkey
          set counter = $2, last_used_at = $3
        where id = $1
          and (counter < $2 or (counter = 0 and $2 = 0))
       returning id`,
      [id, counter, now],
    )
  ).length > 0

export const renamePasskey = async (
  db: Queries,
  personId: string,
  id: string,
  name: string,
): Promise<PasskeyRow | undefined> =>
  (
    await db.sql<PasskeyRow>(
      `update people.passkey set name = $3 where person_id = $1 and id = $2 returning ${COLUMNS}`,
      [personId, id, name],
    )
  )[0]

export const removePasskey = async (tx: Tx, personId: string, id: string): Promise<PasskeyRow | undefined> =>
  (
    await tx.sql<PasskeyRow>(`delete from people.passkey where person_id = $1 and id = $2 returning ${COLUMNS}`, [
      personId,
      id,
    ])
  )[0]

export const removePasskeysOf = async (tx: Tx, personId: string): Promise<number> =>
  (await tx.sql(`delete from people.passkey where person_id = $1 returning id`, [personId])).length
