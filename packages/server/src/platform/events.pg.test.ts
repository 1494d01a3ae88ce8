import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Role } from '@dure/contract'
import { type TestCell, type TestPerson, testCell } from '../testing/cell.ts'
import { makeEventHub } from './events.ts'
import { type Audience, appendOp } from './oplog.ts'

const say = async ({ cell }: TestCell, subject: string, audience: Audience): Promise<void> => {
  const at = cell.deps.clock.now()
  await cell.deps.db.tx((tx) => appendOp(tx, { kind: 'tested', subject, body: { subject }, audience, at }))
}

interface Message {
  readonly id: string
  readonly event: string
  readonly data: { readonly seq: string; readonly kind?: string; readonly subject?: string }
}

/** A browser's view of the stream: messages one after another. */
const follow = async (test: TestCell, person: TestPerson, headers: Record<string, string> = {}) => {
  const stop = new AbortController()
  const response = await fetch(`${test.cell.url}/api/events`, {
    headers: { cookie: person.headers.cookie ?? '', ...headers },
    signal: stop.signal,
  })
  assert.equal(response.status, 200)
  assert(response.body !== null)
  const messages = readMessages(response.body)
  return {
    next: async (): Promise<Message> => {
      const { value } = await messages.next()
      assert(value !== undefined, 'the stream ended')
      return value
    },
    close: () => stop.abort(),
  }
}

async function* readMessages(body: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = new Map(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
      )
      text = text.slice(end + 2)
      const data = fields.get('data')
      if (data !== undefined)
        yield { id: fields.get('id') ?? '', event: fields.get('event') ?? 'message', data: JSON.parse(data) }
    }
  }
}

const live = () => testCell({ listen: true, background: true, env: { DURE_HOST: '127.0.0.1' } })

test('a screen hears what happens after it came, with the number of each', async () => {
  await using test = await live()
  const person = await test.person()
  await say(test, 'before', { all: true })
  while ((await test.cell.deps.db.sql(`select from platform.oplog where kind = 'tested'`)).length === 0)
    await test.cell.sequence()
  const stream = await follow(test, person)
  const hello = await stream.next()
  assert.deepEqual([hello.event, hello.id], ['hello', '2'])
  await say(test, 'after', { all: true })
  const message = await stream.next()
  assert.deepEqual([message.id, message.data.subject, message.data.kind], ['3', 'after', 'tested'])
  stream.close()
})

test('a screen that was away sends its number back and misses nothing', async () => {
  await using test = await live()
  const person = await test.person()
  const first = await follow(test, person)
  await first.next()
  await say(test, 'A', { all: true })
  const { id } = await first.next()
  first.close()
  for (const subject of ['B', 'C', 'D']) await say(test, subject, { all: true })
  const second = await follow(test, person, { 'last-event-id': id })
  assert.equal((await second.next()).event, 'hello')
  const heard = [await second.next(), await second.next(), await second.next()]
  assert.deepEqual(
    heard.map(({ data }) => data.subject),
    ['B', 'C', 'D'],
  )
  second.close()
})

test('a number this cell never gave means: fetch everything anew', async () => {
  await using test = await live()
  const stream = await follow(test, await test.person(), { 'last-event-id': '999' })
  assert.equal((await stream.next()).event, 'reset')
  stream.close()
})

test('nobody hears what is not meant for them', async () => {
  await using test = await live()
  const people = await Promise.all(
    (
      [
        ['hospital_desk', 'H1'],
        ['hospital_desk', 'H2'],
        ['placement_desk', null],
        ['transport', null],
      ] as const
    ).map(([role, facilityId]) => test.person({ role: role as Role, facilityId })),
  )
  const streams = await Promise.all(people.map((person) => follow(test, person)))
  for (const stream of streams) await stream.next()
  await say(test, 'for H1', { facilities: ['H1'] })
  await say(test, 'for the desk', { roles: ['placement_desk'] })
  await say(test, 'for nobody', {})
  await say(test, 'for one', { people: [people[3]?.id ?? ''] })
  await say(test, 'end', { all: true })
  const heard = await Promise.all(
    streams.map(async (stream) => {
      const subjects: (string | undefined)[] = []
      while (subjects.at(-1) !== 'end') subjects.push((await stream.next()).data.subject)
      stream.close()
      return subjects
    }),
  )
  assert.deepEqual(heard, [['for H1', 'end'], ['end'], ['for the desk', 'end'], ['for one', 'end']])
})

test('without a session there is no stream, and a number that is none is refused', async () => {
  await using test = await testCell()
  assert.equal((await test.inject({ url: '/api/events' })).statusCode, 401)
  const person = await test.person()
  assert.equal((await person.inject({ url: '/api/events', headers: { 'last-event-id': 'x' } })).statusCode, 400)
})

test('the hub gives every op once and in order, from memory or from the table', async () => {
  await using test = await testCell()
  const { db } = test.cell.deps
  const hub = makeEventHub(db, '28')
  assert.deepEqual(await hub.after(await hub.head()), [])
  await db.tx(async (tx) => {
    for (let index = 1; index <= 450; index += 1)
      await appendOp(tx, { kind: 'tested', subject: `${index}`, body: {}, audience: {}, at: test.clock.now() })
  })
  while ((await test.cell.sequence()) > 0);
  hub.wake()
  const late = makeEventHub(db, '28')
  for (const one of [hub, late]) {
    let cursor = 0n
    for (let page = await one.after(cursor); page.length > 0; page = await one.after(cursor)) {
      for (const op of page) assert.equal(op.seq, ++cursor)
    }
    // The first record opened the epoch.
    assert.equal(cursor, 451n)
  }
})
