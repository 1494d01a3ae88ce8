import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AskView, bedEndpoints, cellEndpoints } from '@dure/contract'
import { must, refusedAs } from '../testing/bed-world.ts'
import type { TestPerson } from '../testing/cell.ts'
import { type Cells, startCells } from '../testing/linked-cells.ts'
import { type RegionOptions, seen, settleRegion, type TestRegion } from '../testing/regions.ts'
import { ASK_TTL_MS, CLOCK_SKEW_MS } from './crossing.ts'
import { HOLD_TTL_MS } from './placement-times.ts'

interface Two extends AsyncDisposable {
  readonly cells: Cells
  /** Where the patient is: no bed of its own. */
  readonly asker: TestRegion
  readonly owner: TestRegion
}

const two = async (owner: RegionOptions = {}, asker: RegionOptions = { hospitals: 1, slots: 0 }): Promise<Two> => {
  const cells = await startCells(['28', '11'])
  const world = {
    cells,
    asker: await settleRegion(cells.of('28'), asker),
    owner: await settleRegion(cells.of('11'), owner),
    [Symbol.asyncDispose]: () => cells[Symbol.asyncDispose](),
  }
  await cells.settle()
  return world
}

const ask = async ({ asker }: Pick<Two, 'asker'>, id: string, sido = '11'): Promise<AskView> => {
  const { version } = await seen(asker.desk, id)
  return must(await asker.desk.call(cellEndpoints.askRegion, { params: { id }, body: { sido, version } })).ask
}

const asksOf = async (person: TestPerson, id: string): Promise<AskView[]> =>
  must(await person.call(cellEndpoints.listAsks, { params: { id } })).asks

/** Live promises of every bed of a region, as its own database has them. */
const promised = async (
  cells: Cells,
  code: string,
): Promise<{ slot_id: string; state: string; ask_id: string | null }[]> =>
  cells
    .of(code)
    .cell.deps.db.sql(
      `select slot_id, state, ask_id from beds.hold where state in ('granted', 'confirmed', 'occupied') order by slot_id`,
    )

test('a bed of another region is asked for, granted, accepted and confirmed, and only then is the patient sent', async () => {
  await using world = await two()
  const { cells, asker, owner } = world
  const request = await asker.wandering()
  await ask(world, request.id)
  assert.equal((await seen(asker.desk, request.id)).state, 'offered')
  await cells.settle()
  const placed = await seen(asker.desk, request.id)
  assert.equal(placed.state, 'confirmed')
  assert.equal(placed.hold?.hospitalId, owner.hospitalIds[0])
  const [only] = await asksOf(asker.desk, request.id)
  assert.equal(only?.state, 'confirmed')
  assert.equal(only?.fencing, placed.hold?.fencing)
  assert.deepEqual(
    (await promised(cells, '11')).map(({ state, ask_id }) => [state, ask_id]),
    [['confirmed', only?.id]],
  )
  const kinds = must(await asker.desk.call(bedEndpoints.timeline, { params: { id: request.id } })).entries.map(
    ({ kind }) => kind,
  )
  for (const kind of ['ask_opened', 'ask_granted', 'hold_granted', 'ask_confirmed', 'confirm'])
    assert(kinds.includes(kind), kind)
})

test('a promise that its owner has not confirmed cannot be confirmed by the desk that asked', async () => {
  await using world = await two()
  const { cells, asker } = world
  const request = await asker.wandering()
  await ask(world, request.id)
  await cells.settle()
  // Forget the last word: as if only the grant had come.
  await cells.of('28').cell.deps.db.sql(`update beds.ask set state = 'accepted'`)
  await cells.of('28').cell.deps.db.sql(`update beds.request set state = 'held' where id = $1`, [request.id])
  const { version } = await seen(asker.desk, request.id)
  const refused = await asker.desk.call(bedEndpoints.actOnRequest, {
    params: { id: request.id },
    body: { act: { event: 'confirm' }, version },
  })
  assert.equal(refusedAs(refused), 'conflict')
})

test('without consent, at the level of the own region, or of a region without a cell nobody is asked', async () => {
  await using world = await two()
  const { asker } = world
  const stays = await asker.wandering({ outOfRegionConsent: false })
  const { version } = await seen(asker.desk, stays.id)
  const call = (id: string, sido: string, v: number) =>
    asker.desk.call(cellEndpoints.askRegion, { params: { id }, body: { sido, version: v } })
  assert.equal(refusedAs(await call(stays.id, '11', version)), 'not-allowed')
  const goes = await asker.wandering()
  const now = await seen(asker.desk, goes.id)
  assert.equal(refusedAs(await call(goes.id, '26', now.version)), 'invalid-input')
  assert.equal(refusedAs(await call(goes.id, '28', now.version)), 'invalid-input')
})

test('candidates of other regions come last, with the age of what is known about them', async () => {
  await using world = await two({ hospitals: 1, slots: 1 }, { hospitals: 1, slots: 1 })
  const { asker, owner } = world
  const request = await asker.wandering()
  const { candidates } = must(
    await asker.desk.call(bedEndpoints.listCandidates, { params: { id: request.id }, query: {} }),
  )
  assert.deepEqual(
    candidates.map(({ hospitalId, sido }) => [hospitalId, sido]),
    [
      [asker.hospitalIds[0], '28'],
      [owner.hospitalIds[0], '11'],
    ],
  )
  assert.equal(candidates[1]?.heardAt, world.cells.clock.now().toISOString())
  assert.equal(candidates[0]?.heardAt, null)
})

test('the owner is cut off after its grant was accepted: the patient is not sent until its word has come', async () => {
  await using world = await two()
  const { cells, asker } = world
  const request = await asker.wandering()
  await ask(world, request.id)
  await cells.handOver('28', '11')
  await cells.work('11')
  await cells.handOver('11', '28')
  await cells.work('28')
  cells.cut('28', '11')
  const held = await seen(asker.desk, request.id)
  assert.equal(held.state, 'held')
  const confirm = { params: { id: request.id }, body: { act: { event: 'confirm' } as const, version: held.version } }
  assert.equal(refusedAs(await asker.desk.call(bedEndpoints.actOnRequest, confirm)), 'conflict')
  cells.heal()
  await cells.settle()
  assert.equal((await seen(asker.desk, request.id)).state, 'confirmed')
  assert.deepEqual(
    (await promised(cells, '11')).map(({ state }) => state),
    ['confirmed'],
  )
})

test('the asker is cut off before it can accept: the owner frees the bed, the asker gives up, and both end alone', async () => {
  await using world = await two()
  const { cells, asker } = world
  const request = await asker.wandering()
  await ask(world, request.id)
  await cells.handOver('28', '11')
  await cells.work('11')
  assert.equal((await promised(cells, '11'))[0]?.state, 'granted')
  cells.cut('28', '11')
  cells.clock.advance(HOLD_TTL_MS + 1_000)
  await cells.work('11')
  await cells.work('28')
  assert.deepEqual(await promised(cells, '11'), [])
  const [first] = await asksOf(asker.desk, request.id)
  assert.equal(first?.state, 'given_up')
  cells.heal()
  await cells.settle()
  const live = await promised(cells, '11')
  assert(live.every(({ ask_id }) => ask_id !== first.id))
})

test('an acceptance that comes after the end of the grant is answered with a lapse, and the patient goes back to the search', async () => {
  await using world = await two()
  const { cells, asker } = world
  const request = await asker.wandering()
  await ask(world, request.id)
  await cells.handOver('28', '11')
  await cells.work('11')
  await cells.handOver('11', '28')
  await cells.work('28')
  assert.equal((await seen(asker.desk, request.id)).state, 'held')
  assert.equal((await asksOf(asker.desk, request.id))[0]?.state, 'accepted')
  cells.cut('28', '11')
  cells.clock.advance(HOLD_TTL_MS + 1_000)
  await cells.work('11')
  assert.deepEqual(await promised(cells, '11'), [])
  cells.heal()
  await cells.settle()
  const [first] = await asksOf(asker.desk, request.id)
  assert.equal(first?.state, 'lapsed')
  const live = await promised(cells, '11')
  assert(live.length <= 1)
  assert(live.every(({ ask_id }) => ask_id !== first?.id))
})

test('an ask that nobody answers ends on both sides', async () => {
  await using world = await two()
  const { cells, asker } = world
  cells.cut('28', '11')
  const request = await asker.wandering()
  await ask(world, request.id)
  await cells.work('28')
  cells.clock.advance(ASK_TTL_MS + CLOCK_SKEW_MS + 1_000)
  await cells.work('28')
  assert.equal((await asksOf(asker.desk, request.id))[0]?.state, 'given_up')
  cells.heal()
  await cells.settle()
  assert.deepEqual(await promised(cells, '11'), [])
})

test('both cells restart between every two steps, and the bed is given once', async () => {
  await using world = await two()
  const { cells, asker } = world
  const request = await asker.wandering()
  const asked = await ask(world, request.id)
  for (const [from, to] of [
    ['28', '11'],
    ['11', '28'],
    ['28', '11'],
    ['11', '28'],
  ] as const) {
    await cells.work(from)
    await cells.restart(from)
    await cells.handOver(from, to)
    await cells.restart(to)
    await cells.work(to)
  }
  const db = cells.of('28').cell.deps.db
  const [row] = await db.sql<{ state: string }>(`select state from beds.request where id = $1`, [request.id])
  assert.equal(row?.state, 'confirmed')
  assert.deepEqual(
    (await promised(cells, '11')).map(({ ask_id }) => ask_id),
    [asked.id],
  )
})

test('a bed that its hospital takes back is told to the asker, whose patient is searched for again', async () => {
  await using world = await two()
  const { cells, asker, owner } = world
  const request = await asker.wandering()
  const asked = await ask(world, request.id)
  await cells.settle()
  const hospital = await owner.hospitalDesk()
  const body = { event: 'take_back' } as const
  must(await hospital.call(cellEndpoints.actOnGrant, { params: { id: asked.id }, body }))
  await cells.settle()
  const [first] = await asksOf(asker.desk, request.id)
  assert.equal(first?.state, 'lapsed')
})

test('the accepting hospital says that the patient lies there, and the request of the other region is admitted', async () => {
  await using world = await two()
  const { cells, asker, owner } = world
  const request = await asker.wandering()
  const asked = await ask(world, request.id)
  await cells.settle()
  const hospital = await owner.hospitalDesk()
  const done = must(
    await hospital.call(cellEndpoints.actOnGrant, { params: { id: asked.id }, body: { event: 'admit' } }),
  )
  assert.equal(done.occupied, true)
  await cells.settle()
  assert.equal((await seen(asker.desk, request.id)).state, 'admitted')
  assert.deepEqual(
    (await promised(cells, '11')).map(({ state }) => state),
    ['occupied'],
  )
})

test('who the patient is reaches the accepting hospital and stands in no log', async () => {
  await using world = await two()
  const { cells, asker, owner } = world
  const request = await asker.wandering()
  must(
    await asker.requester.call(bedEndpoints.setIdentity, {
      params: { id: request.id },
      body: { name: '홍길동', birthDate: '1968-01-02', residentNumber: '680102-1234567' },
    }),
  )
  const asked = await ask(world, request.id)
  await cells.settle()
  const hospital = await owner.hospitalDesk()
  const patient = must(await hospital.call(cellEndpoints.grantPatient, { params: { id: asked.id } }))
  assert.equal(patient.name, '홍길동')
  const elsewhere = await cells.of('11').person({ role: 'hospital_desk', facilityId: owner.originId })
  assert.equal(refusedAs(await elsewhere.call(cellEndpoints.grantPatient, { params: { id: asked.id } })), 'not-allowed')
  for (const code of ['28', '11']) {
    const [row] = await cells
      .of(code)
      .cell.deps.db.sql<{ found: boolean }>(
        `select exists (select from platform.oplog where body::text like '%홍길동%' or body::text like '%1234567%') as found`,
      )
    assert.equal(row?.found, false)
  }
})

test('fifty asks from another region and local acceptances at once for one bed: exactly one wins', async () => {
  await using world = await two()
  const { cells, asker, owner } = world
  const wandering = []
  for (let at = 0; at < 50; at += 1) wandering.push(await asker.wandering())
  for (const { id } of wandering) await ask(world, id)
  const own = []
  const hospital = await owner.hospitalDesk()
  for (let at = 0; at < 10; at += 1) {
    const made = await owner.wandering()
    const sent = must(
      await owner.desk.call(bedEndpoints.sendOffers, {
        params: { id: made.id },
        body: { hospitalIds: [owner.hospitalIds[0] ?? ''], version: (await seen(owner.desk, made.id)).version },
      }),
    )
    own.push(sent.offers[0]?.id ?? '')
  }
  await cells.handOver('28', '11')
  await Promise.all([
    cells.of('11').cell.duties(),
    ...own.map((id) => hospital.call(bedEndpoints.actOnOffer, { params: { id }, body: { act: { event: 'accept' } } })),
  ])
  await cells.settle()
  assert.equal((await promised(cells, '11')).length, 1)
  const [ended] = await cells.of('28').cell.deps.db.sql<{ confirmed: number; open: number }>(
    `select (count(*) filter (where state = 'confirmed'))::int as confirmed,
            (count(*) filter (where state = 'accepted'))::int as open from beds.ask`,
  )
  const acrossWon = (await promised(cells, '11')).filter(({ ask_id }) => ask_id !== null).length
  assert.equal(ended?.confirmed, acrossWon)
  assert.equal(ended?.open, 0)
})
