import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bedEndpoints as b,
  type Endpoint,
  signUpEndpoints as e,
  PATIENT_ACCESS,
  PATIENT_REACHES,
  PATIENT_RELATIONS,
  type PatientReach,
  type PatientRelation,
  PERMISSIONS,
  permissionOf,
  ROLES,
  type Role,
  rolesMay,
} from '@dure/contract'
import { neighboursOf } from '../beds/index.ts'
import { REQUEST_EVENT_ACTORS } from '../beds/placement-actors.ts'
import { must, type World } from './bed-world.ts'
import type { TestPerson } from './cell.ts'
import { lead, peopleWorld, personOf, sponsorOf } from './people-world.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const addressOf = (endpoint: Endpoint, id = 'none') => endpoint.path.replace(/:[A-Za-z0-9_]+/g, id)
const isPatientReach = (reach: string): reach is PatientReach => PATIENT_REACHES.some((one) => one === reach)

test('every route lets in the roles the permission table names, and nobody else', async () => {
  await using w = await peopleWorld({ hospitals: 1 })
  const people = new Map<Role, TestPerson>()
  for (const role of ROLES) people.set(role, await w.test.person({ role, facilityId: w.hospitals[0]?.id ?? null }))
  for (const endpoint of w.test.cell.http.endpoints) {
    const { method } = endpoint
    const url = addressOf(endpoint)
    const payload = endpoint.body === undefined ? {} : { payload: '{}', headers: JSON_TYPE }
    const stranger = await w.test.inject({ method, url, ...payload, headers: { 'x-dure': '1', ...JSON_TYPE } })
    const permission = permissionOf(endpoint)
    assert.equal(permission.who === 'public', endpoint.auth === 'public', endpoint.id)
    if (permission.who === 'public') {
      assert.notEqual(stranger.statusCode, 403, `${endpoint.id} is public`)
      continue
    }
    assert.equal(stranger.statusCode, 401, `${endpoint.id} without a session`)
    // It ends the session the walk stands on.
    if (endpoint.id === 'signOut') continue
    for (const role of ROLES) {
      const answer = await people.get(role)?.inject({ method, url, ...payload })
      const turnedAway = answer?.statusCode === 403 && String(answer.payload).includes('needs one of')
      assert.equal(turnedAway, !rolesMay(permission, [role]), `${endpoint.id} as ${role}: ${answer?.statusCode}`)
      assert.ok((answer?.statusCode ?? 500) < 500, `${endpoint.id} as ${role}`)
    }
  }
})

/** Served by a demo of several cells only. */
const DEMO_OF_CELLS = ['showControl', 'control']

test('the table is whole: no row without a route, no route without a row, and no route with roles of its own', async () => {
  await using w = await peopleWorld({ hospitals: 1, cell: { env: { DURE_DEMO: '1' } } })
  const served = new Map(w.test.cell.http.endpoints.map((endpoint) => [endpoint.id, endpoint]))
  for (const id of Object.keys(PERMISSIONS)) assert.ok(served.has(id) || DEMO_OF_CELLS.includes(id), `${id} is served`)
  for (const { id, roles } of served.values()) {
    assert.ok(Object.hasOwn(PERMISSIONS, id), `${id} has a row in packages/contract/src/permissions.ts`)
    assert.equal(roles, undefined, `${id} has its roles in the table`)
  }
  for (const reach of PATIENT_REACHES)
    assert.deepEqual(Object.keys(PATIENT_ACCESS[reach]).sort(), [...PATIENT_RELATIONS].sort(), reach)
})

/** Somebody of every relation, each with the request to which they stand in it. */
const everyRelation = async (w: World) => {
  const [first, second] = w.hospitals
  assert.ok(first && second)
  const offer = async () => {
    const request = await w.matching()
    const ask = { params: { id: request.id }, body: { version: request.version, hospitalIds: [first.id, second.id] } }
    return { id: request.id, offers: must(await w.desk.call(b.sendOffers, ask)).offers }
  }
  const held = await offer()
  const mine = held.offers.find(({ hospitalId }) => hospitalId === first.id)?.id ?? ''
  const { hold } = must(
    await first.desk.call(b.actOnOffer, { params: { id: mine }, body: { act: { event: 'accept' } } }),
  )
  must(
    await w.requester.call(b.setIdentity, {
      params: { id: held.id },
      body: { name: '홍길동', birthDate: '1971-11-23' },
    }),
  )
  const asked = await offer()
  await w.test.cell.deps.db.sql(`update beds.request set level = 'national'`)
  const [neighbour = ''] = neighboursOf(w.test.cell.deps.config.region)
  const broke = await personOf(w, ['requester', 'hospital_desk'], 'H-FAR', '깬 의사')
  const note = { reason: 'other', note: '시험 삼아 보았습니다' } as const
  for (const { id } of [held, asked]) must(await broke.call(e.openBreakGlass, { body: { request: id, ...note } }))
  const people: Record<PatientRelation, TestPerson> = {
    requester: w.requester,
    placement_desk: w.desk,
    neighbour_desk: await w.test.person({ role: 'placement_desk', region: neighbour }),
    national_desk: await w.test.person({ role: 'national_desk', region: '00' }),
    asked_hospital: second.desk,
    holding_hospital: first.desk,
    transport: w.transport,
    asked_before: second.desk,
    break_glass: broke,
    admin: await w.test.person({ role: 'admin' }),
    none: await personOf(w, ['requester', 'hospital_desk'], 'H-FAR', '남'),
  }
  // A hospital that was asked stands so only where its offer is open; the other relations hold where a bed is held.
  const subjectOf = (relation: PatientRelation) => (relation === 'asked_hospital' ? asked.id : held.id)
  const offerOf = (relation: PatientRelation) =>
    (relation === 'holding_hospital' || relation === 'asked_before' ? held : asked).offers.find(
      ({ hospitalId }) => hospitalId === second.id,
    )?.id ?? ''
  return { people, subjectOf, offerOf, holdId: hold?.id ?? '' }
}

/** A body each route would take, stale in its version so that whoever may act changes nothing. */
const BODIES: Readonly<Record<string, object>> = {
  editRequest: { version: -1, details: { note: '메모' } },
  setIdentity: { name: '홍길동', birthDate: '1971-11-23' },
  sendOffers: { version: -1 },
  settleByPhone: { hospitalId: 'H-001', bed: true, heardFrom: '당직의' },
  draftFollowUp: { reason: 'step_down' },
  askRegion: { sido: '11', version: -1 },
  // A desk types what it was told by phone.
  actOnOffer: { act: { event: 'decline', reason: 'staff' }, channel: 'phone', heardFrom: '당직의' },
}

/** Relations by which an offer of `second` is not this person's though the table lets the relation answer its own. */
const expected = (endpoint: Endpoint, person: TestPerson, reach: PatientReach, relation: PatientRelation): boolean =>
  rolesMay(permissionOf(endpoint), person.roles) && PATIENT_ACCESS[reach][relation]

test('every route × every relation to the patient: what the table lets, and nothing it does not', async () => {
  await using w = await peopleWorld({ hospitals: 2, slots: 2 })
  const { people, subjectOf, offerOf, holdId } = await everyRelation(w)
  const walked = w.test.cell.http.endpoints.filter(
    (one) => isPatientReach(permissionOf(one).reach) && one.id !== 'actOnRequest',
  )
  assert.ok(walked.length >= 9)
  let compared = 0
  for (const endpoint of walked) {
    const { reach } = permissionOf(endpoint)
    if (!isPatientReach(reach)) continue
    for (const relation of PATIENT_RELATIONS) {
      // An offer and a hold are looked up by their own ids.
      const id = reach === 'answer' ? offerOf(relation) : reach === 'extend' ? holdId : subjectOf(relation)
      if (reach === 'extend' && relation === 'asked_hospital') continue
      if (reach === 'answer' && relation === 'asked_before') continue
      const person = people[relation]
      const body = BODIES[endpoint.id]
      const answer = await person.inject({
        method: endpoint.method,
        url: addressOf(endpoint, id),
        ...(body === undefined ? {} : { payload: body }),
      })
      assert.notEqual(answer.statusCode, 400, `${endpoint.id} needs a body above: ${answer.payload}`)
      const may = expected(endpoint, person, reach, relation)
      assert.equal(
        answer.statusCode !== 403,
        may,
        `${endpoint.id} as ${relation}: ${answer.statusCode} ${answer.payload}`,
      )
      assert.ok(answer.statusCode < 500)
      compared += 1
    }
  }
  assert.ok(compared > 90, `${compared} cells of the table were compared`)
})

test('acts on a request: every event × every relation as the table of actors says, and only where `act` is allowed', async () => {
  await using w = await peopleWorld({ hospitals: 2, slots: 2 })
  const { people, subjectOf } = await everyRelation(w)
  const acts = {
    cancel: { event: 'cancel', reason: 'other' },
    confirm: { event: 'confirm' },
    arrive: { event: 'arrive' },
    admit: { event: 'admit' },
    divert: { event: 'divert', why: '장비 고장' },
    depart: { event: 'depart' },
  } as const
  for (const [event, act] of Object.entries(acts)) {
    for (const relation of PATIENT_RELATIONS) {
      const answer = await people[relation].inject({
        method: 'POST',
        url: `/api/requests/${subjectOf(relation)}/acts`,
        payload: { act, version: -1 },
      })
      const actors: readonly string[] = REQUEST_EVENT_ACTORS[event as keyof typeof acts]
      const may = PATIENT_ACCESS.act[relation] && actors.includes(relation)
      assert.equal(answer.statusCode !== 403, may, `${event} as ${relation}: ${answer.statusCode} ${answer.payload}`)
    }
  }
  for (const actors of Object.values(REQUEST_EVENT_ACTORS))
    for (const actor of actors) if (actor !== 'system') assert.equal(PATIENT_ACCESS.act[actor], true, actor)
})

test('people of a facility, and people of a region: who answers for whom, on every route that asks', async () => {
  await using w = await peopleWorld({ hospitals: 2 })
  const [here, there] = w.hospitals
  assert.ok(here && there)
  const managers = {
    own: await sponsorOf(w, here.id),
    other: await sponsorOf(w, there.id),
    lead: await lead(w),
    elsewhere: await w.test.person({ roles: ['placement_desk', 'desk_lead'], region: '11' }),
  }
  const form = { name: '이응급', licenceKind: 'doctor', licenceNumber: '12345', phone: '010-1234-5678' } as const
  must(await w.test.call(e.apply, { body: { ...form, facilityId: here.id, roles: ['requester'] } }))
  const [waiting] = must(await managers.own.call(e.listApplications, { query: {} })).applications
  const why = '사유를 적었습니다'
  for (const [who, manager] of Object.entries(managers)) {
    const may = who === 'own' || who === 'lead'
    const colleague = await personOf(w, ['requester'], here.id)
    const tries = [
      [`/api/applications/${waiting?.id}/events`, 'GET', undefined],
      [`/api/people/${colleague.id}/recovery`, 'POST', { revokePasskeys: false, why }],
      [`/api/people/${colleague.id}/sessions/end`, 'POST', { why }],
      [`/api/people/${colleague.id}/disabling`, 'POST', { why }],
    ] as const
    for (const [url, method, payload] of tries) {
      const answer = await manager.inject({ method, url, ...(payload === undefined ? {} : { payload }) })
      assert.equal(answer.statusCode !== 403, may, `${method} ${url} as ${who}: ${answer.payload}`)
    }
  }
})
