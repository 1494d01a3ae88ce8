import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { callers } from '../testing/cell.ts'
import { type TestNode, testCells, until } from '../testing/cells.ts'
import { settleRegion } from '../testing/regions.ts'
import { caughtUp, command, oplog, PATIENT_MS } from '../testing/snapshots.ts'

const carry = async (from: TestNode, origin: string, to: TestNode, name: string): Promise<void> => {
  const folder = join(from.dataDir, name)
  await mkdir(folder)
  const { status, said } = await oplog(from, 'export', '--origin', origin, folder)
  assert.equal(status, 0, said.join())
  const taken = await oplog(to, 'import', ...said.map((line) => line.split('  ')[0] ?? ''))
  assert.equal(taken.status, 0, taken.said.join())
}
const settle = ({ cell }: TestNode, slots: number) =>
  settleRegion({ ...callers(cell), cell, clock: cell.deps.clock }, { slots })
const numberAll = async ({ cell }: TestNode) => {
  while ((await cell.sequence()) > 0);
}
const toldSlots = async ({ cell }: TestNode): Promise<readonly string[]> =>
  (await cell.deps.db.sql<{ id: string }>(`select id from beds.told_slot where sido = '28' order by id`)).map(
    ({ id }) => id,
  )

test('a carried file that gives up a branch makes the slices forget what came of it, as over the network', async () => {
  await using cells = await testCells(['28', '41'])
  const writer = cells.node('28')
  const reader = cells.node('41')
  await writer.stop()
  const early = await writer.backup()
  await writer.start()
  const { slotIds } = await settle(writer, 2)
  await numberAll(writer)
  await until('told', async () => (await toldSlots(reader)).length === slotIds.length, PATIENT_MS)
  cells.cut('28', '41')
  await writer.stop()
  await writer.restore(early)
  await writer.start()
  await command(writer, 'restore', { now: true })
  await writer.say('after')
  await numberAll(writer)
  await carry(writer, '28', reader, 'newer')
  // At once: not when the running cell next looks.
  assert.deepEqual(await toldSlots(reader), [])
  assert.equal((await reader.log('28')).at(-1)?.hash, (await writer.log('28')).at(-1)?.hash)
  const given = await reader.cell.deps.db.sql(`select from exchange.orphan where origin = '28'`)
  assert(given.length > 0)
})

test('a restored cell whose own log is carried to it by hand takes up what it says when it writes again', async () => {
  await using cells = await testCells(['28', '41'])
  const lost = cells.node('28')
  const keeper = cells.node('41')
  await lost.stop()
  const early = await lost.backup()
  await lost.start()
  const { slotIds, hospitalIds } = await settle(lost, 2)
  await numberAll(lost)
  await until('told', async () => (await toldSlots(keeper)).length === slotIds.length, PATIENT_MS)
  const saidHospitals = async () =>
    (await lost.log('28')).filter(({ kind }) => kind === 'hospital-stated').length > hospitalIds.length
  await until('hospitals said', saidHospitals, PATIENT_MS)
  await caughtUp(keeper, lost)
  cells.cut('28', '41')
  await lost.stop()
  await lost.restore(early)
  await lost.start()
  await carry(keeper, '28', lost, 'own')
  await command(lost, 'restore', { now: true })
  const { db } = lost.cell.deps
  const slots = await db.sql<{ id: string }>(`select id from beds.slot where sido is null order by id`)
  assert.deepEqual(
    slots.map(({ id }) => id),
    [...slotIds].sort(),
  )
  const hospitals = await db.sql<{ id: string }>(`select id from facilities.hospital where id = any ($1)`, [
    hospitalIds,
  ])
  assert.equal(hospitals.length, hospitalIds.length)
})
