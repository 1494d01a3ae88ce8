import type { Queries, Tx } from '../platform/db.ts'

export interface AuthorityKeyRow {
  readonly id: string
  readonly level: 'region' | 'facility'
  readonly facilityId: string | null
  readonly publicKey: Buffer
  readonly sealedKey: Buffer
  readonly certificate: string | null
  readonly validFrom: Date
  readonly validUntil: Date
  readonly revokedAt: Date | null
  readonly revokedWhy: string | null
}

const COLUMNS = `k.id, k.level, k.facility_id as "facilityId", k.public_key as "publicKey", k.sealed_key as "sealedKey",
  k.certificate, k.valid_from as "validFrom", k.valid_until as "validUntil", k.revoked_at as "revokedAt",
  k.revoked_why as "revokedWhy"`

/** The key that signs now: certified, not replaced, not revoked, not run out. */
export const keyInUse = async (
  db: Queries,
  level: AuthorityKeyRow['level'],
  facilityId: string | null,
  now: Date,
): Promise<AuthorityKeyRow | undefined> =>
  (
    await db.sql<AuthorityKeyRow>(
      `select ${COLUMNS}
         from people.authority_key k
        where k.level = $1
          and k.facility_id is not distinct from $2
          and k.certificate is not null
          and k.revoked_at is null
          and k.replaced_at is null
          and k.valid_until > $3`,
      [level, facilityId, now],
    )
  )[0]

export const authorityKeyById = async (db: Queries, id: string): Promise<AuthorityKeyRow | undefined> =>
  (await db.sql<AuthorityKeyRow>(`select ${COLUMNS} from people.authority_key k where k.id = $1`, [id]))[0]

export const insertAuthorityKey = async (
  tx: Tx,
  key: Omit<AuthorityKeyRow, 'revokedAt' | 'revokedWhy'>,
  /** Set for a key that waits to be certified: the one in use goes on until then. */
  setAsideAt: Date | null = null,
): Promise<void> => {
  await tx.sql(
    `insert into people.authority_key
       (id, level, facility_id, public_key, sealed_key, certificate, valid_from, valid_until, replaced_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      key.id,
      key.level,
      key.facilityId,
      key.publicKey,
      key.sealedKey,
      key.certificate,
      key.validFrom,
      key.validUntil,
      setAsideAt,
    ],
  )
}

export const certify = async (tx: Tx, id: string, certificate: string, from: Date, until: Date): Promise<void> => {
  await tx.sql(
    `update people.authority_key set certificate = $2, valid_from = $3, valid_until = $4, replaced_at = null where id = $1`,
    [id, certificate, from, until],
  )
}

/** What signed until now signs no more; what it has signed stays good. */
export const replaceKeys = async (
  tx: Tx,
  level: AuthorityKeyRow['level'],
  facilityId: string | null,
  now: Date,
): Promise<void> => {
  await tx.sql(
    `update people.authority_key
        set replaced_at = $3
      where level = $1
        and facility_id is not distinct from $2
        and replaced_at is null
        and revoked_at is null`,
    [level, facilityId, now],
  )
}

export const revokeKey = async (tx: Tx, id: string, why: string, by: string, now: Date): Promise<boolean> =>
  (
    await tx.sql(
      `update people.authority_key
          set revoked_at = $4, revoked_why = $2, revoked_by = $3
        where id = $1
          and revoked_at is null
       returning id`,
      [id, why, by, now],
    )
  ).length > 0

export const authorityKeys = (
  db: Queries,
  now: Date,
): Promise<(AuthorityKeyRow & { readonly credentials: number })[]> =>
  db.sql(
    `select ${COLUMNS},
            (select count(*)::int from people.credential c
              where c.authority_key_id = k.id and c.revoked_at is null and c.valid_until > $1) as credentials
       from people.authority_key k
      order by k.level desc, k.facility_id nulls first, k.valid_from desc, k.id
      limit 500`,
    [now],
  )

/** Ids of everything this region has revoked that would otherwise still be good. */
export const revokedIds = async (db: Queries, now: Date): Promise<string[]> =>
  (
    await db.sql<{ id: string }>(
      `select id from people.authority_key where level = 'facility' and revoked_at is not null and valid_until > $1
       union
       select id from people.credential where revoked_at is not null and valid_until > $1
       order by id`,
      [now],
    )
  ).map(({ id }) => id)

export interface ListRow {
  readonly region: string
  readonly number: number
  readonly at: Date
  readonly list: string
}

export const revocationLists = (db: Queries): Promise<ListRow[]> =>
  db.sql<ListRow>(`select region, number::float8 as number, at, list from people.revocation_list order by region`)

/** Keeps a list unless a newer one is there. */
export const saveList = async (db: Queries, row: ListRow, now: Date): Promise<boolean> =>
  (
    await db.sql(
      `insert into people.revocation_list as old (region, number, at, list, received_at)
       values ($1, $2, $3, $4, $5)
           on conflict (region) do update
              set number = excluded.number, at = excluded.at, list = excluded.list, received_at = excluded.received_at
            where old.number < excluded.number
       returning region`,
      [row.region, row.number, row.at, row.list, now],
    )
  ).length > 0

export const nationalKeys = async (db: Queries): Promise<string[]> =>
  (await db.sql<{ key: Buffer }>(`select public_key as key from people.national_key order by added_at`)).map(
    ({ key }) => key.toString('base64url'),
  )

export const trustNationalKey = async (db: Queries, raw: string, by: string, now: Date): Promise<void> => {
  await db.sql(
    `insert into people.national_key (public_key, added_at, added_by) values ($1, $2, $3) on conflict do nothing`,
    [Buffer.from(raw, 'base64url'), now, by],
  )
}
