import { schedule } from '../platform/timers.ts'
import { type BedResult, refuse, type Work } from './beds.service.ts'
import { DESK, say } from './crossing.saying.ts'
import { asksOf } from './crossing.sql.ts'
import { CLOCK_SKEW_MS, openAsk } from './crossing.ts'
import type { AskNeed } from './crossing-ops.ts'
import type { Actor } from './placement-actors.ts'
import { advance } from './placing.service.ts'
import { regionsAsked } from './regions-asked.ts'
import type { Placement } from './relations.ts'
import { addEvent } from './requests.sql.ts'
import type { RequestRow } from './rows.ts'

export const ASK_TIMER = 'bed-ask-expiry'

/** Regions asked at once for one patient; the first that grants is taken, the others are told so. Own choice: docs/sources/beds.md. */
export const ASKS_AT_ONCE = 2
/** A hospital elsewhere that said no is not asked again by the system before this. Own choice: docs/sources/beds.md. */
export const ASK_AGAIN_MS = 30 * 60_000

export interface AskFor {
  readonly sido: string
  /** That hospital's beds only; otherwise the owner chooses. */
  readonly hospitalId: string | null
}

/** Asks another region for a bed. Nothing is promised until its cell has answered, and confirmed. */
export const askRegion = async (
  work: Work,
  placement: Placement,
  actor: Actor,
  ask: AskFor,
): Promise<BedResult<Placement>> => {
  const refused = await refusedAsk(work, placement, ask)
  if (refused !== null) return refused
  const { row } = placement
  const { tx, now, by, beds } = work
  const opened = openAsk(beds.ids.next(), row.id, ask.sido, now.getTime())
  const expiresAt = new Date(opened.expiresAtMs + CLOCK_SKEW_MS)
  const body = {
    askId: opened.askId,
    requestId: row.id,
    owner: ask.sido,
    hospitalId: ask.hospitalId,
    expiresAtMs: opened.expiresAtMs,
    need: await needOf(work, row),
  }
  await say(work, row.sido, { kind: 'hold-asked', body }, { ...DESK, people: [row.created_by] })
  const timer = { id: beds.ids.next(), kind: ASK_TIMER, subject: opened.askId, dueAt: expiresAt, payload: {} }
  await schedule(tx, timer, now)
  const data = { askId: opened.askId, sido: ask.sido, hospitalId: ask.hospitalId }
  addEvent(tx, { requestId: row.id, kind: 'ask_opened', by, data }, now)
  const waiting = { ...placement, openAsks: (placement.openAsks ?? 0) + 1 }
  const advanced = await advance(work, waiting, { event: 'offer_sent', actor, data })
  return advanced.ok ? advanced : refuse('wrong-state', advanced.error.reason)
}

const SEARCHING: readonly string[] = ['matching', 'offered', 'escalated', 'diverted']

const refusedAsk = async (work: Work, { row, hold, openAsks }: Placement, { sido, hospitalId }: AskFor) => {
  if (sido === row.sido) return refuse('invalid-input', 'this is the own region: make an offer', '/body/sido')
  if (!work.beds.exchange.cells.includes(sido))
    return refuse('invalid-input', `no cell of region ${sido} is known here`, '/body/sido')
  if (hold !== null) return refuse('already-placed', 'this patient has a bed already')
  if (!SEARCHING.includes(row.state))
    return refuse('wrong-state', `other regions cannot be asked while the request is ${row.state}`)
  if (!row.out_of_region_consent)
    return refuse('not-allowed', 'no-consent-out-of-region: the patient has not agreed to another region')
  if (!regionsAsked(row).includes(sido))
    return refuse('not-allowed', `region-not-asked: at level ${row.level} this region is not asked; escalate first`)
  if ((openAsks ?? 0) >= ASKS_AT_ONCE)
    return refuse('conflict', `${ASKS_AT_ONCE} regions are being asked already; wait for an answer or give one up`)
  const asks = await asksOf(work.tx, row.id)
  if (asks.some((ask) => ask.owner === sido && ask.state === 'asked'))
    return refuse('conflict', 'this region is being asked already', '/body/sido')
  if (hospitalId === null) return null
  const { byId } = await work.beds.finder.directory()
  return byId.get(hospitalId)?.sidoCode === sido
    ? null
    : refuse('invalid-input', 'no such hospital in that region', '/body/hospitalId')
}

const hundredth = (degrees: number | null | undefined): number | null =>
  degrees === null || degrees === undefined ? null : Math.round(degrees * 100) / 100

const needOf = async (work: Work, row: RequestRow): Promise<AskNeed> => {
  const { byId } = await work.beds.finder.directory()
  const origin = row.origin_hospital_id === null ? undefined : byId.get(row.origin_hospital_id)?.position
  return {
    code: row.code,
    requestedClass: row.requested_class,
    isolationNeed: row.isolation_need,
    pathogen: row.pathogen,
    needs: row.needs,
    oxygen: row.oxygen,
    ageYears: row.age_years,
    sex: row.sex,
    urgency: row.urgency,
    stability: row.stability,
    severity: row.severity,
    originHospitalId: row.origin_hospital_id,
    originLat: hundredth(row.origin_lat ?? origin?.lat),
    originLon: hundredth(row.origin_lon ?? origin?.lon),
  }
}
