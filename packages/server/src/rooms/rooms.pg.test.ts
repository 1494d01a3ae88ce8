import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bedEndpoints as b,
  type CardView,
  roomEndpoints as e,
  type NewMessage,
  type RoomParty,
  type TimelineItem,
} from '@dure/contract'
import { monotonicFactory } from 'ulid'
import { must, refusedAs, type World, world } from '../testing/bed-world.ts'
import type { TestPerson } from '../testing/cell.ts'

const newId = monotonicFactory()
const text = (words: string, more: Partial<NewMessage> = {}): NewMessage => ({
  id: newId(),
  body: { kind: 'text', text: words },
  ...more,
})
const post = (person: TestPerson, roomId: string, message: NewMessage) =>
  person.call(e.postMessage, { params: { id: roomId }, body: message })
const items = async (person: TestPerson, roomId: string, query: object = {}) =>
  must(await person.call(e.roomTimeline, { params: { id: roomId }, query: query as never })).items
const texts = (all: readonly TimelineItem[]) =>
  all.flatMap((one) => (one.type === 'message' && one.body.kind === 'text' ? [one.body.text] : []))
const cards = (all: readonly TimelineItem[]) => all.flatMap((one): CardView[] => (one.type === 'card' ? [one] : []))

/** A request whose hospitals are asked, and its room. */
const asked = async (w: World) => {
  const request = await w.matching()
  const offered = must(
    await w.desk.call(b.sendOffers, { params: { id: request.id }, body: { version: request.version } }),
  )
  const room = must(await w.desk.call(e.roomOfRequest, { params: { id: request.id } }))
  return { request: offered, room }
}

test('a room is opened with its request, for those who ask and those who place, and for nobody else', async () => {
  await using w = await world({ hospitals: 2, slots: 1 })
  const request = await w.matching()
  const room = must(await w.requester.call(e.roomOfRequest, { params: { id: request.id } }))
  assert.deepEqual([room.kind, room.request?.code, room.live], ['request', request.code, true])
  const stranger = await w.test.person({ role: 'requester', facilityId: 'H-002' })
  for (const person of [stranger, w.hospitals[0]?.desk, w.transport]) {
    assert.ok(person)
    for (const call of [
      person.call(e.getRoom, { params: { id: room.id } }),
      person.call(e.roomOfRequest, { params: { id: request.id } }),
      person.call(e.roomTimeline, { params: { id: room.id }, query: {} }),
      person.call(e.roomMembers, { params: { id: room.id } }),
      post(person, room.id, text('들어가도 됩니까')),
      person.call(e.inviteGuest, { params: { id: room.id }, body: { forName: '친구' } }),
    ])
      assert.equal(refusedAs(await call), 'not-found')
  }
})

test('an asked hospital reads from when it was asked, and nothing that is written after it declined', async () => {
  await using w = await world({ hospitals: 2, slots: 1 })
  const early = await w.matching()
  const early1 = must(await w.desk.call(e.roomOfRequest, { params: { id: early.id } }))
  must(await post(w.desk, early1.id, text('아직 아무도 모르는 이야기')))
  const offered = must(await w.desk.call(b.sendOffers, { params: { id: early.id }, body: { version: early.version } }))
  const [first, second] = w.hospitals
  assert.ok(first && second)
  must(await post(w.desk, early1.id, text('두 병원에 여쭙니다')))
  assert.deepEqual(texts(await items(first.desk, early1.id)), ['두 병원에 여쭙니다'])
  const offer = offered.offers.find(({ hospitalId }) => hospitalId === first.id)
  must(
    await first.desk.call(b.actOnOffer, {
      params: { id: offer?.id ?? '' },
      body: { act: { event: 'decline', reason: 'staff' } },
    }),
  )
  must(await post(w.desk, early1.id, text('두 번째 병원에만')))
  assert.deepEqual(texts(await items(first.desk, early1.id)), ['두 병원에 여쭙니다'])
  assert.deepEqual(texts(await items(second.desk, early1.id)), ['두 병원에 여쭙니다', '두 번째 병원에만'])
  assert.equal(refusedAs(await post(first.desk, early1.id, text('늦은 말'))), 'wrong-state')
  assert.equal(must(await first.desk.call(e.getRoom, { params: { id: early1.id } })).live, false)
  const found = must(await first.desk.call(e.searchRooms, { query: { q: '두 번째' } }))
  assert.deepEqual(found.messages, [])
})

test('a hospital that reads other rooms already reads this one too once it is asked', async () => {
  await using w = await world({ hospitals: 2, slots: 4 })
  const hospital = w.hospitals[0]?.desk
  assert.ok(hospital)
  must(await hospital.call(e.listRooms, { query: {} }))
  for (let at = 0; at < 2; at += 1) {
    const { room } = await asked(w)
    must(await hospital.call(e.getRoom, { params: { id: room.id } }))
  }
})

test('the hospital that holds a bed reads the room from its beginning, and the ambulance once there is one', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const { request, room } = await asked(w)
  const [hospital] = w.hospitals
  assert.ok(hospital)
  must(await post(w.requester, room.id, text('산소 요구량이 늘고 있습니다')))
  const accept = { params: { id: request.offers[0]?.id ?? '' }, body: { act: { event: 'accept' } } } as const
  must(await hospital.desk.call(b.actOnOffer, accept))
  assert.deepEqual(texts(await items(hospital.desk, room.id)), ['산소 요구량이 늘고 있습니다'])
  assert.equal(refusedAs(await w.transport.call(e.getRoom, { params: { id: room.id } })), 'not-found')
  const { version } = must(await w.requester.call(b.getRequest, { params: { id: request.id } }))
  must(
    await w.requester.call(b.actOnRequest, {
      params: { id: request.id },
      body: { act: { event: 'confirm' }, version },
    }),
  )
  assert.deepEqual(texts(await items(w.transport, room.id)), ['산소 요구량이 늘고 있습니다'])
})

test('cards are the request’s own record, and their buttons do the real transition', async () => {
  await using w = await world({ hospitals: 2, slots: 1 })
  const { room } = await asked(w)
  const [hospital] = w.hospitals
  assert.ok(hospital)
  const own = cards(await items(hospital.desk, room.id)).filter(({ card }) => card === 'offer')
  assert.equal(own.length, 1)
  const acts = own[0]?.acts ?? []
  assert.deepEqual(
    acts.map(({ act, needs }) => [act, needs]),
    [
      ['acknowledge', []],
      ['accept', []],
      ['accept_with_conditions', ['conditions']],
      ['decline', ['reason']],
    ],
  )
  const accept = acts.find(({ act }) => act === 'accept')
  assert.ok(accept?.endpoint === 'actOnOffer')
  must(await hospital.desk.call(b.actOnOffer, { params: { id: accept.id }, body: { act: { event: 'accept' } } }))
  const after = cards(await items(hospital.desk, room.id))
  assert.deepEqual(
    after.filter(({ card }) => card === 'offer').flatMap((card) => card.acts),
    [],
  )
  const hold = cards(await items(w.requester, room.id)).find(({ card }) => card === 'hold')
  const offered = hold?.acts.map(({ act }) => act) ?? []
  assert.ok(offered.includes('confirm') && offered.includes('extend_hold'))
  const confirm = hold?.acts.find(({ act }) => act === 'confirm')
  assert.ok(confirm?.version)
  must(
    await w.requester.call(b.actOnRequest, {
      params: { id: confirm.id },
      body: { act: { event: 'confirm' }, version: confirm.version },
    }),
  )
  assert.ok(cards(await items(w.desk, room.id)).some(({ card }) => card === 'confirmed'))
  const { db } = w.test.cell.deps
  const [{ n = -1 } = {}] = await db.sql<{ n: number }>(`select count(*)::int as n from rooms.message`)
  assert.equal(n, 0, 'no card is kept as a message')
})

test('talk and record are one timeline in one order, page by page from either end', async () => {
  await using w = await world({ hospitals: 2, slots: 1 })
  const request = await w.matching()
  const room = must(await w.desk.call(e.roomOfRequest, { params: { id: request.id } }))
  for (let at = 0; at < 5; at += 1) {
    w.test.clock.advance(1_000)
    must(await post(w.desk, room.id, text(`하나 ${at}`)))
  }
  w.test.clock.advance(1_000)
  must(await w.desk.call(b.sendOffers, { params: { id: request.id }, body: { version: request.version } }))
  const all = await items(w.desk, room.id)
  assert.deepEqual(
    all.map(({ key }) => key),
    all.map(({ key }) => key).sort(),
  )
  assert.equal(all.at(-1)?.type, 'card')
  const back: TimelineItem[] = []
  for (let before: string | undefined; ; ) {
    const page = must(
      await w.desk.call(e.roomTimeline, {
        params: { id: room.id },
        query: { limit: 3, ...(before ? { before } : {}) } as never,
      }),
    )
    back.unshift(...page.items)
    before = page.items[0]?.key
    if (!page.more) break
  }
  assert.deepEqual(back, all)
})

test('a message sent twice is kept once; another text under its id is refused', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const { room } = await asked(w)
  const message = text('한 번만')
  const [one, two] = await Promise.all([post(w.desk, room.id, message), post(w.desk, room.id, message)])
  assert.deepEqual(must(one), must(two))
  assert.equal(
    refusedAs(await post(w.desk, room.id, { ...message, body: { kind: 'text', text: '다른 말' } })),
    'conflict',
  )
  assert.equal(refusedAs(await post(w.requester, room.id, message)), 'conflict')
  assert.deepEqual(texts(await items(w.requester, room.id)), ['한 번만'])
})

test('many write at once: numbers have no gaps, stamps rise, nothing is lost', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const { room } = await asked(w)
  const all = Array.from({ length: 40 }, (_, at) => post(at % 2 === 0 ? w.desk : w.requester, room.id, text(`${at}`)))
  const written = (await Promise.all(all)).map(must)
  assert.deepEqual(
    written.map(({ number }) => number).sort((x, y) => x - y),
    Array.from({ length: 40 }, (_, at) => at + 1),
  )
  const byNumber = [...written].sort((x, y) => x.number - y.number).map(({ hlc }) => hlc)
  assert.deepEqual(byNumber, [...byNumber].sort())
  assert.equal(new Set(byNumber).size, 40)
})

test('a message is never changed: it is taken back by its author and stays, marked', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const { room } = await asked(w)
  const { id } = must(await post(w.desk, room.id, text('잘못 보냈습니다')))
  assert.equal(
    refusedAs(await w.requester.call(e.retractMessage, { params: { id }, body: { id: newId() } })),
    'not-allowed',
  )
  const marked = must(await w.desk.call(e.retractMessage, { params: { id }, body: { id: newId() } }))
  assert.equal(marked.retracted?.by, '배정반 박')
  assert.deepEqual(marked.body, { kind: 'text', text: '잘못 보냈습니다' })
  const { db } = w.test.cell.deps
  await assert.rejects(db.sql(`update rooms.message set body = '{}'`), /append-only|permission denied/)
  await assert.rejects(db.sql(`delete from rooms.message`), /append-only|permission denied/)
})

test('delivered and seen are told per person, with the time of each; a lower number changes nothing', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const { room } = await asked(w)
  const first = must(await post(w.desk, room.id, text('하나')))
  const second = must(await post(w.desk, room.id, text('둘')))
  const receipt = (delivered?: number, seen?: number) =>
    w.requester.call(e.sendReceipts, {
      body: {
        receipts: [
          { roomId: room.id, delivered, seen },
          { roomId: 'nowhere', seen: 3 },
        ],
      },
    })
  const before = must(await w.requester.call(e.getRoom, { params: { id: room.id } }))
  assert.deepEqual([before.unread, before.head], [2, 2])
  must(await receipt(2))
  w.test.clock.advance(5_000)
  assert.equal(must(await receipt(undefined, 1)).recorded, 1)
  assert.equal(must(await receipt(1, 1)).recorded, 0)
  assert.equal(must(await receipt(undefined, 999)).recorded, 1)
  const of = async (id: string) => {
    const { people } = must(await w.desk.call(e.messageReceipts, { params: { id } }))
    const row = people.find(({ personId }) => personId === w.requester.id)
    return [row?.deliveredAt, row?.seenAt]
  }
  assert.deepEqual(await of(first.id), ['2026-01-05T00:00:00.000Z', '2026-01-05T00:00:05.000Z'])
  assert.deepEqual(await of(second.id), ['2026-01-05T00:00:00.000Z', '2026-01-05T00:00:05.000Z'])
  assert.equal(must(await w.requester.call(e.getRoom, { params: { id: room.id } })).unread, 0)
})

test('a duty that is mentioned reaches whoever is on call then, and says so when it is nobody', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const { room } = await asked(w)
  const duty = { kind: 'duty', place: { kind: 'hospital', id: 'H-001' }, duty: 'thoracic_surgery' } as const
  const none = must(await post(w.desk, room.id, text('흉부외과 선생님', { mentions: [duty] })))
  assert.deepEqual(none.mentions[0]?.people, [])
  const person = { kind: 'person', personId: w.requester.id } as const
  const named = must(await post(w.desk, room.id, text('이 선생님', { mentions: [person] })))
  assert.deepEqual(
    named.mentions[0]?.people.map(({ name }) => name),
    ['응급실 이의사'],
  )
  assert.equal(must(await w.requester.call(e.getRoom, { params: { id: room.id } })).mentioned, 1)
})

test('a two-syllable word is found, in any writing of it, and only where one may read', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const { room } = await asked(w)
  must(await post(w.desk, room.id, text('기흉이 커졌습니다. ECMO 준비')))
  const find = async (person: TestPerson, q: string) =>
    must(await person.call(e.searchRooms, { query: { q } })).messages.length
  assert.equal(await find(w.requester, '기흉'), 1)
  assert.equal(await find(w.requester, 'ecmo'), 1)
  assert.equal(await find(w.requester, '기흉'.normalize('NFD')), 1)
  assert.equal(await find(w.requester, '기형'), 0)
  assert.equal(await find(w.transport, '기흉'), 0)
})

test('an ad hoc room is for whom it names; who is taken in later reads from then on', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const id = newId()
  const body = { id, title: '권역 회의', parties: [{ kind: 'person' as const, personId: w.requester.id }] }
  const room = must(await w.desk.call(e.openRoom, { body }))
  assert.deepEqual(must(await w.desk.call(e.openRoom, { body })).id, room.id)
  must(await post(w.requester, id, text('먼저 한 말')))
  assert.equal(
    refusedAs(
      await w.requester.call(e.changeMembers, {
        params: { id },
        body: { add: [{ kind: 'person', personId: w.transport.id }] },
      }),
    ),
    'not-allowed',
  )
  must(
    await w.desk.call(e.changeMembers, {
      params: { id },
      body: { add: [{ kind: 'person', personId: w.transport.id }] },
    }),
  )
  must(await post(w.desk, id, text('나중에 한 말')))
  assert.deepEqual(texts(await items(w.transport, id)), ['나중에 한 말'])
  must(
    await w.desk.call(e.changeMembers, {
      params: { id },
      body: { remove: [{ kind: 'person', personId: w.requester.id }] },
    }),
  )
  must(await post(w.desk, id, text('더는 안 보이는 말')))
  assert.deepEqual(texts(await items(w.requester, id)), ['먼저 한 말', '나중에 한 말'])
})

test('a room is opened for a purpose, for people, roles, hospitals and desks, and says whom it names', async () => {
  await using w = await world({ hospitals: 2, slots: 1 })
  const [first, second] = w.hospitals
  assert.ok(first && second)
  const id = newId()
  const parties: RoomParty[] = [
    { kind: 'person', personId: w.requester.id },
    { kind: 'role', role: 'transport', region: '28' },
    { kind: 'hospital', hospitalId: first.id },
    { kind: 'desk', region: '00' },
  ]
  const opened = must(
    await w.desk.call(e.openRoom, {
      body: { id, title: '요양원 집단 발생', purpose: '40명을 나누어 옮깁니다', parties },
    }),
  )
  assert.deepEqual(
    [opened.kind, opened.purpose, opened.mayManage, opened.mayLeave],
    ['ad_hoc', '40명을 나누어 옮깁니다', true, true],
  )
  const reads = async (person: TestPerson) => (await person.call(e.getRoom, { params: { id } })).ok
  assert.deepEqual(await Promise.all([w.requester, w.transport, first.desk, second.desk, w.desk].map(reads)), [
    true,
    true,
    true,
    false,
    true,
  ])
  const named = must(await w.desk.call(e.roomMembers, { params: { id } })).parties
  assert.deepEqual(
    named.map(({ party, name }) => [party.kind, name]),
    [
      ['desk', null],
      ['hospital', '시험 H-001 병원'],
      ['role', null],
      ['person', '배정반 박'],
      ['person', '응급실 이의사'],
    ],
  )
  // Who joins the role later reads along from their first minute.
  assert.equal(await reads(await w.test.person({ role: 'transport', name: '새 구급대원' })), true)
  must(
    await w.desk.call(e.changeMembers, {
      params: { id },
      body: { remove: [{ kind: 'hospital', hospitalId: first.id }] },
    }),
  )
  must(await post(w.desk, id, text('병원이 나간 뒤')))
  assert.deepEqual(texts(await items(first.desk, id)), [])
  const nobody = [{ kind: 'hospital' as const, hospitalId: 'nowhere' }]
  assert.equal(
    refusedAs(await w.desk.call(e.openRoom, { body: { id: newId(), title: '회의', parties: nobody } })),
    'invalid-input',
  )
})

test('people and hospitals are found by a part of their name, and patterns are only letters', async () => {
  await using w = await world({ hospitals: 2, slots: 1 })
  await w.test.person({ role: 'requester', name: '나흉부' })
  const find = async (q: string) =>
    must(await w.desk.call(e.findParties, { query: { q } })).parties.map(({ party, name }) => `${party.kind} ${name}`)
  assert.deepEqual(await find('흉부'), ['person 나흉부'])
  assert.ok((await find('H-001')).includes('hospital 시험 H-001 병원'))
  assert.deepEqual(await find('%'), [])
  assert.deepEqual(await find('_'), [])
})

test('who looks after a room closes it; who leaves hands it to whoever was there longest', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const id = newId()
  const parties = [w.requester, w.transport].map(({ id: personId }) => ({ kind: 'person' as const, personId }))
  must(await w.desk.call(e.openRoom, { body: { id, title: '회의', parties } }))
  const params = { id }
  assert.equal(refusedAs(await w.requester.call(e.closeRoom, { params })), 'not-allowed')
  const leave = (person: TestPerson) =>
    person.call(e.changeMembers, { params, body: { remove: [{ kind: 'person', personId: person.id }] } })
  must(await leave(w.desk))
  assert.equal(must(await w.requester.call(e.getRoom, { params })).mayManage, true)
  assert.equal(must(await w.transport.call(e.getRoom, { params })).mayManage, false)
  const after = must(await w.desk.call(e.getRoom, { params }))
  assert.deepEqual([after.live, after.mayWrite, after.mayLeave], [false, false, false])

  const closed = must(await w.requester.call(e.closeRoom, { params }))
  assert.deepEqual([closed.closedAt !== null, closed.mayWrite], [true, false])
  must(await w.requester.call(e.closeRoom, { params }))
  assert.equal(refusedAs(await post(w.transport, id, text('늦은 말'))), 'wrong-state')
  const lines = (await items(w.transport, id)).flatMap((one) =>
    one.type === 'message' && one.body.kind === 'line' ? [one.body.line] : [],
  )
  assert.deepEqual(lines, ['room-opened', 'member-left', 'room-closed'])
  const listed = must(await w.transport.call(e.listRooms, { query: { kind: 'ad_hoc' } })).rooms
  assert.equal(listed.length, 0)
})

test('desks have their rooms, and a hospital’s room is not another hospital’s', async () => {
  await using w = await world({ hospitals: 2, slots: 1 })
  const [first, second] = w.hospitals
  assert.ok(first && second)
  const kinds = async (person: TestPerson) =>
    must(await person.call(e.listRooms, { query: {} }))
      .rooms.map(({ id }) => id)
      .sort()
  assert.deepEqual(await kinds(first.desk), ['hospital-H-001'])
  assert.deepEqual(await kinds(w.desk), ['hospital-H-001', 'national', 'region-28'])
  assert.deepEqual(await kinds(second.desk), ['hospital-H-002'])
  assert.equal(refusedAs(await second.desk.call(e.getRoom, { params: { id: 'hospital-H-001' } })), 'not-found')
})
