import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AskView, cellEndpoints } from '@dure/contract'
import { must } from '../testing/bed-world.ts'
import { callers, type TestCell, type TestPerson } from '../testing/cell.ts'
import { type TestNode, testCells, until } from '../testing/cells.ts'
import { NATION_KEY } from '../testing/linked-cells.ts'
import { seen, settleRegion } from '../testing/regions.ts'

/** A running cell that keeps its own time, in the shape tests use. */
const asTestCell = ({ cell, database }: TestNode): TestCell => ({
  ...callers(cell),
  cell,
  clock: { now: () => cell.deps.clock.now(), set: () => undefined, advance: () => undefined },
  database,
  [Symbol.asyncDispose]: async () => undefined,
})

/** The search works on the request at the same time: whoever read an older version reads again, as a screen would. */
const askUntilTaken = async (desk: TestPerson, id: string): Promise<AskView> => {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const { version } = await seen(desk, id)
    const asked = await desk.call(cellEndpoints.askRegion, { params: { id }, body: { sido: '11', version } })
    if (asked.ok) return asked.value.ask
    assert.equal(asked.error.code, 'conflict')
  }
  throw new Error('the request never stood still')
}

test('over real links: a patient is placed next door by itself, and a question asked during a cut and taken back leaves nothing', async () => {
  await using cells = await testCells(['28', '11'], { env: { DURE_NATION_KEY: NATION_KEY } })
  await until('both cells write', async () => {
    const states = [...cells.nodes.values()].map(({ cell }) => cell.exchange.state())
    return states.every((state) => state === 'writing')
  })
  const home = await settleRegion(asTestCell(cells.node('28')), { slots: 0 })
  const next = await settleRegion(asTestCell(cells.node('11')), { slots: 1 })
  const stateOf = async (id: string) => (await seen(home.desk, id)).state

  await until('the neighbour is known', async () => {
    const [row] = await cells
      .node('28')
      .cell.deps.db.sql<{ known: boolean }>(
        `select exists (select from beds.told_slot) and exists (select from beds.told_hospital) as known`,
      )
    return row?.known === true
  })
  // Nobody asks by hand: with nothing left at home, the search goes on next door.
  const request = await home.wandering()
  await until('the bed is confirmed', async () => (await stateOf(request.id)) === 'confirmed')
  assert.equal((await seen(home.desk, request.id)).hold?.hospitalId, next.hospitalIds[0])

  cells.cut('28', '11')
  const during = await home.wandering()
  const ask = await askUntilTaken(home.desk, during.id)
  assert.equal(ask.state, 'asked')
  must(await home.desk.call(cellEndpoints.giveUpAsk, { params: { id: ask.id } }))
  cells.heal('28', '11')
  await until('the neighbour has heard that it is given up', async () => {
    const [row] = await cells
      .node('11')
      .cell.deps.db.sql<{ state: string }>(`select state from beds.ask where id = $1`, [ask.id])
    return row?.state === 'given_up'
  })
  const live = await cells
    .node('11')
    .cell.deps.db.sql(`select from beds.hold where state in ('granted', 'confirmed', 'occupied')`)
  assert.equal(live.length, 1)
})
