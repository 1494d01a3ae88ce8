import { REGION_MODES, REQUEST_STATES } from '@dure/contract'
import { z } from 'zod'
import type { LogRecord, OpenedHere } from '../exchange/index.ts'
import { cancel, scheduleAll } from '../platform/timers.ts'
import { planHoldExpiry } from './answering.service.ts'
import type { Work } from './beds.service.ts'
import { SYSTEM } from './by.ts'
import { parseCrossing } from './crossing-ops.ts'
import { keepPatient } from './crossing-patient.service.ts'
import { saveIdentity, sealedIdentity } from './identity.sql.ts'
import { saveOffer } from './offers.sql.ts'
import { isOpenOffer } from './offers.ts'
import { isTerminal } from './placement.ts'
import type { RequestTimer } from './placement-effects.ts'
import { REQUEST_EVENTS } from './placement-table.ts'
import { SERVICE_TARGETS_MS, type ServiceTarget } from './placement-times.ts'
import { lockPlacement, planSearch, TIMER_KINDS, tellOffer } from './placing.service.ts'
import { MODE_SET, regionMode, saveRegionMode, tellMode } from './region.sql.ts'
import type { Placement } from './relations.ts'
import { addEvent } from './requests.sql.ts'
import type { RequestRow } from './rows.ts'
import { type MovedRequest, unansweredRequests } from './standing-in.sql.ts'
import { grantedHolds, grantsWithoutPatient } from './taking-up.sql.ts'

/** What belongs to a request beside its row, after it was made or moved from the own log. */

/**
 * Its history as far as the log tells it, and its timers. Offers do not travel: an open one is taken back, and whoever waited
 * for an answer is matched anew. Who the patient is comes back where it was sealed for this cell too.
 */
export const recallRequests = async (work: Work, opened: OpenedHere, moved: readonly MovedRequest[]): Promise<void> => {
  await recallHistory(work, opened, new Set(moved.map(({ id }) => id)))
  await recallIdentities(work, opened)
  await recallGrantPatients(work, opened.origin)
  await recallMode(work, opened)
  for (const { id, before } of moved) await recallOne(work, id, before === null)
}

const recallOne = async (work: Work, id: string, isNew: boolean): Promise<void> => {
  const placement = await lockPlacement(work, id)
  if (placement === null) return
  await withdrawStaleOffers(work, placement)
  const identity = (await sealedIdentity(work.tx, id)) !== null
  const kind = isNew ? 'regained' : 'regained_progress'
  addEvent(work.tx, { requestId: id, kind, by: SYSTEM, data: { identity } }, work.now)
  await planTargets(work, placement)
}

/** Answered or not: what became of it after the backup is not known, and its hospital may have been given the answer. */
const withdrawStaleOffers = async (work: Work, { row, offers }: Placement): Promise<void> => {
  for (const offer of offers.filter(({ state }) => isOpenOffer(state))) {
    await saveOffer(work.tx, offer.id, { state: 'withdrawn' })
    await cancel(work.tx, offer.id, TIMER_KINDS.offer)
    tellOffer(work, row, offer.id, offer.hospital_id, 'withdrawn', 'regained')
  }
}

// ---------------------------------------------------------------- timers

const planTargets = async (work: Work, { row, openAsks = 0 }: Placement): Promise<void> => {
  const targets = isTerminal(row.state) ? [] : openTargets(row)
  await cancel(work.tx, row.id)
  const planned = targets.map(([timer, dueAt]) => ({
    id: work.beds.ids.next(),
    kind: TIMER_KINDS.request(timer),
    subject: row.id,
    dueAt,
    payload: {},
  }))
  await scheduleAll(work.tx, planned, work.now)
  if (openAsks === 0 && SEARCHED.includes(row.state)) await planSearch(work, row.id, work.now)
}

/** States in which the program looks for a bed by itself; where hospitals were asked, see {@link searchAgain}. */
const SEARCHED: readonly string[] = ['escalated', 'diverted']

const openTargets = (row: RequestRow): readonly (readonly [RequestTimer, Date])[] => {
  if (row.state === 'no_bed' && row.no_bed_retry_at !== null) return [['no_bed_step', row.no_bed_retry_at]]
  const { submitted_at: since } = row
  if (since === null || row.state === 'on_hold' || row.confirmed_at !== null) return []
  const met: Record<ServiceTarget, boolean> = {
    first_ack: row.state !== 'submitted',
    first_offer: row.first_offer_at !== null || row.first_hold_at !== null,
    hold: row.first_hold_at !== null,
    confirm: false,
  }
  return (Object.keys(SERVICE_TARGETS_MS) as ServiceTarget[])
    .filter((target) => !met[target])
    .map((target) => [target, new Date(since.getTime() + SERVICE_TARGETS_MS[target])] as const)
}

/** @param code of the region as slots have it; null = this cell's own */
export const planExpiries = async (work: Work, code: string | null): Promise<void> => {
  for (const { id, expires_at: dueAt } of await grantedHolds(work.tx, code)) {
    await cancel(work.tx, id, TIMER_KINDS.hold)
    await planHoldExpiry(work, id, dueAt)
  }
}

/** Offers did not travel: whoever was waiting for a hospital's answer is matched again. */
export const searchAgain = async (work: Work, sido: string): Promise<void> => {
  for (const id of await unansweredRequests(work.tx, sido)) {
    await work.tx.sql(
      `update beds.request set state = 'matching', state_since = $2, version = version + 1 where id = $1`,
      [id, work.now],
    )
    await planSearch(work, id, work.now)
  }
}

// ---------------------------------------------------------------- from the records themselves

const STEPS = new Map(REQUEST_EVENTS.map((event) => [`request-${event.replaceAll('_', '-')}`, event]))
const step = z.object({ requestId: z.string(), state: z.enum(REQUEST_STATES) })

/** What happened, and when: who did it is not in the log. */
const recallHistory = async (work: Work, opened: OpenedHere, known: ReadonlySet<string>): Promise<void> => {
  for await (const { kind, body, at } of opened.regained([...STEPS.keys()])) {
    const said = step.safeParse(body)
    const event = STEPS.get(kind)
    if (!said.success || event === undefined || !known.has(said.data.requestId)) continue
    const { requestId, state } = said.data
    addEvent(work.tx, { requestId, kind: event, to: state, by: SYSTEM, data: { fromLog: true } }, new Date(at))
  }
}

const modeSaid = z.object({ mode: z.enum(REGION_MODES) })

/** Peace or war, as the log has it. */
export const recallMode = async (work: Work, opened: OpenedHere): Promise<void> => {
  for await (const { body, at } of opened.regained([MODE_SET])) {
    const { data } = modeSaid.safeParse(body)
    const { mode } = await regionMode(work.tx, opened.origin)
    if (data === undefined || data.mode === mode) continue
    const by = { id: 'log', name: SYSTEM.name }
    await saveRegionMode(work.tx, opened.origin, data.mode, 'from the log', by, new Date(at))
  }
}

/** Set where the log that goes on does not have it: whoever stands in next has only the log. */
export const tellUnsaidMode = async ({ tx, now }: Work, opened: OpenedHere): Promise<void> => {
  let said: string | undefined
  for await (const { body } of opened.said([MODE_SET])) said = modeSaid.safeParse(body).data?.mode ?? said
  const { mode } = await regionMode(tx, opened.origin)
  if (mode !== (said ?? 'peace')) await tellMode(tx, opened.origin, mode, now)
}

/** Sealed for the owner of the bed and for this cell, whose key is in the data folder and in no backup of the database. */
const recallIdentities = async (work: Work, opened: OpenedHere): Promise<void> => {
  for await (const record of opened.regained(['hold-accepted'])) await recallIdentity(work, record)
}

const recallIdentity = async (work: Work, { kind, body }: LogRecord): Promise<void> => {
  const said = kind === 'hold-accepted' ? parseCrossing(kind, body) : undefined
  if (said?.kind !== 'hold-accepted' || said.body.sealed === null) return
  const [ask] = await work.tx.sql<{ request_id: string; hash: string | null }>(
    `select a.request_id, t.nation_hash as hash
       from beds.ask a
       join beds.request r on r.id = a.request_id
       left join beds.told_request t on t.id = a.request_id
      where a.id = $1 and r.closed_at is null`,
    [said.body.askId],
  )
  if (ask === undefined || (await sealedIdentity(work.tx, ask.request_id)) !== null) return
  const text = await work.beds.exchange.open(said.body.sealed)
  if (text === null) return
  const key = await work.beds.identityKey()
  const sealed = key.seal(ask.request_id, text)
  await saveIdentity(work.tx, ask.request_id, sealed, null, 'log', work.now, ask.hash)
}

const recallGrantPatients = async (work: Work, sido: string): Promise<void> => {
  for (const { ask_id: askId, sealed } of await grantsWithoutPatient(work.tx, sido))
    await keepPatient(work, askId, sealed)
}
