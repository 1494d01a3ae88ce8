import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestCells, testCells, until } from '../testing/cells.ts'
import { cellRow, goOnAfterPromotion } from './epoch.service.ts'
import { makeRegistry } from './registry.service.ts'
import { makeSealingKeys } from './sealing.service.ts'

const heads = async (cells: TestCells, origin: string): Promise<readonly string[]> =>
  Promise.all(
    [...cells.nodes.values()].map(async (node) => {
      const last = (await node.log(origin)).at(-1)
      return `${last?.seq ?? 0}:${last?.hash ?? ''}`
    }),
  )
const agree = (cells: TestCells, origin: string) => async () => new Set(await heads(cells, origin)).size === 1
const sayMany = async (cells: TestCells, id: string, count: number, from = 0) => {
  for (let index = 0; index < count; index += 1) await cells.node(id).say(`${id}-${from + index}`)
}
const numbered = async (cells: TestCells, id: string, count: number) => {
  await until(`${count} numbered in ${id}`, async () => {
    await cells.node(id).cell.sequence()
    return (await cells.node(id).log(id)).filter(({ kind }) => kind === 'tested').length >= count
  })
}
const gapFree = (log: readonly { readonly seq: number }[]) =>
  assert.deepEqual(
    log.map(({ seq }) => seq),
    log.map((_, index) => index + 1),
  )

test('what one cell decided is known to the others, without a gap, under eight writers', async () => {
  await using cells = await testCells(['11', '28', '41'])
  await Promise.all(Array.from({ length: 8 }, (_, which) => sayMany(cells, '28', 20, which * 20)))
  await sayMany(cells, '11', 5)
  await numbered(cells, '28', 160)
  await numbered(cells, '11', 5)
  for (const origin of ['11', '28', '41']) await until(`all agree on ${origin}`, agree(cells, origin))
  const copy = await cells.node('41').log('28')
  gapFree(copy)
  assert.equal(copy[0]?.kind, 'epoch-opened')
  assert.equal(copy.filter(({ kind }) => kind === 'tested').length, 160)
})

test('in a partial partition a third cell passes on what the two sides say', async () => {
  await using cells = await testCells(['11', '28', '41'])
  for (const origin of ['11', '28', '41']) await until(`all agree on ${origin}`, agree(cells, origin))
  cells.cut('11', '28', 'silent')
  await sayMany(cells, '28', 3)
  await numbered(cells, '28', 3)
  await until('11 knows what 28 said', async () => (await cells.node('11').log('28')).length === 4)
  await until('11 says through whom it knows', async () => {
    const { db } = cells.node('11').cell.deps
    const rows = await db.sql<{ relayed_by: string | null }>(`select relayed_by from exchange.peer where cell = '28'`)
    return rows[0]?.relayed_by === '41'
  })
  cells.heal('11', '28')
  await sayMany(cells, '11', 2)
  await until('28 hears 11 again', async () => (await cells.node('28').log('11')).length === 3)
})

test('a cell that was stopped in the middle goes on where its copy ends, and the others lose nothing of it', async () => {
  await using cells = await testCells(['11', '28'])
  await sayMany(cells, '28', 30)
  await numbered(cells, '28', 30)
  await until('11 has some of it', async () => (await cells.node('11').log('28')).length > 0)
  await cells.node('11').stop()
  await sayMany(cells, '28', 40, 30)
  await numbered(cells, '28', 70)
  await cells.node('11').start()
  await sayMany(cells, '11', 3)
  await until('11 caught up', agree(cells, '28'))
  await until('28 heard 11 again', agree(cells, '11'))
  gapFree(await cells.node('11').log('28'))
})

test('restored from an old backup, a cell asks the others, reissues no number and goes on in a higher epoch', async () => {
  await using cells = await testCells(['11', '28'])
  const lost = cells.node('28')
  await sayMany(cells, '28', 5)
  await numbered(cells, '28', 5)
  await until('11 has it', agree(cells, '28'))
  await lost.stop()
  const backup = await lost.backup()
  await lost.start()
  await sayMany(cells, '28', 7, 5)
  await numbered(cells, '28', 12)
  await until('11 has that too', agree(cells, '28'))
  const before = await cells.node('11').log('28')
  await lost.stop()
  await lost.restore(backup)

  cells.cut('11', '28')
  await lost.start()
  assert.equal(lost.cell.exchange.state(), 'recovering')
  await assert.rejects(lost.say('too early'), /recovering/)
  assert.equal((await lost.log('28')).length, 6)
  cells.heal('11', '28')
  await until('it has heard and goes on', () => lost.cell.exchange.state() === 'writing')
  await sayMany(cells, '28', 1, 100)
  await numbered(cells, '28', 13)
  await until('both agree', agree(cells, '28'))
  const after = await cells.node('11').log('28')
  assert.deepEqual(after.slice(0, before.length), before)
  assert.deepEqual(
    after.slice(before.length).map(({ kind }) => kind),
    ['epoch-opened', 'tested'],
  )
})

test('a cell that lost everything but its key gets its log back from the others', async () => {
  await using cells = await testCells(['11', '28'])
  const lost = cells.node('28')
  await lost.stop()
  const empty = await lost.backup()
  await lost.start()
  await sayMany(cells, '28', 4)
  await numbered(cells, '28', 4)
  await until('11 has it', agree(cells, '28'))
  const before = await cells.node('11').log('28')
  await lost.stop()
  await lost.restore(empty)
  await lost.start()
  await until('it goes on', () => lost.cell.exchange.state() === 'writing')
  await until('both agree', agree(cells, '28'))
  assert.deepEqual((await lost.log('28')).slice(0, before.length), before)
})

test('a cell that was cut off when its disk died finds it by what it had numbered, and says how much is gone', async () => {
  await using cells = await testCells(['11', '28'])
  const lost = cells.node('28')
  await sayMany(cells, '28', 3)
  await numbered(cells, '28', 3)
  await until('11 has it', agree(cells, '28'))
  await lost.stop()
  const backup = await lost.backup()
  await lost.start()
  cells.cut('11', '28')
  // Nobody else hears these; the people of the own region do.
  await sayMany(cells, '28', 4, 3)
  await numbered(cells, '28', 7)
  await lost.cell.exchange.round()
  await lost.stop()
  await lost.restore(backup)
  await lost.start()
  assert.equal(lost.cell.exchange.state(), 'recovering')
  cells.heal('11', '28')
  await until('it goes on', () => lost.cell.exchange.state() === 'writing')
  const [alarm] = await lost.cell.deps.db.sql<{ detail: { gone: number; behind: number } }>(
    `select detail from exchange.alarm where what = 'records-gone'`,
  )
  assert.deepEqual(alarm?.detail, { gone: 4, behind: 4 })
  await until('both agree', agree(cells, '28'))
})

test('a promoted standby that had not received what others were shown is treated like a backup', async () => {
  await using cells = await testCells(['28'])
  const { deps, identity } = cells.node('28').cell
  const sealingKey = await makeSealingKeys(cells.node('28').dataDir).current(new Date())
  const parts = { db: deps.db, identity, registry: makeRegistry(), sealingKey }
  await deps.db.sql(`update platform.writing set timeline = '00000000'`)
  const marks = new Map([['28', { epoch: 1, seq: 9 }]])
  await goOnAfterPromotion(parts, marks, deps.log, new Date())
  assert.equal((await cellRow(deps.db)).state, 'recovering')
})
