import assert from 'node:assert/strict'
import { test } from 'node:test'
import { facilityEndpoints as api, bedEndpoints } from '@dure/contract'
import { must, refusedAs } from '../testing/bed-world.ts'
import type { TestPerson } from '../testing/cell.ts'
import { type Cells, startCells } from '../testing/linked-cells.ts'
import { sayOwnWord as say, settleRegion } from '../testing/regions.ts'
import { refugees } from '../testing/standing-in.ts'

const HOUR_MS = 3_600_000

const shown = async (person: TestPerson, id: string) => {
  const { stops, capabilities } = must(await person.call(api.getHospital, { params: { id } }))
  return {
    stops: stops.map(({ bedClass, reason }) => `${bedClass ?? 'whole'} ${reason}`),
    own: capabilities.filter(({ source }) => source === 'hospital').map(({ code, answer }) => `${code} ${answer}`),
    others: capabilities.filter(({ source }) => source !== 'hospital').map(({ code, answer }) => `${code} ${answer}`),
  }
}

const ops = async (cells: Cells, at: string, origin: string) =>
  cells.of(at).cell.deps.db.sql<{ kind: string; epoch: number }>(
    `select kind, epoch::float8 as epoch from platform.oplog
        where origin = $1 and kind in ('intake-stopped', 'intake-resumed', 'capability-said', 'capability-withdrawn')
        order by seq`,
    [origin],
  )

const OTHERS = ['eq_ventilator yes', 'hfnc yes', 'thoracic_surgery yes', 'trauma yes']

test('a hospital of a lost region reads and says its own word at the neighbour, and finds it at home when its cell is back', async () => {
  await using cells = await startCells(['28', '11', '41'])
  const lost = await settleRegion(cells.of('28'), { slots: 1 })
  await settleRegion(cells.of('11'), { slots: 0 })
  const [id = ''] = lost.hospitalIds
  const hospital = await lost.hospitalDesk()
  must(await say(hospital, { say: 'stop', bedClasses: ['CRITICAL', 'MODERATE'], reason: 'staff', until: null }))
  must(await say(hospital, { say: 'resume', bedClasses: ['MODERATE'] }))
  must(await say(hospital, { say: 'capability', code: 'eq_ecmo', answer: 'yes', until: null }))
  await cells.settle()
  cells.cutFromAll('28')
  cells.clock.advance(60_000)
  const epoch = await cells.standIn('11', '28')

  const people = await refugees(cells, '11', lost)
  assert.deepEqual(await shown(people.hospital, id), {
    stops: ['CRITICAL staff'],
    own: ['eq_ecmo yes'],
    others: OTHERS,
  })
  must(await say(people.hospital, { say: 'resume', bedClasses: null }))
  const until = new Date(cells.clock.now().getTime() + HOUR_MS).toISOString()
  must(await say(people.hospital, { say: 'stop', bedClasses: null, reason: 'building', until }))
  must(await say(people.hospital, { say: 'capability_withdrawn', code: 'eq_ecmo' }))
  must(await say(people.hospital, { say: 'capability', code: 'trauma', answer: 'no', until: null }))
  // The desk of another region does not speak for it, here either.
  const other = await cells.of('11').person({ role: 'placement_desk' })
  const heard = { statement: { say: 'resume', bedClasses: null }, channel: 'phone', heardFrom: '원무과' } as const
  assert.equal(refusedAs(await other.call(api.stateHospital, { params: { id }, body: heard })), 'not-allowed')
  await cells.settle()
  const now = { stops: ['whole building'], own: ['trauma no'], others: OTHERS }
  assert.deepEqual(await shown(people.hospital, id), now)
  const said = await ops(cells, '11', '28')
  assert.deepEqual(
    said.filter((one) => one.epoch === epoch).map(({ kind }) => kind),
    ['intake-resumed', 'intake-stopped', 'capability-withdrawn', 'capability-said'],
  )
  // A third region hears it from the log like any other word.
  const [told] = await cells
    .of('41')
    .cell.deps.db.sql<{ facts: { stops: { bedClass: unknown }[]; answers: Record<string, { answer: string }> } }>(
      `select facts from beds.told_hospital where id = $1`,
      [id],
    )
  assert.deepEqual(
    told?.facts.stops.map(({ bedClass }) => bedClass),
    [null],
  )
  assert.equal(told?.facts.answers.trauma?.answer, 'no')
  assert.equal(told?.facts.answers.eq_ecmo, undefined)

  cells.heal()
  await cells.settle()
  await cells.comeBack('28')
  await cells.settle()
  assert.deepEqual(await shown(hospital, id), now)
  // From here on it speaks at home: the neighbour says who decides, and shows what the region's log tells.
  assert.equal(refusedAs(await say(people.hospital, { say: 'resume', bedClasses: null })), 'stood-in')
  assert.deepEqual(await shown(people.hospital, id), now)
  cells.clock.advance(HOUR_MS)
  await cells.settle()
  assert.deepEqual(await shown(hospital, id), { ...now, stops: [] })
})

test('what a cut-off hospital said, and its region set, while a neighbour stood in for it is told again: whoever stands in next knows it', async () => {
  await using cells = await startCells(['28', '11'])
  const lost = await settleRegion(cells.of('28'), { slots: 1 })
  await settleRegion(cells.of('11'), { slots: 0 })
  const [id = ''] = lost.hospitalIds
  const hospital = await lost.hospitalDesk()
  must(await say(hospital, { say: 'stop', bedClasses: null, reason: 'staff', until: null }))
  await cells.settle()
  cells.cutFromAll('28')
  must(await say(hospital, { say: 'resume', bedClasses: null }))
  must(await say(hospital, { say: 'stop', bedClasses: ['CRITICAL'], reason: 'infection', until: null }))
  must(await say(hospital, { say: 'capability', code: 'eq_ecmo', answer: 'no', until: null }))
  must(await lost.desk.call(bedEndpoints.setMode, { body: { mode: 'war', why: '대유행' } }))
  await cells.work('28')
  cells.clock.advance(60_000)
  await cells.standIn('11', '28')
  const first = await refugees(cells, '11', lost)
  assert.deepEqual((await shown(first.hospital, id)).stops, ['whole staff'])
  cells.heal()
  await cells.settle()
  await cells.comeBack('28')
  await cells.settle()
  const now = { stops: ['CRITICAL infection'], own: ['eq_ecmo no'], others: OTHERS }
  assert.deepEqual(await shown(hospital, id), now)

  await cells.stop('28')
  cells.clock.advance(60_000)
  await cells.standIn('11', '28')
  assert.deepEqual(await shown(first.hospital, id), now)
  const board = async () => must(await first.desk.call(bedEndpoints.board, {})).mode
  assert.equal(await board(), 'war')
  // The region's own desk sets it there as at home.
  must(await first.desk.call(bedEndpoints.setMode, { body: { mode: 'peace', why: '안정' } }))
  must(await say(first.hospital, { say: 'resume', bedClasses: null }))
  await cells.work('11')
  await cells.start('28')
  await cells.settle()
  await cells.comeBack('28')
  await cells.settle()
  const desk = await cells.of('28').person({ role: 'placement_desk' })
  assert.equal(must(await desk.call(bedEndpoints.board, {})).mode, 'peace')
  assert.deepEqual(await shown(desk, id), { ...now, stops: [] })
})
