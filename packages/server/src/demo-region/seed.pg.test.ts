import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerAt, latestBedCounts, loadHospitals } from '../facilities/index.ts'
import { listPeople } from '../platform/auth.sql.ts'
import { testCell } from '../testing/cell.ts'
import { generateRegion, seedDemo } from './index.ts'
import { stillTrue } from './reporter.service.ts'

test('a demo cell is seeded in less than two seconds, once, with hospitals, bed places and people', async () => {
  await using test = await testCell({ env: { DURE_DEMO: '1' } })
  const { deps } = test.cell
  const started = performance.now()
  await seedDemo(deps)
  assert(performance.now() - started < 2_000, `${performance.now() - started} ms`)
  await seedDemo(deps)
  const demo = generateRegion('28')
  const hospitals = await loadHospitals(deps.db)
  assert.equal(hospitals.length, demo.hospitals.length)
  const slots = await deps.db.sql<{ count: number }>('select count(*)::int as count from beds.slot')
  assert.equal(
    slots[0]?.count,
    demo.hospitals.reduce((sum, one) => sum + one.slots.length, 0),
  )
  assert.equal((await listPeople(deps.db, { demo: true })).length, demo.people.length)
  const [first] = demo.hospitals.filter(({ part }) => part === 'answer')
  const answer = hospitals.find(({ id }) => id === first?.id)
  assert(answer !== undefined)
  assert.equal(answerAt(answer, 'thoracic_surgery', test.clock.now()), 'yes')
  assert.equal(
    hospitals.find(({ state }) => state === 'closed')?.name,
    demo.hospitals.find(({ part }) => part === 'closed')?.name,
  )
  assert((await latestBedCounts(deps.db)).every(({ reading, source }) => reading === 'known' && source === 'demo'))
})

test('an invented hospital says that its figures are still true, unless somebody doubts them', async () => {
  await using test = await testCell({ env: { DURE_DEMO: '1' } })
  const { deps } = test.cell
  await seedDemo(deps)
  const [one, other] = generateRegion('28').hospitals
  assert(one !== undefined && other !== undefined)
  test.clock.advance(24 * 3_600_000)
  await deps.db.sql('update beds.slot set doubted_at = $2 where hospital_id = $1', [other.id, test.clock.now()])
  for (const { id } of [one, other]) await stillTrue(deps, id, test.clock.now())
  const ages = await deps.db.sql<{ hospital_id: string; fresh: boolean }>(
    'select hospital_id, bool_and(as_of = $1) as fresh from beds.slot where hospital_id = any ($2) group by 1 order by 1',
    [test.clock.now(), [one.id, other.id]],
  )
  assert.deepEqual(
    ages.map(({ fresh }) => fresh),
    [true, false],
  )
})
