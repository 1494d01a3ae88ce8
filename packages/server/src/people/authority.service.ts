import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Queries, Tx } from '../platform/db.ts'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { schedule } from '../platform/timers.ts'
import {
  type AuthorityKeyRow,
  authorityKeyById,
  authorityKeys,
  certify,
  insertAuthorityKey,
  keyInUse,
  nationalKeys,
  replaceKeys,
  revocationLists,
  revokedIds,
  revokeKey,
  saveList,
} from './authority.sql.ts'
import {
  privateKeyOf,
  publicKeyOf,
  type Revocations,
  rawPublicKey,
  readRegionLink,
  SKEW_S,
  signLink,
  type Trust,
  verifyRevocations,
} from './chain.ts'
import { iso, isoOrNull, type People, refuse } from './people.service.ts'

/**
 * How long each link of the chain is good, in days. A staff credential outlives the longest cut anybody has planned for, and no more,
 * as a cell that is cut off does not hear of revocations.
 * @see docs/sources/people.md#credentials
 */
export const LINK_DAYS = { region: 730, facility: 365, staff: 14 } as const
const DAY_MS = 86_400_000
/** A list is signed anew so often even if nothing was revoked: its age is what others judge it by. */
export const LIST_EVERY_H = 6
/** An older list no longer counts as news: a session on its word is shorter. */
export const LIST_FRESH_H = 24
export const LIST_TIMER = 'revocations-due'
export const LIST_OP = 'credential-revocations'
/** Below the limit of an op's body; a longer list travels as a file. */
const OP_LIST_LIMIT = 60_000

export const seconds = (at: Date): number => Math.floor(at.getTime() / 1000)

export const trustOf = async (db: Queries): Promise<Trust> => {
  const nation = await nationalKeys(db)
  const lists = await revocationLists(db)
  const known = new Map<string, Revocations>()
  const trust: Trust = { nation, revocations: known, skewS: SKEW_S }
  // The nation's list first: it says which region keys still count. What is stored was checked, and is checked again.
  for (const { list } of lists.toSorted((a, b) => Number(a.region) - Number(b.region))) {
    const checked = verifyRevocations(list, trust, Number.MAX_SAFE_INTEGER)
    if (checked.ok) known.set(checked.value.region, checked.value)
  }
  return trust
}

const newKey = (): { readonly key: KeyObject; readonly raw: string; readonly pkcs8: Buffer } => {
  const { privateKey } = generateKeyPairSync('ed25519')
  return { key: privateKey, raw: rawPublicKey(privateKey), pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }) }
}

const openKey = async (people: People, row: AuthorityKeyRow): Promise<KeyObject> =>
  privateKeyOf((await people.secrets()).open(row.id, row.sealedKey))

// ---------------------------------------------------------------- the region's own key

/** A region key that waits for the nation's signature: what `sign` is to be given. */
export const requestRegionKey = async (
  people: People,
  now: Date,
): Promise<{ id: string; region: string; key: string }> => {
  const made = newKey()
  const id = people.ids.next()
  await people.db.tx(async (tx) => {
    const sealedKey = (await people.secrets()).seal(id, made.pkcs8)
    const validUntil = new Date(now.getTime() + LINK_DAYS.region * DAY_MS)
    const key = { id, level: 'region' as const, facilityId: null, publicKey: Buffer.from(made.raw, 'base64url') }
    await insertAuthorityKey(tx, { ...key, sealedKey, certificate: null, validFrom: now, validUntil }, now)
  })
  return { id, region: people.config.region, key: made.raw }
}

/** Signs a region's request with the nation's key. */
export const signRegion = (
  nation: KeyObject,
  request: { readonly id: string; readonly region: string; readonly key: string },
  now: Date,
): string => {
  publicKeyOf(request.key)
  const from = seconds(now)
  return signLink({ v: 1, kind: 'region', ...request, from, until: from + LINK_DAYS.region * 86_400 }, nation)
}

/** Takes the nation's signature for the key that was asked for. */
export const installRegionKey = async (people: People, certificate: string, now: Date): Promise<string | undefined> => {
  const link = readRegionLink(certificate, await nationalKeys(people.db))
  if (link === undefined) return 'no national key this cell trusts has signed it'
  if (link.region !== people.config.region) return `it is for region ${link.region}`
  const row = await authorityKeyById(people.db, link.id)
  if (row === undefined || row.publicKey.toString('base64url') !== link.key)
    return 'it is for a key this cell does not have'
  await people.db.tx(async (tx) => {
    await replaceKeys(tx, 'region', null, now)
    await certify(tx, row.id, certificate, new Date(link.from * 1000), new Date(link.until * 1000))
    await publishRevocations(people, tx, now)
  })
  return undefined
}

// ---------------------------------------------------------------- facilities

export interface Signer {
  readonly row: AuthorityKeyRow
  readonly key: KeyObject
  /** `region link~facility link` */
  readonly chain: string
}

/** The key that signs for a facility, made when there is none. Undefined while the region has no key of its own. */
export const facilitySigner = async (
  people: People,
  tx: Tx,
  facilityId: string | null,
  now: Date,
): Promise<Signer | undefined> => {
  const region = await keyInUse(tx, 'region', null, now)
  if (region?.certificate == null) return undefined
  const row =
    (await keyInUse(tx, 'facility', facilityId, now)) ?? (await makeFacilityKey(people, tx, region, facilityId, now))
  // A key that an older region key signed carries that one's link in front.
  return { row, key: await openKey(people, row), chain: row.certificate ?? '' }
}

const makeFacilityKey = async (
  people: People,
  tx: Tx,
  region: AuthorityKeyRow,
  facilityId: string | null,
  now: Date,
): Promise<AuthorityKeyRow> => {
  await replaceKeys(tx, 'facility', facilityId, now)
  const made = newKey()
  const id = people.ids.next()
  const from = seconds(now)
  const until = Math.min(from + LINK_DAYS.facility * 86_400, seconds(region.validUntil))
  const name = facilityId === null ? '' : ((await people.names([facilityId])).get(facilityId) ?? facilityId)
  const link = { v: 1 as const, kind: 'facility' as const, id, region: people.config.region, facility: facilityId }
  const signed = signLink(
    { ...link, name: name.slice(0, 120), key: made.raw, from, until },
    await openKey(people, region),
  )
  const row: AuthorityKeyRow = {
    ...{ id, level: 'facility', facilityId, publicKey: Buffer.from(made.raw, 'base64url') },
    ...{ sealedKey: (await people.secrets()).seal(id, made.pkcs8), certificate: `${region.certificate}~${signed}` },
    ...{ validFrom: now, validUntil: new Date(until * 1000), revokedAt: null, revokedWhy: null },
  }
  await insertAuthorityKey(tx, row)
  return row
}

const keyView = async (people: People, row: AuthorityKeyRow, credentials: number) => ({
  id: row.id,
  level: row.level,
  facilityId: row.facilityId,
  facilityName:
    row.facilityId === null ? null : ((await people.names([row.facilityId])).get(row.facilityId) ?? row.facilityId),
  validFrom: iso(row.validFrom),
  validUntil: iso(row.validUntil),
  revokedAt: isoOrNull(row.revokedAt),
  revokedWhy: row.revokedWhy,
  credentials,
})

export const rotateFacilityKey = async (people: People, facilityId: string | null, now: Date) => {
  if (facilityId !== null && !(await people.isPlace(facilityId)))
    return refuse('invalid-input', 'is not a hospital of this region', '/body/facilityId')
  return people.db.tx(async (tx) => {
    const region = await keyInUse(tx, 'region', null, now)
    if (region === undefined)
      return refuse('wrong-state', 'no-region-key: the nation has not signed this region’s key yet')
    return ok(await keyView(people, await makeFacilityKey(people, tx, region, facilityId, now), 0))
  })
}

/** A stolen facility key: it and everything it signed is void from the next list on. */
export const revokeAuthorityKey = async (people: People, by: Person, id: string, why: string, now: Date) =>
  people.db.tx(async (tx) => {
    const row = await authorityKeyById(tx, id)
    if (row === undefined) return refuse('not-found', 'no such key', '/params/id')
    if (row.level === 'region') return refuse('wrong-state', 'a region’s key is revoked by the nation')
    if (!(await revokeKey(tx, id, why, by.id, now))) return refuse('wrong-state', 'it is revoked already')
    await tx.sql(
      `delete from platform.session s using people.credential c where c.authority_key_id = $1 and s.began_with = c.id`,
      [id],
    )
    await publishRevocations(people, tx, now)
    return ok(await keyView(people, { ...row, revokedAt: now, revokedWhy: why }, 0))
  })

export const keysAndLists = async (people: People, now: Date) => {
  const rows = await authorityKeys(people.db, now)
  const { revocations } = await trustOf(people.db)
  return {
    keys: await Promise.all(rows.map((row) => keyView(people, row, row.credentials))),
    revocations: [...revocations.values()].map(listView),
    ready: (await keyInUse(people.db, 'region', null, now)) !== undefined,
  }
}

const listView = ({ region, number, at, ids }: Revocations) => ({
  region,
  number,
  at: new Date(at * 1000).toISOString(),
  count: ids.length,
})

// ---------------------------------------------------------------- revocation lists

/** Signs what is revoked now, tells the other cells, and plans the next list. Does nothing while the region has no key. */
export const publishRevocations = async (people: People, tx: Tx, now: Date): Promise<void> => {
  const region = await keyInUse(tx, 'region', null, now)
  if (region?.certificate == null) return
  const own = (await revocationLists(tx)).find((one) => one.region === people.config.region)
  const number = (own?.number ?? 0) + 1
  const content: Revocations = {
    ...{ v: 1, kind: 'revocations', region: people.config.region, number, at: seconds(now) },
    ids: await revokedIds(tx, now),
  }
  const list = `${region.certificate}~${signLink(content, await openKey(people, region))}`
  await saveList(tx, { region: content.region, number, at: now, list }, now)
  if (list.length <= OP_LIST_LIMIT) await people.publish(tx, LIST_OP, { list }, now)
  const dueAt = new Date(now.getTime() + LIST_EVERY_H * 3_600_000)
  await tx.sql(`delete from platform.timer where kind = $1 and done_at is null and due_at > $2`, [LIST_TIMER, now])
  await schedule(tx, { id: people.ids.next(), kind: LIST_TIMER, subject: content.region, dueAt, payload: {} }, now)
}

/** A list from elsewhere: believed by its signature, whatever way it came. An older one changes nothing. */
export const takeRevocations = async (db: Queries, list: string, now: Date) => {
  const checked = verifyRevocations(list, await trustOf(db), seconds(now))
  if (!checked.ok) return refuse('invalid-input', checked.error, '/body/list')
  const { region, number, at } = checked.value
  if (!(await saveList(db, { region, number, at: new Date(at * 1000), list }, now)))
    return refuse('wrong-state', 'a list as new is here already')
  // Whoever came in by what is revoked now is out.
  await db.sql(
    `delete from platform.session s
      using platform.person p
      where p.id = s.person_id and p.home_region = $1 and s.kind = 'credential' and s.began_with = any ($2::text[])`,
    [region, checked.value.ids],
  )
  return ok(listView(checked.value))
}
