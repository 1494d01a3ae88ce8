import type { Queries, Tx } from '../platform/db.ts'

export interface CredentialRow {
  readonly id: string
  readonly personId: string
  readonly label: string
  readonly issuedAt: Date
  readonly validUntil: Date
  readonly revokedAt: Date | null
}

const COLUMNS = `c.id, c.person_id as "personId", c.label, c.issued_at as "issuedAt", c.valid_until as "validUntil",
  c.revoked_at as "revokedAt"`

export const insertCredential = async (
  tx: Tx,
  row: Omit<CredentialRow, 'revokedAt'> & { readonly authorityKeyId: string; readonly deviceKey: object },
): Promise<void> => {
  await tx.sql(
    `insert into people.credential (id, person_id, authority_key_id, label, device_key, issued_at, valid_until)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [row.id, row.personId, row.authorityKeyId, row.label, JSON.stringify(row.deviceKey), row.issuedAt, row.validUntil],
  )
}

/** The newest of each device, whether good, revoked or run out a short while ago. */
export const credentialsOf = (db: Queries, personId: string, now: Date): Promise<CredentialRow[]> =>
  db.sql<CredentialRow>(
    `select ${COLUMNS}
       from (select distinct on (c.device_key) c.*
               from people.credential c
              where c.person_id = $1
              order by c.device_key, c.issued_at desc, c.id desc) c
      where c.valid_until > $2
      order by c.issued_at desc, c.id
      limit 50`,
    [personId, now],
  )

export const credentialById = async (db: Queries, id: string): Promise<CredentialRow | undefined> =>
  (await db.sql<CredentialRow>(`select ${COLUMNS} from people.credential c where c.id = $1`, [id]))[0]

/** Revokes everything of one device, or of all of a person's; gives the ids. */
export const revokeCredentials = async (
  tx: Tx,
  personId: string,
  why: string,
  now: Date,
  sameDeviceAs?: string,
): Promise<string[]> =>
  (
    await tx.sql<{ id: string }>(
      `update people.credential c
          set revoked_at = $3, revoked_why = $2
        where c.person_id = $1
          and c.revoked_at is null
          and c.valid_until > $3
          and ($4::text is null or c.device_key = (select d.device_key from people.credential d where d.id = $4))
       returning c.id`,
      [personId, why, now, sameDeviceAs ?? null],
    )
  ).map(({ id }) => id)
