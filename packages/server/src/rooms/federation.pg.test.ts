import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bedEndpoints as b, roomEndpoints as e, type NewMessage, type TimelineItem } from '@dure/contract'
import fc from 'fast-check'
import { monotonicFactory } from 'ulid'
import { alone } from '../beds/index.ts'
import type { ExchangePort, RecordHandler, Standing } from '../exchange/index.ts'
import { must, type World, world } from '../testing/bed-world.ts'
import type { TestPerson } from '../testing/cell.ts'
import { manualClock } from '../testing/clock.ts'
import { noteReach } from './reach.service.ts'

const newId = monotonicFactory()

/** A port that hands over only what it is told to hand over. Sealing is for the eyes of a cell: here it names it. */
const handPort = (region: string) => {
  const handlers = new Map<string, RecordHandler[]>()
  const standings: Standing[] = []
  const seal = async (to: string | readonly string[], text: string) =>
    Buffer.from(JSON.stringify({ to, text })).toString('base64url')
  const open = async (sealed: string) => {
    const { to, text } = JSON.parse(Buffer.from(sealed, 'base64url').toString())
    return [to].flat().includes(region) ? String(text) : null
  }
  const port: ExchangePort = {
    ...alone(region),
    cells: ['28', '41', '11'],
    onRecord: (kind, handler) => void handlers.set(kind, [...(handlers.get(kind) ?? []), handler]),
    standings: async () => standings,
    seal,
    open,
  }
  return { port, handlers, standings }
}

interface Side {
  readonly w: World
  readonly region: string
  readonly handlers: Map<string, RecordHandler[]>
  readonly standings: Standing[]
}

const side = async (region: string): Promise<Side> => {
  const { port, handlers, standings } = handPort(region)
  const cell = { env: { DURE_REGION: region }, exchange: () => port, clock: manualClock() }
  return { w: await world({ hospitals: 2, slots: 1, cell }), region, handlers, standings }
}

interface Op {
  readonly origin: string
  readonly epoch: number
  readonly seq: number
  readonly kind: string
  readonly at: string
  readonly subject: string
  readonly body: Record<string, unknown>
}

/** What a cell's log says of rooms. */
const logOf = async ({ w, region }: Side): Promise<Op[]> => {
  for (let more = 1; more > 0; ) more = await w.test.cell.sequence()
  const rows = await w.test.cell.deps.db.sql<Omit<Op, 'origin' | 'at'> & { at: Date }>(
    `select epoch, seq, kind, at, subject, body from platform.oplog where origin = $1 and kind in ('message-written', 'message-acknowledged') order by seq`,
    [region],
  )
  return rows.map((row) => ({ ...row, origin: region, at: row.at.toISOString() }))
}

const hand = async (to: Side, ops: readonly Op[]): Promise<void> => {
  for (const op of ops)
    await to.w.test.cell.deps.db.tx(async (tx) => {
      for (const handler of to.handlers.get(op.kind) ?? [])
        await handler(tx, { ...op, prevHash: '', hash: '' } as never, to.w.test.clock.now())
    })
}

const say = async (person: TestPerson, id: string, text: string) => {
  const body: NewMessage = { id: newId(), body: { kind: 'text', text } }
  return must(await person.call(e.postMessage, { params: { id }, body }))
}
const textsOf = (items: readonly TimelineItem[]) =>
  items.flatMap((one) => (one.type === 'message' && one.body.kind === 'text' ? [one.body.text] : []))
const read = async (person: TestPerson, id: string) =>
  textsOf(must(await person.call(e.roomTimeline, { params: { id }, query: { limit: 200 } as never })).items)

const two = async () => {
  const [incheon, gyeonggi] = [await side('28'), await side('41')]
  // Desk rooms are there once somebody looks.
  for (const { w } of [incheon, gyeonggi]) must(await w.desk.call(e.listRooms, { query: {} }))
  return {
    incheon,
    gyeonggi,
    [Symbol.asyncDispose]: async () => {
      await incheon.w[Symbol.asyncDispose]()
      await gyeonggi.w[Symbol.asyncDispose]()
    },
  }
}

test('two regions that were cut off write on, and after the cut both read the same, in the same order', async () => {
  await using both = await two()
  const { incheon, gyeonggi } = both
  await say(incheon.w.desk, 'national', '인천 하나')
  gyeonggi.w.test.clock.advance(500)
  await say(gyeonggi.w.desk, 'national', '경기 하나')
  incheon.w.test.clock.advance(1_000)
  await say(incheon.w.desk, 'national', '인천 둘')
  const [a, c] = [await logOf(incheon), await logOf(gyeonggi)]
  await hand(gyeonggi, a)
  await hand(incheon, c)
  const here = await read(incheon.w.desk, 'national')
  assert.deepEqual(here, ['인천 하나', '경기 하나', '인천 둘'])
  assert.deepEqual(await read(gyeonggi.w.desk, 'national'), here)
})

test('what is written after reading another region’s message sorts behind it, whatever the clocks say', async () => {
  await using both = await two()
  const { incheon, gyeonggi } = both
  incheon.w.test.clock.advance(20_000)
  await say(incheon.w.desk, 'national', '빠른 시계의 질문')
  await hand(gyeonggi, await logOf(incheon))
  await say(gyeonggi.w.desk, 'national', '느린 시계의 답')
  assert.deepEqual(await read(gyeonggi.w.desk, 'national'), ['빠른 시계의 질문', '느린 시계의 답'])
  await hand(incheon, await logOf(gyeonggi))
  assert.deepEqual(await read(incheon.w.desk, 'national'), ['빠른 시계의 질문', '느린 시계의 답'])
})

test('a merge is a union: records in any order and any number of times give the same room', async () => {
  await using both = await two()
  const { incheon, gyeonggi } = both
  for (let at = 0; at < 6; at += 1) {
    await say(incheon.w.desk, 'national', `인천 ${at}`)
    incheon.w.test.clock.advance(at * 100)
  }
  const log = await logOf(incheon)
  const wanted = await read(incheon.w.desk, 'national')
  const { db } = gyeonggi.w.test.cell.deps
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(log, { minLength: log.length }), fc.subarray(log), async (all, again) => {
      await hand(gyeonggi, [...again, ...all, ...again])
      assert.deepEqual(await read(gyeonggi.w.desk, 'national'), wanted)
      const [{ n = 0 } = {}] = await db.sql<{ n: number }>(`select count(*)::int as n from rooms.message`)
      assert.equal(n, log.length)
    }),
    { numRuns: 10 },
  )
})

test('a request’s room is told to the neighbour only when the neighbour looks for a bed too, and only sealed for it', async () => {
  await using both = await two()
  const { incheon, gyeonggi } = both
  const { w } = incheon
  const request = await w.matching()
  const room = must(await w.desk.call(e.roomOfRequest, { params: { id: request.id } }))
  await say(w.desk, room.id, '우리끼리')
  const escalate = { event: 'escalate', to: 'neighbours', why: '권역에 병상 없음' } as const
  must(
    await w.desk.call(b.actOnRequest, {
      params: { id: request.id },
      body: { act: escalate, version: request.version },
    }),
  )
  await say(w.desk, room.id, '경기 상황실, 도와주십시오')
  const log = await logOf(incheon)
  assert.doesNotMatch(JSON.stringify(log), /우리끼리|도와주십시오/)
  await hand(gyeonggi, log)
  assert.deepEqual(await read(gyeonggi.w.desk, room.id), ['경기 상황실, 도와주십시오'])
  await say(gyeonggi.w.desk, room.id, '두 자리 있습니다')
  await hand(incheon, await logOf(gyeonggi))
  assert.deepEqual(await read(w.requester, room.id), ['우리끼리', '경기 상황실, 도와주십시오', '두 자리 있습니다'])
})

test('a cell speaks for its own people only: what another cell signed for it, or changed on the way, changes nothing', async () => {
  await using both = await two()
  const { incheon, gyeonggi } = both
  await say(incheon.w.desk, 'national', '진짜')
  const [op] = await logOf(incheon)
  assert.ok(op)
  assert.deepEqual(op.body.cells, ['41', '11', '28'])
  const forged = [
    { ...op, origin: '11' },
    { ...op, subject: newId() },
    { ...op, body: { ...op.body, digest: 'AAAA' } },
    { ...op, body: { ...op.body, roomId: 'region-41' } },
    { ...op, body: { ...op.body, sealed: 'bm90IGpzb24' } },
    { ...op, body: { ...op.body, cells: ['11'] } },
    { ...op, body: {} },
  ]
  await hand(gyeonggi, forged)
  assert.deepEqual(await read(gyeonggi.w.desk, 'national'), [])
  await hand(gyeonggi, [op])
  assert.deepEqual(await read(gyeonggi.w.desk, 'national'), ['진짜'])
})

test('a retraction travels like a message, before or after what it takes back', async () => {
  await using both = await two()
  const { incheon, gyeonggi } = both
  const { id } = await say(incheon.w.desk, 'national', '잘못 보냄')
  must(await incheon.w.desk.call(e.retractMessage, { params: { id }, body: { id: newId() } }))
  await hand(gyeonggi, (await logOf(incheon)).toReversed())
  const { items } = must(await gyeonggi.w.desk.call(e.roomTimeline, { params: { id: 'national' }, query: {} }))
  assert.deepEqual(
    items.flatMap((one) => (one.type === 'message' ? [one.retracted?.by] : [])),
    ['배정반 박'],
  )
})

test('an acknowledgement given in another region ends the pursuit at home, and says who gave it', async () => {
  await using both = await two()
  const { incheon, gyeonggi } = both
  const by = new Date(incheon.w.test.clock.now().getTime() + 900_000).toISOString()
  const body: NewMessage = { id: newId(), body: { kind: 'text', text: '받으셨습니까' }, needsAck: { by } }
  const sent = must(await incheon.w.desk.call(e.postMessage, { params: { id: 'national' }, body }))
  await hand(gyeonggi, await logOf(incheon))
  const { messages } = must(await gyeonggi.w.desk.call(e.listAcknowledgements))
  assert.deepEqual(
    messages.map(({ id }) => id),
    [sent.id],
  )
  must(await gyeonggi.w.desk.call(e.acknowledge, { params: { id: sent.id }, body: {} }))
  const answered = await logOf(gyeonggi)
  await hand(incheon, [...answered, ...answered])
  const { items } = must(await incheon.w.desk.call(e.roomTimeline, { params: { id: 'national' }, query: {} }))
  const asked = items.find((one) => one.type === 'message' && one.id === sent.id)
  assert.equal(asked?.type === 'message' && asked.ack?.state, 'acknowledged')
  assert.equal(asked?.type === 'message' && asked.ack?.acknowledgedBy, gyeonggi.w.desk.name)
  incheon.w.test.clock.advance(3_600_000)
  await incheon.w.settle()
  assert.equal(must(await incheon.w.desk.call(e.messageReceipts, { params: { id: sent.id } })).steps.length, 0)
})

test('a line in the room says since when a region is not heard, and until when', async () => {
  await using incheon = await side('28').then((one) => ({
    ...one,
    [Symbol.asyncDispose]: () => one.w[Symbol.asyncDispose](),
  }))
  const { w, standings } = incheon
  must(await w.desk.call(e.listRooms, { query: {} }))
  const { db, clock, ids } = w.test.cell.deps
  const look = async (contactAt: Date) => {
    standings.splice(0, 1, { origin: '41', epoch: 1, writer: '41', mayWrite: false, contactAt })
    const exchange = { ...alone('28'), standings: async () => standings }
    await noteReach({ db, clock, ids, exchange }, new Date(0))
  }
  const lost = new Date(clock.now().getTime() + 1_000)
  w.test.clock.advance(600_000)
  await look(lost)
  await look(lost)
  const outOfReach = async () =>
    must(await w.desk.call(e.getRoom, { params: { id: 'national' } })).outOfReach.map(({ region }) => region)
  assert.deepEqual(await outOfReach(), ['41'])
  const found = clock.now()
  await look(found)
  assert.deepEqual(await outOfReach(), [])
  const { items } = must(await w.desk.call(e.roomTimeline, { params: { id: 'national' }, query: {} }))
  assert.deepEqual(
    items.map((one) => (one.type === 'reach' ? [one.region, one.at, one.until] : [])),
    [['41', lost.toISOString(), found.toISOString()]],
  )
})
