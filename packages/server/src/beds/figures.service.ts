import { BED_CLASSES, type BedClass, type board, type Figures } from '@dure/contract'
import type { z } from 'zod'
import type { Beds } from './beds.service.ts'
import {
  type ClassTimesRow,
  declinesByReason,
  holdCounts,
  offerCounts,
  oldestWaiting,
  openByState,
  slotCounts,
  timesByClass,
  timesBySeverity,
  toConfirmed,
} from './figures.sql.ts'
import { regionMode } from './region.sql.ts'

const HOUR_MS = 3_600_000
/** Intensive care first, as in the vocabulary: the order in which people look. */
const byClassOrder = (one: { readonly bedClass: BedClass }, other: { readonly bedClass: BedClass }): number =>
  BED_CLASSES.indexOf(one.bedClass) - BED_CLASSES.indexOf(other.bedClass)
const tenth = (minutes: number | null): number | null => (minutes === null ? null : Math.round(minutes * 10) / 10)
const spread = (p50: number | null, p95: number | null, count: number) => ({
  p50Min: tenth(p50),
  p95Min: tenth(p95),
  count,
})

const oldestView = (row: Awaited<ReturnType<typeof oldestWaiting>>) =>
  row === null ? null : { requestId: row.id, code: row.code, waitingSince: row.waiting_since.toISOString() }

/** The region at a glance. */
export const boardNow = async ({ db, clock }: Beds, region: string): Promise<z.input<typeof board>> => {
  const now = clock.now()
  const states = await openByState(db, region)
  const confirmed = await toConfirmed(db, region, new Date(now.getTime() - 24 * HOUR_MS))
  const { mode } = await regionMode(db, region)
  return {
    at: now.toISOString(),
    sido: region,
    mode,
    waiting: states.reduce((sum, row) => sum + (row.waiting ? row.count : 0), 0),
    oldest: oldestView(await oldestWaiting(db, region)),
    toConfirmed: spread(confirmed.p50, confirmed.p95, confirmed.count),
    byState: Object.fromEntries(states.map((row) => [row.state, row.count])),
    byClass: (await slotCounts(db, now, region))
      .map((row) => ({
        bedClass: row.bed_class,
        staffed: row.staffed,
        free: row.free,
        held: row.held,
        occupied: row.occupied,
        other: row.other,
        stale: row.stale + row.expired,
      }))
      .toSorted(byClassOrder),
  }
}

/** What the record says of itself: the oldest, the spread and the reasons; no mean. */
export const figuresNow = async ({ db, clock }: Beds, region: string, hours: number): Promise<Figures> => {
  const now = clock.now()
  const since = new Date(now.getTime() - hours * HOUR_MS)
  const states = await openByState(db, region)
  const offers = await offerCounts(db, region, since)
  const slots = await slotCounts(db, now, region)
  const sum = (of: (row: (typeof slots)[number]) => number) => slots.reduce((total, row) => total + of(row), 0)
  const placing = sum((row) => row.placing)
  const doubtful = sum((row) => row.stale + row.expired)
  return {
    at: now.toISOString(),
    sido: region,
    windowHours: hours,
    waiting: states.reduce((total, row) => total + (row.waiting ? row.count : 0), 0),
    oldest: oldestView(await oldestWaiting(db, region)),
    byClass: (await timesByClass(db, region, since))
      .map((row) => ({
        bedClass: row.group as BedClass,
        ...timesOf(row),
        toHold: spread(row.hold_p50, row.hold_p95, row.hold_count),
      }))
      .toSorted(byClassOrder),
    bySeverity: (await timesBySeverity(db, region, since)).map((row) => ({ severity: row.group, ...timesOf(row) })),
    offers: {
      sent: offers.sent,
      accepted: offers.accepted,
      declined: offers.declined,
      expired: offers.expired,
      withdrawn: offers.withdrawn,
      toAnswer: spread(offers.answer_p50, offers.answer_p95, offers.answer_count),
    },
    declines: await declinesByReason(db, region, since),
    holds: await holdCounts(db, region, since),
    noBed: states.find((row) => row.state === 'no_bed')?.count ?? 0,
    stale: {
      slots: placing,
      stale: sum((row) => row.stale),
      expired: sum((row) => row.expired),
      share: placing === 0 ? 0 : doubtful / placing,
    },
  }
}

const timesOf = (row: ClassTimesRow) => ({
  waiting: row.waiting,
  toConfirmed: spread(row.confirmed_p50, row.confirmed_p95, row.confirmed_count),
})
