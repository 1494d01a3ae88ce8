import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bedEndpoints, facilityEndpoints, type HospitalStatement } from '@dure/contract'
import { must } from '../testing/bed-world.ts'
import { callers } from '../testing/cell.ts'
import { testCells, until } from '../testing/cells.ts'
import { settleRegion } from '../testing/regions.ts'
import { baseAt, caughtUp, EVERY, env, goodUpTo, PATIENT_MS, sayMany, verified } from '../testing/snapshots.ts'
import { lightOp } from '../testing/told-ops.ts'

test('a cell that lost its database gets its own log back from one that began later, when nobody has the whole', async () => {
  await using cells = await testCells(['28', '41'], { apart: true, env })
  const writer = cells.node('28')
  const newcomer = cells.node('41')
  await writer.stop()
  const early = await writer.backup()
  await writer.start()
  const home = await settleRegion({ ...callers(writer.cell), cell: writer.cell, clock: writer.cell.deps.clock })
  const [hospitalId = ''] = home.hospitalIds
  const hospital = await home.hospitalDesk()
  const say = async (statement: HospitalStatement) =>
    must(await hospital.call(facilityEndpoints.stateHospital, { params: { id: hospitalId }, body: { statement } }))
  must(await home.desk.call(bedEndpoints.setMode, { body: { mode: 'war', why: '대유행' } }))
  await say({ say: 'stop', bedClasses: ['CRITICAL', 'MODERATE'], reason: 'staff', until: null })
  await say({ say: 'capability', code: 'eq_ecmo', answer: 'yes', until: null })
  await say({ say: 'resume', bedClasses: ['MODERATE'] })
  const isTold = async () =>
    (await writer.log('28')).some(({ subject, kind }) => kind === 'hospital-stated' && subject === hospitalId)
  await until('the hospital is told', isTold, PATIENT_MS)
  await sayMany(writer, 700, lightOp)
  await goodUpTo(writer, '28', EVERY)
  cells.heal('28', '41')
  await caughtUp(newcomer, writer)
  assert.equal(await baseAt(newcomer, '28'), EVERY)
  await goodUpTo(newcomer, '28', EVERY)
  const end = (await newcomer.log('28')).at(-1)?.seq ?? 0

  await writer.stop()
  await writer.restore(early)
  await writer.start()
  await until('28 writes again', () => writer.cell.exchange.state() === 'writing', PATIENT_MS)
  assert.equal(await baseAt(writer, '28'), EVERY)
  // What the region's people set and its hospitals said stands again, although these tables never had any of it.
  const { person } = callers(writer.cell)
  const desk = await person({ role: 'placement_desk' })
  assert.equal(must(await desk.call(bedEndpoints.board, {})).mode, 'war')
  const shown = must(await desk.call(facilityEndpoints.getHospital, { params: { id: hospitalId } }))
  assert.deepEqual(
    shown.stops.map(({ bedClass, reason }) => [bedClass, reason]),
    [['CRITICAL', 'staff']],
  )
  const own = shown.capabilities.filter(({ source }) => source === 'hospital')
  assert.deepEqual(
    own.map(({ code, answer }) => [code, answer]),
    [['eq_ecmo', 'yes']],
  )
  await writer.say('after')
  while ((await writer.cell.sequence()) > 0);
  await caughtUp(newcomer, writer)
  // Nothing was given up on either side: the new epoch stands behind everything that anybody had seen.
  const log = await newcomer.log('28')
  const since = log.filter(({ seq }) => seq > end)
  assert.equal(since[0]?.kind, 'epoch-opened')
  assert(since.some(({ subject }) => subject === 'after'))
  for (const node of [writer, newcomer]) {
    assert.deepEqual(await node.cell.deps.db.sql(`select from exchange.orphan`), [])
    assert.equal((await verified(node, '28'))?.fault, null)
  }
})
