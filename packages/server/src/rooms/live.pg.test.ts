import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { bedEndpoints as b, roomEndpoints as e, type NewMessage, ROOM_EVENTS_PATH, roomEvent } from '@dure/contract'
import { monotonicFactory } from 'ulid'
import { must, type World, world } from '../testing/bed-world.ts'
import type { TestPerson } from '../testing/cell.ts'
import { eventually } from '../testing/process.ts'
import { listenTo, type SseEvent } from '../testing/sse.ts'

const newId = monotonicFactory()
const live = () => world({ hospitals: 2, slots: 1, cell: { listen: true, background: true } })
const listen = (w: World, person: TestPerson, lastId?: string) =>
  listenTo(`${w.test.cell.url}${ROOM_EVENTS_PATH}`, {
    headers: { cookie: String(person.headers.cookie) },
    ...(lastId === undefined ? {} : { lastId }),
  })
const say = async (person: TestPerson, id: string, text: string) => {
  const body: NewMessage = { id: newId(), body: { kind: 'text', text } }
  return must(await person.call(e.postMessage, { params: { id }, body }))
}
const isText = (text: string) => (event: SseEvent) => event.event === 'message' && event.data.includes(text)
const textsOf = (events: readonly SseEvent[]) =>
  events.flatMap(({ event, data }) => {
    if (event !== 'message') return []
    const said = roomEvent.parse(JSON.parse(data))
    return said.kind === 'message' && said.message.body.kind === 'text' ? [said.message.body.text] : []
  })
const isKind = (kind: string, what?: string) => (event: SseEvent) => {
  if (event.event !== 'message') return false
  const said = JSON.parse(event.data)
  return said.kind === kind && (what === undefined || said.what === what)
}

test('a message is heard by everyone who reads the room, once, and by nobody else', async () => {
  await using w = await live()
  const id = newId()
  must(
    await w.desk.call(e.openRoom, {
      body: { id, title: '회의', parties: [{ kind: 'person', personId: w.requester.id }] },
    }),
  )
  const [desk, requester, transport] = [w.desk, w.requester, w.transport].map((person) => listen(w, person))
  assert.ok(desk && requester && transport)
  for (const one of [desk, requester, transport]) await one.until('hello', ({ event }) => event === 'hello')
  await say(w.desk, id, '하나')
  await say(w.requester, id, '둘')
  for (const one of [desk, requester]) {
    await one.until('둘', isText('둘'))
    assert.deepEqual(textsOf(one.events), ['하나', '둘'])
  }
  assert.deepEqual(textsOf(transport.events), [])
  for (const one of [desk, requester, transport]) one.close()
})

test('who was away hears everything of theirs after the number they name, and nothing twice', async () => {
  await using w = await live()
  const id = newId()
  must(
    await w.desk.call(e.openRoom, {
      body: { id, title: '회의', parties: [{ kind: 'person', personId: w.requester.id }] },
    }),
  )
  const first = listen(w, w.requester)
  await say(w.desk, id, '하나')
  await first.until('하나', isText('하나'))
  first.close()
  await say(w.desk, id, '둘')
  await say(w.desk, id, '셋')
  const again = listen(w, w.requester, first.lastId())
  await again.until('셋', isText('셋'))
  assert.deepEqual(textsOf(again.events), ['둘', '셋'])
  assert.deepEqual(
    again.hellos.map(({ known }) => known),
    [true],
  )
  again.close()
})

test('a number that does not exist here is answered with reset, and something that is no number is refused', async () => {
  await using w = await live()
  const ahead = listen(w, w.desk, '999999999')
  await ahead.until('reset', ({ event }) => event === 'reset')
  ahead.close()
  const headers = { cookie: String(w.desk.headers.cookie) }
  const wrong = await fetch(`${w.test.cell.url}${ROOM_EVENTS_PATH}`, { headers: { ...headers, 'last-event-id': 'x' } })
  assert.equal(wrong.status, 400)
  assert.equal((await fetch(`${w.test.cell.url}${ROOM_EVENTS_PATH}`)).status, 401)
})

test('a hospital whose offer is over is told so, and hears nothing that is said afterwards', async () => {
  await using w = await live()
  const request = await w.matching()
  const offered = must(
    await w.desk.call(b.sendOffers, { params: { id: request.id }, body: { version: request.version } }),
  )
  const room = must(await w.desk.call(e.roomOfRequest, { params: { id: request.id } }))
  const [hospital, other] = w.hospitals
  assert.ok(hospital && other)
  const heard = listen(w, hospital.desk)
  const stays = listen(w, other.desk)
  await heard.until('hello', ({ event }) => event === 'hello')
  await stays.until('hello', ({ event }) => event === 'hello')
  await say(w.desk, room.id, '여쭙니다')
  await heard.until('여쭙니다', isText('여쭙니다'))
  const offer = offered.offers.find(({ hospitalId }) => hospitalId === hospital.id)
  must(
    await hospital.desk.call(b.actOnOffer, {
      params: { id: offer?.id ?? '' },
      body: { act: { event: 'decline', reason: 'staff' } },
    }),
  )
  await say(w.desk, room.id, '다른 병원에만')
  await stays.until('다른 병원에만', isText('다른 병원에만'))
  await heard.until('members changed', isKind('room-changed', 'members'))
  assert.deepEqual(textsOf(heard.events), ['여쭙니다'])
  heard.close()
  stays.close()
})

test('a step of the request is told to its room', async () => {
  await using w = await live()
  const request = await w.matching()
  const heard = listen(w, w.requester)
  await heard.until('hello', ({ event }) => event === 'hello')
  must(await w.desk.call(b.sendOffers, { params: { id: request.id }, body: { version: request.version } }))
  await heard.until('request changed', isKind('room-changed', 'request'))
  heard.close()
})

test('who is asked to acknowledge is told on the screen, and the record says that the screen was there', async () => {
  await using w = await live()
  const id = newId()
  must(
    await w.desk.call(e.openRoom, {
      body: { id, title: '회의', parties: [{ kind: 'person', personId: w.requester.id }] },
    }),
  )
  const heard = listen(w, w.requester)
  await heard.until('hello', ({ event }) => event === 'hello')
  const by = new Date(w.test.clock.now().getTime() + 600_000).toISOString()
  const body: NewMessage = {
    id: newId(),
    body: { kind: 'text', text: '확인 바랍니다' },
    needsAck: { by, from: { kind: 'person', personId: w.requester.id } },
  }
  const sent = must(await w.desk.call(e.postMessage, { params: { id }, body }))
  await heard.until('ack wanted', isKind('ack-wanted'))
  const { steps } = must(await w.desk.call(e.messageReceipts, { params: { id: sent.id } }))
  assert.deepEqual(
    steps.map(({ channel, outcome }) => [channel, outcome]),
    [['push', 'told']],
  )
  heard.close()
})

test('a screen that takes nothing is cut off and keeps nobody waiting', async () => {
  await using w = await live()
  const id = newId()
  must(
    await w.desk.call(e.openRoom, {
      body: { id, title: '회의', parties: [{ kind: 'person', personId: w.requester.id }] },
    }),
  )
  const { hostname, port } = new URL(w.test.cell.url)
  const stuck = connect(Number(port), hostname)
  let ended = false
  stuck.on('close', () => {
    ended = true
  })
  stuck.on('error', () => undefined)
  stuck.write(`GET ${ROOM_EVENTS_PATH} HTTP/1.1\r\nhost: x\r\ncookie: ${w.requester.headers.cookie}\r\n\r\n`)
  stuck.pause()
  const quick = listen(w, w.desk)
  await quick.until('hello', ({ event }) => event === 'hello')
  const long = '가'.repeat(4_000)
  const writers = await Promise.all([w.desk, w.requester].map(async (person) => person))
  for (let at = 0; at < 400; at += 8)
    await Promise.all(Array.from({ length: 8 }, (_, n) => say(writers[n % 2] ?? w.desk, id, long)))
  await say(w.desk, id, '마지막')
  await quick.until('마지막', isText('마지막'), 30_000)
  stuck.resume()
  await eventually('the stuck screen is cut off', () => ended)
  quick.close()
})
