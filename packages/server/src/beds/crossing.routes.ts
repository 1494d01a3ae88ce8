import { cellEndpoints, type GrantView } from '@dure/contract'
import { type Http, serve } from '../platform/http.ts'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { ageBand } from './age-band.ts'
import { type BedResult, type Beds, byPerson, inWork, notFound, refuse, toRefusal, type Work } from './beds.service.ts'
import { askRegion } from './crossing.asking.ts'
import { lockGrant, occupyGrant, takeBack } from './crossing.owner.service.ts'
import { giveUpAsk } from './crossing.saying.ts'
import { askById, type GrantedView, grantsShown } from './crossing.sql.ts'
import { getGrantPatient } from './crossing-patient.service.ts'
import { askViews } from './crossing-views.service.ts'
import { namesOf, visiblePlacement } from './loading.service.ts'
import { searchOn } from './offering.service.ts'
import { lockPlacement } from './placing.service.ts'
import { reconciled } from './reconciliation.sql.ts'
import { actorToDo } from './relations.ts'
import { changedMeanwhile } from './requests.service.ts'
import type { Names } from './views.ts'

const DAY_MS = 24 * 3_600_000

/** Beds between regions: what was asked for elsewhere, and what was promised to others. */
export const registerCrossingRoutes = (http: Http, beds: Beds): void => {
  const route = serve(http)
  const e = cellEndpoints

  route(e.askRegion, async ({ person, params, body }) => {
    await beds.finder.refresh()
    const asked = await inWork(beds, byPerson(person), async (work) => {
      const placement = await lockPlacement(work, params.id)
      if (placement === null) return notFound('request')
      const actor = actorToDo(person, placement, 'offer_sent')
      if (!actor.ok) return { ok: false, error: toRefusal(actor.error) }
      if (placement.row.version !== body.version) return changedMeanwhile(placement.row)
      return askRegion(work, placement, actor.value, { sido: body.sido, hospitalId: body.hospitalId ?? null })
    })
    if (!asked.ok) return asked
    const asks = await askViews(beds, params.id)
    const ask = asks.at(-1)
    return ask === undefined ? notFound('ask') : ok({ ask, asks })
  })

  route(e.listAsks, async ({ person, params }) => {
    const found = await visiblePlacement(beds, person, params.id)
    return found.ok ? ok({ asks: await askViews(beds, found.value.row.id) }) : found
  })

  route(e.giveUpAsk, async ({ person, params }) => {
    await beds.finder.refresh()
    const done = await inWork(beds, byPerson(person), (work) => giveUpByPerson(work, person, params.id))
    return done.ok ? ok({ asks: await askViews(beds, done.value) }) : done
  })

  route(e.listGrants, async ({ person, now }) => {
    const hospital = person.roles.includes('placement_desk') ? null : (person.facilityId ?? '')
    const sidos = await spokenFor(beds, person)
    const rows = await grantsShown(beds.db, sidos, hospital, new Date(now.getTime() - DAY_MS))
    const names = await namesOf(beds)
    return ok({ at: now.toISOString(), grants: rows.flatMap((row) => toGrantView(row, names)) })
  })

  route(e.actOnGrant, async ({ person, params, body, now }) => {
    const done = await inWork(beds, byPerson(person), (work) => actOnGrant(work, person, params.id, body.event))
    if (!done.ok) return done
    const rows = await grantsShown(beds.db, [done.value], null, new Date(now.getTime() - DAY_MS))
    const names = await namesOf(beds)
    const view = rows.filter((row) => row.ask_id === params.id).flatMap((row) => toGrantView(row, names))[0]
    return view === undefined ? notFound('grant') : ok(view)
  })

  route(e.grantPatient, ({ person, params }) => getGrantPatient(beds, person, params.id))

  route(e.reconciliation, async ({ now }) => ok({ at: now.toISOString(), entries: await reconciled(beds.db) }))
}

/** Regions whose desks sit at this cell: its own, and one it stands in for. */
const spokenFor = async (beds: Beds, person: Person): Promise<readonly string[]> =>
  (await beds.exchange.standings())
    .filter(({ origin, mayWrite }) => mayWrite && origin === person.region)
    .map(({ origin }) => origin)

const giveUpByPerson = async (work: Work, person: Person, askId: string): Promise<BedResult<string>> => {
  const before = await askById(work.tx, askId)
  const placement = before === null ? null : await lockPlacement(work, before.request_id)
  if (before === null || placement === null) return notFound('ask')
  const actor = actorToDo(person, placement, 'offer_sent')
  if (!actor.ok) return { ok: false, error: toRefusal(actor.error) }
  const ask = await askById(work.tx, askId)
  if (ask?.state !== 'asked')
    return refuse('wrong-state', `the ask is ${ask?.state ?? 'gone'}; a bed that was taken is given back by diverting`)
  await giveUpAsk(work, askId, 'placed-elsewhere')
  const after = await lockPlacement(work, before.request_id)
  if (after !== null) await searchOn(work, after)
  return ok(before.request_id)
}

const actOnGrant = async (
  work: Work,
  person: Person,
  askId: string,
  event: 'admit' | 'take_back',
): Promise<BedResult<string>> => {
  const grant = await lockGrant(work, askId)
  if (grant === null || grant.slot_id === null) return notFound('grant')
  const own = person.roles.includes('hospital_desk') && person.facilityId === grant.hospital_id
  const desk = person.roles.includes('placement_desk') && person.region === grant.sido
  if (!own && !desk) return refuse('not-allowed', 'this bed is another hospital’s')
  if (event === 'take_back') {
    if (grant.state !== 'granted' && grant.state !== 'confirmed')
      return refuse('wrong-state', `the promise is ${grant.state}`)
    if (grant.occupied_at !== null) return refuse('wrong-state', 'the patient lies in the bed')
    await takeBack(work, grant)
    return ok(grant.sido)
  }
  return (await occupyGrant(work, grant))
    ? ok(grant.sido)
    : refuse('wrong-state', `the promise is ${grant.state}; a patient is admitted once it is confirmed`)
}

const toGrantView = (row: GrantedView, names: Names): GrantView[] => {
  if (row.slot_id === null || row.hospital_id === null) return []
  const { need } = row
  return [
    {
      askId: row.ask_id,
      sido: row.asker,
      hospitalId: row.hospital_id,
      hospitalName: names.name(row.hospital_id),
      slotId: row.slot_id,
      slotLabel: row.label ?? '',
      state: row.state,
      occupied: row.hold_state === 'occupied',
      fencing: row.fencing ?? '',
      grantedAt: row.answered_at.toISOString(),
      until: row.state === 'granted' ? row.until.toISOString() : null,
      patient:
        need === null
          ? null
          : {
              code: need.code,
              ageBand: ageBand(need.ageYears),
              sex: need.sex,
              requestedClass: need.requestedClass,
              isolationNeed: need.isolationNeed,
              oxygen: need.oxygen,
              needs: need.needs,
              severity: need.severity,
              urgency: need.urgency,
            },
    },
  ]
}
