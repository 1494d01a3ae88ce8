import { bedEndpoints } from '@dure/contract'
import { freshnessOf } from '../facilities/index.ts'
import { type Http, serve } from '../platform/http.ts'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { type Beds, byPerson, notFound } from './beds.service.ts'
import type { CapacityRow } from './capacity.sql.ts'
import { newestCapacity } from './capacity.sql.ts'
import { codesBySlot, liveHoldOfSlot } from './holds.sql.ts'
import { loadPlacement, namesOf } from './loading.service.ts'
import { markDelivered, offersOfHospital } from './offers.sql.ts'
import { tellOffer } from './placing.service.ts'
import { queueRowOf, requestById } from './requests.sql.ts'
import type { SlotRow } from './rows.ts'
import { addSlot, changeSlot, reportCapacity, stillTrue } from './slots.service.ts'
import { slotsOfHospital } from './slots.sql.ts'
import { toOfferView, toQueueRowView, toSlotView } from './views.ts'

const DAY_MS = 24 * 3_600_000

/** A hospital's own side: its beds, its figures, the offers it has to answer. */
export const registerSlots = (http: Http, beds: Beds): void => {
  const route = serve(http)
  const e = bedEndpoints

  route(e.listSlots, async ({ person, params, now }) => {
    if (!(await isHospital(beds, params.id))) return notFound('hospital')
    const codes = mayKnowCodes(person, params.id) ? await codesBySlot(beds.db, params.id) : new Map<string, string>()
    const slots = await slotsOfHospital(beds.db, params.id)
    return ok({ slots: slots.map((slot) => toSlotView(slot, now, codes.get(slot.id) ?? null)) })
  })

  route(e.addSlot, async ({ person, params, body, now }) => {
    const added = await addSlot(beds, person, params.id, body)
    return added.ok ? ok(toSlotView(added.value, now, null)) : added
  })

  route(e.changeSlot, async ({ person, params, body, now }) => {
    const changed = await changeSlot(beds, person, params.id, body)
    return changed.ok ? ok(toSlotView(changed.value, now, await codeOf(beds, changed.value))) : changed
  })

  route(e.stillTrue, ({ person, params, body }) => stillTrue(beds, person, params.id, body))

  route(e.listCapacity, async ({ params, now }) => {
    if (!(await isHospital(beds, params.id))) return notFound('hospital')
    const reports = await newestCapacity(beds.db, params.id)
    return ok({ reports: reports.map((report) => toCapacityView(report, now)) })
  })

  route(e.reportCapacity, async ({ person, params, body, now }) => {
    const reported = await reportCapacity(beds, person, params.id, body)
    return reported.ok ? ok(toCapacityView(reported.value, now)) : reported
  })

  route(e.listOffers, async ({ person, query, now }) => {
    const at = now.toISOString()
    if (person.facilityId === null) return ok({ at, offers: [] })
    const since = new Date(now.getTime() - DAY_MS)
    const waiting = await offersOfHospital(beds.db, person.facilityId, query.scope, since)
    const offers = waiting.some((offer) => offer.state === 'sent')
      ? await deliverOffers(beds, person, query.scope, since)
      : waiting
    const names = await namesOf(beds)
    const views = []
    for (const offer of offers) {
      const row = await queueRowOf(beds.db, offer.request_id)
      if (row !== null) views.push({ ...toOfferView(offer, row, names), request: toQueueRowView(row, names) })
    }
    return ok({ at, offers: views })
  })
}

/** Fetched by the hospital's own desk is delivered; whoever asked sees that. */
const deliverOffers = async (beds: Beds, person: Person, scope: 'open' | 'recent', since: Date) => {
  const hospitalId = person.facilityId ?? ''
  await beds.db.tx(async (tx) => {
    const work = { beds, tx, now: beds.clock.now(), by: byPerson(person) }
    for (const offer of await markDelivered(tx, hospitalId)) {
      const row = await requestById(tx, offer.request_id)
      if (row !== null) tellOffer(work, row, offer.id, hospitalId, 'delivered')
    }
  })
  return offersOfHospital(beds.db, hospitalId, scope, since)
}

const isHospital = async (beds: Beds, id: string): Promise<boolean> => (await beds.finder.directory()).byId.has(id)

/** Whose patient lies in a bed: its own hospital and the region's desk. */
const mayKnowCodes = (person: Person, hospitalId: string): boolean =>
  person.facilityId === hospitalId || person.roles.includes('placement_desk')

const codeOf = async (beds: Beds, slot: SlotRow): Promise<string | null> => {
  const hold = await liveHoldOfSlot(beds.db, slot.id)
  return hold === null ? null : ((await loadPlacement(beds.db, hold.request_id))?.row.code ?? null)
}

const toCapacityView = (report: CapacityRow, now: Date) => ({
  hospitalId: report.hospital_id,
  bedClass: report.bed_class,
  staffedTotal: report.staffed_total,
  available: report.available,
  surge: report.surge,
  expectedDischarges24h: report.expected_discharges_24h,
  asOf: report.as_of.toISOString(),
  channel: report.channel,
  heardFrom: report.heard_from,
  reporter: report.reporter,
  receivedAt: report.received_at.toISOString(),
  freshness: freshnessOf(report.bed_class, report.as_of, now),
  flags: flagsOf(report),
})

/** Shown beside the figure, never used to change it. */
const flagsOf = ({ available, staffed_total: total }: CapacityRow): string[] => [
  ...(available !== null && available < 0 ? ['over_capacity'] : []),
  ...(available !== null && total !== null && available > total ? ['count_above_total'] : []),
]
