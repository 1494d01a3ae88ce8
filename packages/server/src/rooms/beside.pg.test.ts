import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roomEndpoints as e, type NewMessage, rosterEndpoints as r } from '@dure/contract'
import { monotonicFactory } from 'ulid'
import { must, refusedAs } from '../testing/bed-world.ts'
import type { TestCell, TestPerson } from '../testing/cell.ts'
import { type Cells, startCells } from '../testing/linked-cells.ts'

const newId = monotonicFactory()
const MINUTE = 60_000
const START = Date.parse('2026-01-05T00:00:00Z')
const DUE_MINUTES = 15

const inMinutes = (cells: Cells, minutes: number) =>
  new Date(cells.clock.now().getTime() + minutes * MINUTE).toISOString()

const onCall = async (cells: Cells, code: string, name: string): Promise<TestPerson> => {
  const desk = await cells.of(code).person({ role: 'placement_desk', name })
  const times = { startsAt: inMinutes(cells, -60), endsAt: inMinutes(cells, 600) }
  const place = { kind: 'desk' as const, id: code }
  must(await desk.call(r.addShift, { body: { place, duty: 'placement', personId: desk.id, name, ...times } }))
  return desk
}

/** A question of Incheon's desk in a room that nobody of another region reads. Only Gyeonggi and Seoul have somebody on call. */
const asked = async (options: { readonly room?: 'own' | 'national' } = {}) => {
  const cells = await startCells(['28', '41', '11', '51'])
  const asker = await cells.of('28').person({ role: 'placement_desk', name: '인천 배정' })
  const gyeonggi = await onCall(cells, '41', '경기 당직')
  const seoul = await onCall(cells, '11', '서울 당직')
  const gangwon = await onCall(cells, '51', '강원 당직')
  must(await asker.call(e.listRooms, { query: {} }))
  await cells.settle()
  const roomId = options.room === 'national' ? 'national' : 'region-28'
  const ask = async () => {
    const needsAck = { by: inMinutes(cells, DUE_MINUTES), from: ownDesk }
    const body: NewMessage = { id: newId(), body: { kind: 'text', text: '음압병상 있습니까' }, needsAck }
    return must(await asker.call(e.postMessage, { params: { id: roomId }, body }))
  }
  const sent = await ask()
  const wait = async (minutes: number) => {
    for (let at = 0; at < minutes; at += 1) {
      cells.clock.advance(MINUTE)
      await cells.settle()
    }
  }
  const shown = async () => {
    const { items } = must(await asker.call(e.roomTimeline, { params: { id: roomId }, query: { limit: 200 } as never }))
    return items.flatMap((one) => (one.type === 'message' && one.id === sent.id ? [one.ack] : []))[0]
  }
  const record = async () =>
    must(await asker.call(e.messageReceipts, { params: { id: sent.id } })).steps.map(
      ({ at, rung, channel, name, outcome }) =>
        outcome === 'nobody' ? `${rung} nobody` : `${(Date.parse(at) - START) / MINUTE} ${channel} ${name}`,
    )
  const triedBy = async () =>
    must(await asker.call(e.messageReceipts, { params: { id: sent.id } })).steps.map(
      ({ region, name }) => `${region ?? 'own'} ${name}`,
    )
  const acknowledge = (person: TestPerson) => person.call(e.acknowledge, { params: { id: sent.id }, body: {} })
  return { cells, asker, gyeonggi, seoul, gangwon, roomId, sent, wait, shown, record, triedBy, acknowledge }
}
const ownDesk = { kind: 'duty', place: { kind: 'desk', id: '28' }, duty: 'placement' } as const

const toldOf = async (cell: TestCell): Promise<string[]> => {
  await cell.cell.sequence()
  const rows = await cell.cell.deps.db.sql<{ at: Date; name: string; channel: string }>(
    `select at, channel, name from rooms.ack_step where region is null and person_id is not null order by id`,
  )
  return rows.map(({ at, channel, name }) => `${(at.getTime() - START) / MINUTE} ${channel} ${name}`)
}
const wantedOps = async (cell: TestCell): Promise<number> => {
  await cell.cell.sequence()
  const rows = await cell.cell.deps.db.sql(
    `select from platform.oplog where kind = 'room-ack-wanted' and origin = $1`,
    [cell.cell.deps.config.region],
  )
  return rows.length
}
const openOf = async (person: TestPerson) =>
  must(await person.call(e.listAcknowledgements)).messages.map(({ body }) => (body.kind === 'text' ? body.text : ''))

test('the last rung crosses to the neighbours’ cells: each reaches its own desk by push, SMS and voice, and every try comes back', async () => {
  const { cells, gyeonggi, gangwon, roomId, wait, record, triedBy, shown, acknowledge } = await asked()
  await using _ = cells
  await cells.settle()
  assert.deepEqual(await openOf(gyeonggi), ['음압병상 있습니까'])
  await wait(11)
  const mine = (name: string) => ['0 push', '5 sms', '10 voice'].map((one) => `${one} ${name}`)
  assert.deepEqual(await toldOf(cells.of('41')), mine('경기 당직'))
  assert.deepEqual(await toldOf(cells.of('11')), mine('서울 당직'))
  assert.deepEqual(await toldOf(cells.of('51')), [])
  assert.deepEqual(await openOf(gangwon), [])
  const steps = await record()
  assert.deepEqual(steps.slice(0, 3), ['on_call nobody', 'second nobody', 'desk_lead nobody'])
  const [here, there] = [
    ['0 push 경기도 병상배정반', '0 push 서울특별시 병상배정반'],
    [...mine('경기 당직'), ...mine('서울 당직')],
  ]
  assert.deepEqual(steps.slice(3).toSorted(), [...here, ...there].toSorted())
  const by = ['41 경기 당직', '11 서울 당직', 'own 경기도 병상배정반', 'own 서울특별시 병상배정반']
  assert.deepEqual(new Set((await triedBy()).slice(3)), new Set(by), 'each try names the cell that made it')
  assert.equal((await shown())?.state, 'open')
  // Whoever is asked reads what is asked, not the room.
  assert.equal(refusedAs(await gyeonggi.call(e.roomTimeline, { params: { id: roomId }, query: {} })), 'not-found')
  assert.equal(must(await acknowledge(gyeonggi)).ack?.acknowledgedBy, '경기 당직')
})

test('what a neighbour acknowledges ends the pursuit at home and at every other neighbour', async () => {
  const { cells, gyeonggi, seoul, wait, shown, record, acknowledge } = await asked()
  await using _ = cells
  await cells.settle()
  await wait(6)
  must(await acknowledge(gyeonggi))
  await cells.settle()
  assert.deepEqual([(await shown())?.state, (await shown())?.acknowledgedBy], ['acknowledged', '경기 당직'])
  assert.deepEqual(await openOf(seoul), [])
  const before = await record()
  await wait(20)
  assert.deepEqual(await record(), before)
  assert.equal((await toldOf(cells.of('11'))).length, 2)
})

test('a cut delays and loses nothing: the ask arrives when it heals, once, and the acknowledgement waits for the way back', async () => {
  const { cells, gyeonggi, wait, shown, record, acknowledge } = await asked({ room: 'national' })
  await using _ = cells
  cells.cutFromAll('28')
  await wait(8)
  assert.deepEqual(await toldOf(cells.of('41')), [])
  cells.heal()
  await wait(1)
  assert.deepEqual(await toldOf(cells.of('41')), ['9 push 경기 당직'])
  cells.cutFromAll('28')
  await wait(5)
  must(await acknowledge(gyeonggi))
  await wait(10)
  assert.notEqual((await shown())?.state, 'acknowledged')
  cells.heal()
  await cells.settle()
  assert.equal((await shown())?.acknowledgedBy, '경기 당직')
  const told = await toldOf(cells.of('41'))
  assert.deepEqual(told, ['9 push 경기 당직', '14 sms 경기 당직'])
  assert.deepEqual(
    (await record()).filter((one) => one.endsWith('경기 당직')),
    told,
  )
  assert.deepEqual(await cells.faults('28'), [])
})

test('records that come again, and a restart in between, send nothing twice', async () => {
  const { cells, wait, record } = await asked()
  await using _ = cells
  await cells.settle()
  await wait(1)
  // Handed over from the beginning once more, as what waits for a newer version is.
  const again = (code: string, origin: string, kind: string) =>
    cells.of(code).cell.deps.db.sql(
      `insert into exchange.unapplied (origin, kind, first_seq, last_seq, version, since)
       select origin, kind, min(seq), max(seq), 'before', now() from platform.oplog where origin = $1 and kind = $2 group by origin, kind
       returning kind`,
      [origin, kind],
    )
  assert.equal((await again('41', '28', 'message-ack-asked')).length, 1)
  assert.equal((await again('28', '41', 'message-ack-tried')).length, 1)
  await cells.restart('41')
  await cells.settle()
  assert.deepEqual(await toldOf(cells.of('41')), ['0 push 경기 당직'])
  assert.equal(await wantedOps(cells.of('41')), 1)
  assert.deepEqual(
    (await record()).filter((one) => one.endsWith('경기 당직')),
    ['0 push 경기 당직'],
  )
})

test('what is taken back ends at the neighbours too', async () => {
  const { cells, asker, gyeonggi, sent, wait } = await asked()
  await using _ = cells
  await cells.settle()
  must(await asker.call(e.retractMessage, { params: { id: sent.id }, body: { id: newId() } }))
  await cells.settle()
  assert.deepEqual(await openOf(gyeonggi), [])
  await wait(20)
  assert.deepEqual(await toldOf(cells.of('41')), ['0 push 경기 당직'])
})

test('an acknowledgement given at home ends it at the neighbours, also one that hears of both only after a cut', async () => {
  const { cells, gyeonggi, seoul, sent, wait } = await asked()
  await using _ = cells
  cells.cut('28', '41')
  cells.cut('11', '41')
  cells.cut('51', '41')
  await cells.settle()
  const other = await cells.of('28').person({ role: 'placement_desk', name: '인천 둘째' })
  must(
    await other.call(e.acknowledge, {
      params: { id: sent.id },
      body: { channel: 'phone', heardFrom: '인천 셋째' },
    }),
  )
  await cells.settle()
  assert.deepEqual(await openOf(seoul), [])
  cells.heal()
  await wait(20)
  assert.deepEqual(await openOf(gyeonggi), [])
  assert.deepEqual(await toldOf(cells.of('41')), [])
  assert.equal((await toldOf(cells.of('11'))).length, 1)
})

test('the policy ends at the neighbour when it ends at home, also for an ask that comes out of time', async () => {
  const { cells, wait, shown } = await asked()
  await using _ = cells
  cells.cut('28', '11')
  cells.cut('41', '11')
  cells.cut('51', '11')
  await wait(5)
  cells.clock.advance((DUE_MINUTES + 120) * MINUTE)
  await cells.settle()
  const [made, here] = [await toldOf(cells.of('41')), await shown()]
  assert.deepEqual([here?.state, here?.nextAt], ['exhausted', null])
  cells.heal()
  await wait(15)
  assert.deepEqual(await toldOf(cells.of('41')), made)
  assert.deepEqual(await toldOf(cells.of('11')), [])
})
