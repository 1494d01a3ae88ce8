import { setTimeout as wait } from 'node:timers/promises'
import { DEMO_CELLS } from './cells.ts'
import type { Nation } from './nation.service.ts'

/** What the four databases say together, read as their owner and not through the program. */
export interface Agreement {
  /** Per log: its last record in every cell, `seq:hash`; one member when all agree. */
  readonly heads: readonly { readonly origin: string; readonly seen: readonly string[] }[]
  readonly records: number
  /** Slots with more than one live promise, over all cells. */
  readonly slotsTwice: readonly string[]
  /** Requests that hold more than one bed, over all cells. */
  readonly requestsTwice: readonly string[]
  /** Confirmed in the asking region, and not kept by the owner under the same number. */
  readonly unkept: readonly string[]
  /** Live promises of beds, and those of them for another region's patients. */
  readonly promises: number
  readonly acrossRegions: number
  readonly alarms: number
}

export const isAgreed = ({ heads, slotsTwice, requestsTwice, unkept, alarms }: Agreement): boolean =>
  heads.length === DEMO_CELLS.length &&
  heads.every(({ seen }) => seen.length === 1) &&
  slotsTwice.length + requestsTwice.length + unkept.length + alarms === 0

/** Only promises of logs that this cell writes: while a neighbour stands in, both have rows of the same beds. */
const LIVE = `
  with self as (select region as cell from platform.cell), writes as (select origin from platform.writing)
  select h.slot_id as slot, h.fencing::text as fencing, h.ask_id as ask, h.request_id as request
    from beds.hold h
    join beds.slot s on s.id = h.slot_id
   where h.state in ('granted', 'confirmed', 'occupied')
     and coalesce(s.sido, (select cell from self)) in (select origin from writes)`

const CONFIRMED_ELSEWHERE = `
  select a.id as ask, a.request_id as request, a.slot_id as slot, a.fencing::text as fencing
    from beds.ask a where a.state = 'confirmed' and a.sido = $1`

interface Live {
  slot: string
  fencing: string
  ask: string | null
  request: string | null
}

export const readAgreement = async ({ ask }: Pick<Nation, 'ask'>): Promise<Agreement> => {
  const heads = new Map<string, Set<string>>()
  const live: Live[] = []
  const elsewhere: { ask: string; request: string; slot: string; fencing: string }[] = []
  let alarms = 0
  let records = 0
  for (const { code } of DEMO_CELLS) {
    const rows = await ask<{ origin: string; head: string; seq: number }>(
      code,
      `select distinct on (origin) origin, seq::float8 as seq, seq || ':' || encode(hash, 'hex') as head
         from platform.oplog order by origin, seq desc`,
    )
    for (const { origin, head } of rows) heads.set(origin, (heads.get(origin) ?? new Set()).add(head))
    records = rows.reduce((sum, { seq }) => sum + seq, 0)
    // A log that is not here at all is a disagreement too.
    for (const other of DEMO_CELLS)
      if (!rows.some(({ origin }) => origin === other.code))
        heads.set(other.code, (heads.get(other.code) ?? new Set()).add(`nothing at ${code}`))
    live.push(...(await ask<Live>(code, LIVE)))
    elsewhere.push(...(await ask<(typeof elsewhere)[number]>(code, CONFIRMED_ELSEWHERE, [code])))
    const [alarm] = await ask<{ open: number }>(
      code,
      `select count(*)::int as open from exchange.alarm where cleared_at is null and what = 'fork'`,
    )
    alarms += alarm?.open ?? 0
  }
  const requests = [...live.flatMap(({ request }) => request ?? []), ...elsewhere.map(({ request }) => request)]
  const kept = new Set(live.map(({ ask, slot, fencing }) => `${ask}/${slot}/${fencing}`))
  return {
    heads: [...heads]
      .map(([origin, seen]) => ({ origin, seen: [...seen] }))
      .sort((a, b) => (a.origin < b.origin ? -1 : 1)),
    records,
    slotsTwice: repeated(live.map(({ slot }) => slot)),
    requestsTwice: repeated(requests),
    unkept: elsewhere.flatMap(({ ask, slot, fencing }) => (kept.has(`${ask}/${slot}/${fencing}`) ? [] : [ask])),
    promises: live.length,
    acrossRegions: live.filter(({ ask }) => ask !== null).length,
    alarms,
  }
}

const repeated = (ids: readonly string[]): string[] => [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))]

/**
 * Waits until the logs stand still and agree; gives the last look either way.
 * @throws when at the end a database still does not answer
 */
export const untilAgreed = async (nation: Pick<Nation, 'ask'>, limitMs: number): Promise<Agreement> => {
  const deadline = performance.now() + limitMs
  for (;;) {
    const late = performance.now() > deadline
    const found = await readAgreement(nation).catch((error: unknown) => {
      if (late) throw error
      return undefined
    })
    if (found !== undefined && (isAgreed(found) || late)) return found
    await wait(250)
  }
}
