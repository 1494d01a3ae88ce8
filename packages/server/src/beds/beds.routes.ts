import { bedEndpoints, type RequestInput } from '@dure/contract'
import { type Http, serve } from '../platform/http.ts'
import { ok } from '../platform/result.ts'
import { actOnRequest } from './acting.service.ts'
import { actOnOffer } from './answering.service.ts'
import { type Beds, byPerson, inWork, notFound, refuse, toRefusal } from './beds.service.ts'
import { onlyNamed, toCandidatesView } from './candidate-views.ts'
import { deskRegion } from './desk-region.service.ts'
import { boardNow, figuresNow } from './figures.service.ts'
import { extendHold } from './holds.service.ts'
import { getIdentity, identityLooks, setIdentity } from './identity.service.ts'
import { namesOf, requestViewFor, visiblePlacement } from './loading.service.ts'
import { askHospitals } from './offering.service.ts'
import { offerPolicy } from './offers.ts'
import { settledNow } from './phone-checks.service.ts'
import { lockPlacement } from './placing.service.ts'
import { queueFor, suggestForQueue } from './queue.service.ts'
import { regionMode, saveRegionMode, tellMode } from './region.sql.ts'
import { actorToDo, sightOf } from './relations.ts'
import { reportedWhereNoBedIsKept } from './reported.service.ts'
import { changedMeanwhile, createRequest, editRequest } from './requests.service.ts'
import { eventsOf } from './requests.sql.ts'
import { slotById } from './slots.sql.ts'
import { toTimeline } from './timeline.ts'
import { toHoldView, toOfferView } from './views.ts'

/** Requests, candidates, offers, holds, figures. Slots and capacity: `slots.routes.ts`. */
export const registerPlacing = (http: Http, beds: Beds): void => {
  const route = serve(http)
  const e = bedEndpoints

  route(e.createRequest, async ({ person, body: { asDraft, ...input } }) => {
    const made = await createRequest(beds, person, input, asDraft)
    return made.ok ? ok(await requestViewFor(beds, person, made.value)) : made
  })

  route(e.listRequests, async ({ person, query, now }) =>
    ok({ requests: [...(await queueFor(beds, person, query.scope, query.limit))], at: now.toISOString() }),
  )

  route(e.getRequest, async ({ person, params }) => {
    const found = await visiblePlacement(beds, person, params.id)
    return found.ok ? ok(await requestViewFor(beds, person, found.value)) : found
  })

  route(e.editRequest, async ({ person, params, body }) => {
    const changes = body.details as Partial<RequestInput>
    const edited = await editRequest(beds, person, params.id, body.version, changes)
    return edited.ok ? ok(await requestViewFor(beds, person, edited.value)) : edited
  })

  route(e.actOnRequest, async ({ person, params, body }) => {
    await beds.finder.refresh()
    const done = await actOnRequest(beds, person, params.id, body)
    return done.ok ? ok(await requestViewFor(beds, person, done.value)) : done
  })

  route(e.timeline, async ({ person, params }) => {
    const found = await visiblePlacement(beds, person, params.id)
    if (!found.ok) return found
    const sight = sightOf(person, found.value)
    return ok({ entries: toTimeline(await eventsOf(beds.db, found.value.row.id), sight, person.facilityId) })
  })

  route(e.setIdentity, ({ person, params, body }) => setIdentity(beds, person, params.id, body))

  route(e.getIdentity, ({ person, params }) => getIdentity(beds, person, params.id))

  route(e.identityAccess, async ({ person, params }) => {
    const looks = await identityLooks(beds, person, params.id)
    if (!looks.ok) return looks
    return ok({
      looks: looks.value.map((look) => ({
        at: look.at.toISOString(),
        act: look.act,
        by: look.person_name,
        hospitalId: look.hospital_id,
      })),
    })
  })

  route(e.listCandidates, async ({ person, params, query, now }) => {
    const found = await visiblePlacement(beds, person, params.id)
    if (!found.ok) return found
    if (sightOf(person, found.value) !== 'treats') return refuse('not-allowed', 'candidates are for the desk')
    await beds.finder.refresh()
    const { row } = found.value
    const { mode } = await regionMode(beds.db, row.sido)
    const limits = { candidates: query.limit, whyNot: query.whyNot }
    const names = await namesOf(beds)
    const ranking =
      query.hospital === undefined
        ? await beds.finder.rank(found.value, now, { limits, mode })
        : onlyNamed(await beds.finder.rank(found.value, now, { mode }), query.hospital, names, limits)
    const { parallel } = offerPolicy(row.severity ?? 'severe', row.urgency, mode)
    const { byId } = await beds.finder.directory()
    const sido = (id: string) => byId.get(id)?.sidoCode ?? ''
    // How old the word of another region is, is asked only where one is shown.
    const isFar = ranking.candidates.some(({ hospitalId }) => sido(hospitalId) !== row.sido)
    const [standings, labels, settled, reported] = await Promise.all([
      isFar ? beds.exchange.standings() : [],
      beds.finder.labels(),
      settledNow(beds, row, now),
      reportedWhereNoBedIsKept(beds.db, ranking, row.requested_class, now),
    ])
    const heard = new Map(standings.map((one) => [one.origin, one.contactAt]))
    const heardAt = (id: string) => heard.get(sido(id))?.toISOString() ?? null
    return ok(toCandidatesView(row.id, now, ranking, parallel, { ...names, sido, heardAt }, labels, settled, reported))
  })

  route(e.suggestAssignment, async () => ok(await suggestForQueue(beds)))

  route(e.sendOffers, async ({ person, params, body }) => {
    await beds.finder.refresh()
    const sent = await inWork(beds, byPerson(person), async (work) => {
      const placement = await lockPlacement(work, params.id)
      if (placement === null) return notFound('request')
      const actor = actorToDo(person, placement, 'offer_sent')
      if (!actor.ok) return { ok: false, error: toRefusal(actor.error) }
      if (placement.row.version !== body.version) return changedMeanwhile(placement.row)
      return askHospitals(work, placement, actor.value, body.hospitalIds)
    })
    return sent.ok ? ok(await requestViewFor(beds, person, sent.value)) : sent
  })

  route(e.actOnOffer, async ({ person, params, body }) => {
    await beds.finder.refresh()
    const done = await actOnOffer(beds, person, params.id, body)
    if (!done.ok) return done
    const { offer, placement } = done.value
    const names = await namesOf(beds)
    const hold = placement.hold?.offer_id === offer.id ? placement.hold : null
    const slot = hold === null ? null : (placement.slot ?? (await slotById(beds.db, hold.slot_id)))
    return ok({
      offer: toOfferView(offer, placement.row, names),
      hold: hold === null || slot === null ? null : toHoldView(hold, slot, names),
    })
  })

  route(e.extendHold, async ({ person, params }) => {
    const extended = await extendHold(beds, person, params.id)
    if (!extended.ok) return extended
    const slot = await slotById(beds.db, extended.value.slot_id)
    return slot === null ? notFound('bed') : ok(toHoldView(extended.value, slot, await namesOf(beds)))
  })

  route(e.board, async ({ person }) => ok(await boardNow(beds, await deskRegion(beds, person))))

  route(e.figures, async ({ person, query }) => ok(await figuresNow(beds, await deskRegion(beds, person), query.hours)))

  route(e.setMode, async ({ person, body }) => {
    const region = await deskRegion(beds, person)
    if (person.region !== region) return refuse('not-allowed', 'the mode of a region is set by its own desk')
    const set = await inWork(beds, byPerson(person), async (work) => {
      const row = await saveRegionMode(work.tx, region, body.mode, body.why, person, work.now)
      await tellMode(work.tx, region, row.mode, work.now)
      return ok({ mode: row.mode, since: row.since.toISOString() })
    })
    return set
  })
}
