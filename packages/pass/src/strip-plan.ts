import { concat } from './bytes.ts'
import type { CryptoBackend } from './crypto.ts'
import type { Checked } from './refusals.ts'
import { ok } from './result.ts'
import { type BirthDay, issueStrip, MAX_STRIP_HOURS, PID_BYTES, type StripClaims, type StripIssuer } from './strip.ts'

/**
 * Issue ahead of need: the strips of the coming days in one go, so that the issuer may be down for a month and no door
 * notices. Days are laid on a grid of 24 hours that begins at the person's own hour; every device of the person has the
 * same grid, so the same `pid` shows at a door, and nobody's strips all end at midnight.
 */
export type Entitlement = {
  /** Sum of `STRIP_CLASSES` bits. */
  readonly classes: number
  /** Hours since 1970: first hour, and the first hour after the last one. */
  readonly fromHour: number
  readonly untilHour: number
}

export type PlannedStrip = {
  readonly fromHour: number
  readonly hours: number
  readonly classes: number
  /** First hour of the grid day the strip belongs to: what its `pid` is made from. */
  readonly dayHour: number
}

export const STRIP_DAY_HOURS = 24
/** Strips run on into the next day for so long, because phones renew late and clocks differ. @see docs/sources/pass.md#strip */
export const STRIP_OVERLAP_HOURS = 2
/** @see docs/sources/pass.md#strip */
export const STRIPS_AHEAD_DAYS = 28

/**
 * The strips from `nowHour` on, in order. A strip covers a stretch of a day in which the classes do not change; it never
 * outlasts one of the entitlements it carries. Hours without any entitlement get no strip.
 *
 * @param gridHour 0 to 23: the person's own hour at which their days begin.
 */
export const planStrips = (ask: {
  readonly nowHour: number
  readonly gridHour: number
  readonly days?: number
  readonly entitlements: readonly Entitlement[]
}): PlannedStrip[] => {
  const first = ask.nowHour - modulo(ask.nowHour - ask.gridHour, STRIP_DAY_HOURS)
  const days = Array.from({ length: ask.days ?? STRIPS_AHEAD_DAYS }, (_, day) => first + day * STRIP_DAY_HOURS)
  return days.flatMap((dayHour) => planDay(dayHour, ask.entitlements))
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by

const planDay = (dayHour: number, entitlements: readonly Entitlement[]): PlannedStrip[] => {
  const end = dayHour + STRIP_DAY_HOURS
  const inDay = (hour: number) => hour > dayHour && hour < end
  const cuts = entitlements.flatMap(({ fromHour, untilHour }) => [fromHour, untilHour]).filter(inDay)
  const edges = [...new Set([dayHour, ...cuts, end])].sort((a, b) => a - b)
  return edges.slice(0, -1).flatMap((fromHour, i) => planStretch(dayHour, fromHour, edges[i + 1] ?? end, entitlements))
}

const planStretch = (
  dayHour: number,
  fromHour: number,
  toHour: number,
  entitlements: readonly Entitlement[],
): PlannedStrip[] => {
  const held = entitlements.filter((one) => one.fromHour <= fromHour && one.untilHour >= toHour)
  const classes = held.reduce((bits, one) => bits | one.classes, 0)
  if (classes === 0) return []
  const until = Math.min(toHour + STRIP_OVERLAP_HOURS, ...held.map((one) => one.untilHour), fromHour + MAX_STRIP_HOURS)
  return [{ fromHour, hours: until - fromHour, classes, dayHour }]
}

/** What the strips of one batch have in common. */
export type StripHolder = Pick<StripClaims, 'name' | 'deviceKey'> & { readonly birth?: BirthDay }

/**
 * Signs a plan for one device. `pidOf` gives 6 bytes for a grid day; `personPid` makes one that is equal on all devices.
 * The first refusal of the signing backend ends the batch.
 */
export const issueStrips = async (
  crypto: CryptoBackend,
  plan: readonly PlannedStrip[],
  holder: StripHolder,
  issuer: StripIssuer,
  pidOf: (dayHour: number) => Uint8Array | Promise<Uint8Array>,
): Promise<Checked<readonly Uint8Array[]>> => {
  const strips: Uint8Array[] = []
  for (const { fromHour, hours, classes, dayHour } of plan) {
    const strip = await issueStrip(crypto, { fromHour, hours, classes, pid: await pidOf(dayHour), ...holder }, issuer)
    if (!strip.ok) return strip
    strips.push(strip.value)
  }
  return ok(strips)
}

/**
 * The `pid` of a person on a day: the head of `SHA-256(secret ‖ person ‖ day)`. Without the issuer's 32-byte secret no
 * two days of a person can be linked; truncation keeps the hash from being extended.
 */
export const personPid = async (
  crypto: CryptoBackend,
  secret: Uint8Array,
  person: Uint8Array,
  dayHour: number,
): Promise<Uint8Array> => {
  const day = new Uint8Array(4)
  new DataView(day.buffer).setUint32(0, dayHour)
  return (await crypto.digest('SHA-256', concat(secret, person, day))).slice(0, PID_BYTES)
}

/** The hour of the day at which a person's strips begin, from the same secret: spread evenly over the day. */
export const personGridHour = async (
  crypto: CryptoBackend,
  secret: Uint8Array,
  person: Uint8Array,
): Promise<number> => {
  const hash = await crypto.digest('SHA-256', concat(secret, person))
  return (((hash[30] ?? 0) << 8) | (hash[31] ?? 0)) % STRIP_DAY_HOURS
}
