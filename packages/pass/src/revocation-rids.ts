import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'

/**
 * SMART Health Cards: a card revocation list of one issuer key (method `rid`). An entry is a revocation id, alone or
 * with a time behind a point: then only cards issued (`nbf`) before that time are revoked.
 * `ctr` counts the issuer's changes.
 * @see docs/sources/pass.md#revocation
 */
export type RidList = {
  readonly kid: string
  readonly ctr: number
  /** Revocation id → seconds since 1970; cards with an earlier `nbf` are revoked; `Infinity` revokes all. */
  readonly rids: ReadonlyMap<string, number>
}

export type RidDelta = {
  readonly kid: string
  readonly from: number
  readonly to: number
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

const RID = /^([A-Za-z0-9_-]{1,24})(?:\.(\d{1,12}))?$/
const KID = /^[A-Za-z0-9_-]{1,64}$/
const MAX_RIDS = 1_000_000

/** From the parsed JSON of an issuer's `.well-known/crl/<kid>.json`. Unknown members are allowed. */
export const readRidList = (json: unknown): Checked<RidList> => {
  const { kid, method, ctr, rids } = (json ?? {}) as Record<string, unknown>
  if (typeof kid !== 'string' || !KID.test(kid) || method !== 'rid')
    return refuse('revocation-malformed', 'rid list head')
  if (!isCounter(ctr) || !Array.isArray(rids) || rids.length > MAX_RIDS)
    return refuse('revocation-malformed', 'rid list')
  const entries = new Map<string, number>()
  return addAll(entries, rids) ? ok({ kid, ctr, rids: entries }) : refuse('revocation-malformed', 'rid')
}

const isCounter = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** A later time wins over an earlier one: a list never revokes less because an id stands in it twice. */
const addAll = (entries: Map<string, number>, rids: readonly unknown[]): boolean =>
  rids.every((rid) => {
    const [, id, time] = (typeof rid === 'string' && RID.exec(rid)) || []
    if (id === undefined) return false
    entries.set(id, Math.max(time === undefined ? Infinity : Number(time), entries.get(id) ?? 0))
    return true
  })

/** True if a card with this revocation id, issued at `nbf` seconds since 1970, is revoked. */
export const isRidRevoked = (list: RidList, rid: string, nbf: number): boolean =>
  nbf < (list.rids.get(rid) ?? -Infinity)

/** The issuer's own form, ids in order. */
export const writeRidList = (list: RidList): { kid: string; method: 'rid'; ctr: number; rids: string[] } => ({
  kid: list.kid,
  method: 'rid',
  ctr: list.ctr,
  rids: [...list.rids].map(ridText).sort(),
})

const ridText = ([rid, time]: readonly [string, number]): string => (time === Infinity ? rid : `${rid}.${time}`)

export const diffRidLists = (older: RidList, newer: RidList): RidDelta => ({
  kid: newer.kid,
  from: older.ctr,
  to: newer.ctr,
  add: [...newer.rids]
    .filter(([rid, time]) => older.rids.get(rid) !== time)
    .map(ridText)
    .sort(),
  remove: [...older.rids.keys()].filter((rid) => !newer.rids.has(rid)).sort(),
})

/** The list after the delta. `delta-gap` at another counter, `delta-mismatch` for another key or an id that is not there. */
export const applyRidDelta = (list: RidList, delta: RidDelta): Checked<RidList> => {
  if (delta.kid !== list.kid) return refuse('delta-mismatch', 'kid')
  if (delta.from !== list.ctr) return refuse('delta-gap', `have ${list.ctr}, delta starts at ${delta.from}`)
  const rids = new Map(list.rids)
  for (const rid of delta.remove) if (!rids.delete(rid)) return refuse('delta-mismatch', 'takes out what is not there')
  for (const rid of delta.add) rids.delete(rid.split('.', 1)[0] as string)
  return addAll(rids, delta.add) ? ok({ kid: list.kid, ctr: delta.to, rids }) : refuse('revocation-malformed', 'rid')
}

export const readRidDelta = (json: unknown): Checked<RidDelta> => {
  const { kid, from, to, add, remove } = (json ?? {}) as Record<string, unknown>
  const isIds = (ids: unknown): ids is string[] =>
    Array.isArray(ids) && ids.length <= MAX_RIDS && ids.every((id) => typeof id === 'string' && RID.test(id))
  if (typeof kid !== 'string' || !KID.test(kid) || !isCounter(from) || !isCounter(to) || to <= from)
    return refuse('revocation-malformed', 'rid delta head')
  if (!isIds(add) || !isIds(remove)) return refuse('revocation-malformed', 'rid delta')
  return ok({ kid, from, to, add, remove })
}
