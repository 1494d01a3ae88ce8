import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roomEndpoints as e, rosterEndpoints as r } from '@dure/contract'
import { generateRegion } from '../demo-region/index.ts'
import { must } from '../testing/bed-world.ts'
import { testCell } from '../testing/cell.ts'
import { seedRooms } from './index.ts'

test('the demo’s desks have rooms with talk in them, somebody is on call now, and one gap is warned of', async () => {
  await using test = await testCell({ env: { DURE_DEMO: '1' } })
  const { db } = test.cell.deps
  const { people, hospitals } = generateRegion('28')
  const seed = () => db.tx((tx) => seedRooms(tx, { region: '28', people, hospitals }, test.clock.now()))
  await seed()
  await seed()
  const desk = await test.person({ role: 'placement_desk' })
  const { rooms } = must(await desk.call(e.listRooms, { query: {} }))
  assert.ok(rooms.some(({ id, unread }) => id === 'region-28' && unread === 3))
  assert.ok(rooms.filter(({ kind }) => kind === 'hospital_desk').length > 5)
  const placement = { placeKind: 'desk', placeId: '28', duty: 'placement' } as const
  assert.equal(must(await desk.call(r.onCall, { query: placement })).gap, null)
  const { warnings } = must(await desk.call(r.rosterWarnings))
  assert.deepEqual(
    warnings.map(({ warning, duty }) => `${warning} ${duty}`),
    ['gap neurosurgery'],
  )
  test.clock.advance(5 * 86_400_000)
  await seed()
  const [{ last } = { last: new Date(0) }] = await db.sql<{ last: Date }>(
    `select max(ends_at) as last from rosters.shift`,
  )
  assert.ok(last.getTime() - test.clock.now().getTime() > 10 * 86_400_000, 'topped up at every start')
})
