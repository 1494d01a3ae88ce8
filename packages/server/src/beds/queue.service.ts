import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RequestRow as RequestRowView } from '@dure/contract'
import type { Person } from '../platform/person.ts'
import { type AssignmentRow, suggestAssignment } from './batch-assignment.ts'
import type { Beds } from './beds.service.ts'
import { deskRegion } from './desk-region.service.ts'
import { loadPlacement, namesOf } from './loading.service.ts'
import { queueLevel, queueOrder, type Waiting } from './queue-order.ts'
import { type QueueFilter, queue } from './requests.sql.ts'
import type { QueueRow } from './rows.ts'
import { toQueueRowView } from './views.ts'

export type Scope = 'open' | 'mine' | 'closed'

const MOST_ROWS = 2_000
const TRANSPORT_STATES = ['confirmed', 'transport_arranged', 'in_transit', 'arrived'] as const

const waitingOf = (row: QueueRow): Waiting & { readonly row: QueueRow } => ({
  id: row.id,
  severity: row.severity,
  urgency: row.urgency,
  deteriorating: row.deteriorating,
  waitingSinceMs: row.waiting_since.getTime(),
  row,
})

/** What of the queue is this person's: the region's desk sees all, others what they asked for or are asked for. */
const filterFor = (person: Person, region: string, scope: Scope): QueueFilter => {
  const all = scope !== 'mine' && person.roles.some((role) => role === 'placement_desk' || role === 'admin')
  const base = {
    sido: region,
    closed: scope === 'closed',
    mine: null,
    forHospital: null,
    inStates: null,
    limit: MOST_ROWS,
  }
  if (all) return base
  const hospital = person.roles.includes('hospital_desk') ? person.facilityId : null
  const own = { personId: person.id, facilityId: person.facilityId }
  if (scope !== 'mine' && person.roles.includes('transport')) return { ...base, inStates: TRANSPORT_STATES }
  if (scope !== 'mine' && person.roles.includes('national_desk')) return base
  return { ...base, mine: own, forHospital: scope === 'mine' ? null : hospital }
}

/** A draft is its maker's alone; the national desk sees what has come up to it. */
const isFor = (person: Person, row: QueueRow): boolean => {
  if (row.state === 'draft') return row.created_by === person.id
  const regional = person.roles.some((role) => role !== 'national_desk')
  return regional || row.level === 'national'
}

/** In the order in which it should be worked; closed ones newest first. */
export const queueFor = async (
  beds: Beds,
  person: Person,
  scope: Scope,
  limit: number,
): Promise<readonly RequestRowView[]> => {
  const rows = (await queue(beds.db, filterFor(person, await deskRegion(beds, person), scope))).filter((row) =>
    isFor(person, row),
  )
  const names = await namesOf(beds)
  const ordered =
    scope === 'closed' ? rows : queueOrder(rows.map(waitingOf), beds.clock.now().getTime()).map(({ row }) => row)
  return ordered.slice(0, limit).map((row) => toQueueRowView(row, names))
}

const SUGGESTED_FOR = ['triaged', 'matching', 'diverted', 'escalated', 'no_bed'] as const
/** A suggestion may take a second of one core, not more. */
const MOST_SUGGESTED = 60

/** A suggestion for the whole queue at once; people confirm, and every bed is still won by a hold. */
export const suggestForQueue = async (beds: Beds) => {
  await beds.finder.refresh()
  const now = beds.clock.now()
  const filter = { sido: beds.region, closed: false, mine: null, forHospital: null, limit: MOST_ROWS }
  const rows = await queue(beds.db, { ...filter, inStates: SUGGESTED_FOR })
  const waiting = queueOrder(rows.filter((row) => row.open_offers === 0).map(waitingOf), now.getTime())
  const taken = waiting.slice(0, MOST_SUGGESTED)
  const assignment: AssignmentRow[] = []
  for (const one of taken) {
    const placement = await loadPlacement(beds.db, one.id)
    const edges = placement === null ? [] : await beds.finder.edges(placement, now)
    assignment.push({ requestId: one.id, level: queueLevel(one, now.getTime()), edges })
    await nextTurn()
  }
  const { pairs, unplaced } = suggestAssignment(assignment)
  const names = await namesOf(beds)
  const code = new Map(taken.map(({ row }) => [row.id, row.code]))
  return {
    at: now.toISOString(),
    pairs: pairs.map(({ requestId, hospitalId, slotId }) => ({
      requestId,
      code: code.get(requestId) ?? '',
      hospitalId,
      hospitalName: names.name(hospitalId),
      slotId,
    })),
    unplaced,
    later: waiting.slice(MOST_SUGGESTED).map(({ id }) => id),
  }
}
