import type { RequestAct } from '@dure/contract'
import type { Person } from '../platform/person.ts'
import { type BedResult, type Beds, byPerson, inWork, notFound, refuse, toRefusal, type Work } from './beds.service.ts'
import type { By } from './by.ts'
import { copyIdentity } from './identity.service.ts'
import { isTerminal } from './placement.ts'
import { advance, lockPlacement, tellRequest } from './placing.service.ts'
import type { Doing } from './placing-patch.ts'
import { actorToDo, type Placement } from './relations.ts'
import type { RequestPatch } from './request-patch.ts'
import { audienceOf, changedMeanwhile } from './requests.service.ts'
import { addEvent, saveRequest } from './requests.sql.ts'
import type { RequestRow } from './rows.ts'

export interface Acting {
  readonly act: RequestAct
  readonly version: number
  readonly channel: By['channel']
  readonly heardFrom?: string | undefined
}

/** A person moves a request along its states. */
export const actOnRequest = (
  beds: Beds,
  person: Person,
  requestId: string,
  { act, version, channel, heardFrom }: Acting,
): Promise<BedResult<Placement>> =>
  inWork(beds, byPerson(person, { channel, heardFrom }), async (work) => {
    if (channel === 'phone' && (heardFrom ?? '') === '')
      return refuse('invalid-input', 'say who said so on the phone', '/body/heardFrom')
    const into = act.event === 'merge' ? await lockForMerge(work, requestId, act.into) : null
    const placement = await lockPlacement(work, requestId)
    if (placement === null) return notFound('request')
    const actor = actorToDo(person, placement, act.event)
    if (!actor.ok) return { ok: false, error: toRefusal(actor.error) }
    if (placement.row.version !== version) return changedMeanwhile(placement.row)
    const refused = refusedAct(work, placement, act, into)
    if (refused !== null) return refused
    const { event, ...rest } = act
    const patch = transportPatch(placement.row, act)
    const details = rest as NonNullable<Doing['details']>
    const done = await advance(work, placement, { event, actor: actor.value, details, ...(patch ? { patch } : {}) })
    if (!done.ok) return { ok: false, error: toRefusal(done.error, '/body/act') }
    if (into !== null) await mergeInto(work, placement.row, into)
    return done
  })

/** Two requests are locked in the order of their ids, whoever is merged into whom. */
const lockForMerge = async (work: Work, requestId: string, intoId: string): Promise<Placement | null> => {
  if (requestId === intoId) return null
  if (requestId < intoId) await lockPlacement(work, requestId)
  return lockPlacement(work, intoId)
}

const refusedAct = (work: Work, { row }: Placement, act: RequestAct, into: Placement | null) => {
  if (act.event === 'record_death' && new Date(act.at) > work.now)
    return refuse('invalid-input', 'the time lies in the future', '/body/act/at')
  if (act.event !== 'merge') return null
  if (into === null || into.row.sido !== row.sido)
    return refuse('invalid-input', 'no other request of this region has this id', '/body/act/into')
  return isTerminal(into.row.state)
    ? refuse('wrong-state', `the other request is closed (${into.row.state})`, '/body/act/into')
    : null
}

const transportPatch = (row: RequestRow, act: RequestAct): RequestPatch | null =>
  act.event === 'arrange_transport' ? { details: { ...row.details, transport: act.transport } } : null

const mergeInto = async (work: Work, from: RequestRow, into: Placement): Promise<void> => {
  await copyIdentity(work, from.id, into.row.id)
  const saved = await saveRequest(work.tx, into.row.id, {
    // The patient has waited since the first of the two.
    waiting_since: new Date(Math.min(from.waiting_since.getTime(), into.row.waiting_since.getTime())),
  })
  const data = { requestId: from.id, code: from.code }
  addEvent(work.tx, { requestId: into.row.id, kind: 'merged_from', by: work.by, data }, work.now)
  tellRequest(work, saved, 'request-merged-from', audienceOf(into))
}
