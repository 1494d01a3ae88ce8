import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bedEndpoints, cellEndpoints } from '@dure/contract'
import { ESSENTIALS, must, refusedAs } from '../testing/bed-world.ts'
import { startCells } from '../testing/linked-cells.ts'
import { settleRegion } from '../testing/regions.ts'
import { CUT_AFTER_MS } from './overview.service.ts'

test('the national cell owns no beds: it refuses every change of one, and shows what regions told', async () => {
  await using cells = await startCells(['00', '28', '11'])
  const region = await settleRegion(cells.of('28'), { slots: 3 })
  await settleRegion(cells.of('11'), { slots: 2 })
  await region.wandering()
  await cells.settle()
  const desk = await cells.of('00').person({ role: 'placement_desk', name: '중앙' })
  assert.equal(refusedAs(await desk.call(bedEndpoints.createRequest, { body: ESSENTIALS })), 'not-allowed')
  const { regions } = must(await desk.call(cellEndpoints.overview, {}))
  const of = (code: string) => regions.find(({ sido }) => sido === code)
  assert.equal(regions.length, 17)
  assert.equal(of('28')?.waiting, 1)
  assert.deepEqual(
    of('28')?.byClass.map(({ bedClass, free }) => [bedClass, free]),
    [['CRITICAL', 3]],
  )
  assert.equal(of('28')?.link, 'connected')
  assert.equal(of('26')?.link, 'never')
  const db = cells.of('00').cell.deps.db
  assert.deepEqual(await db.sql('select id from beds.slot'), [])
})

test('a region that is cut off stays on the overview with its last figures and their age, and goes on placing', async () => {
  await using cells = await startCells(['00', '28'])
  const region = await settleRegion(cells.of('28'), { slots: 1 })
  await cells.settle()
  const toldAt = cells.clock.now().toISOString()
  cells.cutFromAll('28')
  cells.clock.advance(CUT_AFTER_MS + 1_000)
  await region.wandering()
  await cells.settle()
  const national = await cells.of('00').person({ role: 'national_desk', name: '중앙' })
  const one = must(await national.call(cellEndpoints.overview, {})).regions.find(({ sido }) => sido === '28')
  assert.equal(one?.link, 'cut')
  assert.equal(one?.toldAt, toldAt)
  assert.equal(one?.waiting, 0)
})
