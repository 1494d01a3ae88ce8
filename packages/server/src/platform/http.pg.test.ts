import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { endpoint, PROBLEMS, Problem, problemType } from '@dure/contract'
import fc from 'fast-check'
import { z } from 'zod'
import { type TestCell, testCell } from '../testing/cell.ts'
import { manualClock } from '../testing/clock.ts'
import { BODY_LIMIT_BYTES, serve } from './http.ts'
import { appendOp } from './oplog.ts'
import { err, ok } from './result.ts'

const Note = z
  .object({
    text: z.string().min(1).max(50),
    tags: z
      .array(z.enum(['a', 'b']))
      .max(3)
      .default([]),
  })
  .strict()

const writeNote = endpoint({
  id: 'writeNote',
  method: 'POST',
  path: '/api/test/notes/:id',
  summary: 'Writes a note',
  auth: 'session',
  roles: ['placement_desk'],
  params: z.object({ id: z.string().max(20) }),
  query: z.object({ times: z.coerce.number().int().min(1).max(3).default(1) }),
  body: Note,
  response: { status: 201, schema: z.object({ id: z.string(), count: z.int() }) },
  problems: ['wrong-state'],
})

const breakDown = endpoint({
  id: 'breakDown',
  method: 'GET',
  path: '/api/test/broken',
  summary: 'Throws',
  auth: 'public',
  response: { status: 200, schema: z.object({}) },
  problems: [],
})

/** A cell that also serves two routes of ours. Writing a note appends ops; a text of "refuse" is refused after the fact. */
const cellWithNotes = (env: Record<string, string> = {}): Promise<TestCell> =>
  testCell({
    env,
    clock: manualClock(),
    routes: (http) => {
      const { db } = http.deps
      serve(http)(writeNote, async ({ params, query, body, now }) => {
        if (body.text === 'refuse')
          return err({ code: 'wrong-state' as const, pointer: '/body/text', detail: 'not now' })
        await db.tx(async (tx) => {
          for (let time = 0; time < query.times; time += 1)
            await appendOp(tx, { kind: 'noted', subject: params.id, body: {}, audience: {}, at: now })
        })
        return ok({ id: params.id, count: query.times, secret: 'not in the contract' })
      })
      serve(http)(breakDown, () => {
        throw new Error('the patient is called HIDE')
      })
    },
  })

const notes = async ({ cell }: TestCell): Promise<number> =>
  (await cell.deps.db.sql<{ n: number }>('select count(*)::int as n from platform.outbox'))[0]?.n ?? -1

const problemOf = (answer: { statusCode: number; headers: object; body: string }) => {
  const problem = Problem.parse(JSON.parse(answer.body))
  assert.equal(problem.status, answer.statusCode)
  assert.equal(problem.type, problemType(problem.code))
  assert.equal(problem.title, PROBLEMS[problem.code].title_en)
  assert.match(String((answer.headers as Record<string, string>)['content-type']), /^application\/problem\+json/)
  return problem
}

const post = { method: 'POST', url: '/api/test/notes/N1' } as const

test('an answer has the members its contract names, and no others', async () => {
  await using test = await cellWithNotes()
  const person = await test.person()
  const answer = await person.inject({ ...post, payload: { text: 'hello' } })
  assert.equal(answer.statusCode, 201)
  assert.deepEqual(answer.json(), { id: 'N1', count: 1 })
})

test('every fault of the input is pointed at', async () => {
  await using test = await cellWithNotes()
  const person = await test.person()
  const answer = await person.inject({
    ...post,
    url: '/api/test/notes/N1?times=9',
    payload: { text: '', tags: ['a', 'c'], more: 1 },
  })
  const problem = problemOf(answer)
  assert.equal(problem.code, 'invalid-input')
  assert.deepEqual(problem.errors?.map(({ pointer }) => pointer).sort(), [
    '/body/more',
    '/body/tags/1',
    '/body/text',
    '/query/times',
  ])
  assert.equal(await notes(test), 0)
})

test('a refusal of the handler is answered by the table, with its pointer and detail', async () => {
  await using test = await cellWithNotes()
  const person = await test.person()
  const problem = problemOf(await person.inject({ ...post, payload: { text: 'refuse' } }))
  assert.deepEqual(
    [problem.code, problem.status, problem.pointer, problem.detail],
    ['wrong-state', 409, '/body/text', 'not now'],
  )
})

test('without a session, with a false one, or without the role nothing is done', async () => {
  await using test = await cellWithNotes()
  const requester = await test.person({ role: 'requester' })
  const payload = { text: 'hello' }
  const nobody = await test.inject({ ...post, headers: { 'x-dure': '1' }, payload })
  const forged = await test.inject({ ...post, headers: { 'x-dure': '1', cookie: 'dure_session=AAAA' }, payload })
  assert.deepEqual(
    [nobody, forged].map((answer) => problemOf(answer).code),
    ['sign-in-needed', 'sign-in-needed'],
  )
  assert.equal(problemOf(await requester.inject({ ...post, payload })).code, 'not-allowed')
  assert.equal(await notes(test), 0)
})

test('a write from a page elsewhere is refused, although the cookie came along', async () => {
  await using test = await cellWithNotes()
  const person = await test.person()
  const { cookie = '' } = person.headers
  const payload = { text: 'hello' }
  const withoutHeader = await test.inject({ ...post, headers: { cookie }, payload })
  const elsewhere = await person.inject({ ...post, headers: { origin: 'https://evil.example' }, payload })
  const opaque = await person.inject({ ...post, headers: { origin: 'null' }, payload })
  for (const answer of [withoutHeader, elsewhere, opaque]) assert.equal(problemOf(answer).code, 'not-allowed')
  assert.equal(await notes(test), 0)
  const own = await person.inject({ ...post, headers: { origin: 'http://localhost', host: 'localhost' }, payload })
  assert.equal(own.statusCode, 201)
})

test('a body that is too large, too deep, of another type, broken, or that reaches for a prototype is refused', async () => {
  await using test = await cellWithNotes()
  const person = await test.person()
  const send = (payload: string | Buffer, type = 'application/json') =>
    person.inject({ ...post, payload, headers: { 'content-type': type } })
  const codes = async (...answers: ReturnType<typeof send>[]) =>
    Promise.all(answers.map(async (answer) => problemOf(await answer).code))
  assert.deepEqual(
    await codes(
      send(JSON.stringify({ text: 'x'.repeat(BODY_LIMIT_BYTES) })),
      send('['.repeat(100_000)),
      send('text=hello', 'application/x-www-form-urlencoded'),
      send('<note/>', 'text/xml'),
      send('{"text":'),
      send('{"text":"a","__proto__":{"roles":["admin"]}}'),
      send('{"text":"a\\u0000"}'),
      send(Buffer.from([0x7b, 0xff, 0x7d])),
      send(''),
    ),
    [
      'too-large',
      'invalid-input',
      'unsupported-media',
      'unsupported-media',
      'invalid-input',
      'invalid-input',
      'invalid-input',
      'invalid-input',
      'invalid-input',
    ],
  )
  assert.equal(await notes(test), 0)
})

test('whatever is sent, the answer is a refusal that says where, never a fault of the server, and nothing changes', async () => {
  await using test = await cellWithNotes()
  const person = await test.person()
  const hostile = fc.oneof(
    fc.jsonValue({ maxDepth: 6 }),
    fc.record({ text: fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.jsonValue()), tags: fc.jsonValue() }),
  )
  const id = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom('../..', '%00', '%', '\ud800', "'; drop table"),
  )
  await fc.assert(
    fc.asyncProperty(hostile, id, fc.string({ unit: 'binary', maxLength: 10 }), async (body, raw, times) => {
      fc.pre(!(Note.safeParse(body).success && ['', '1', '2', '3'].includes(times.trim())))
      const url = `/api/test/notes/${encode(raw)}?times=${encode(times)}`
      const answer = await person.inject({
        method: 'POST',
        url,
        payload: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      })
      if (answer.statusCode === 201) return
      const problem = problemOf(answer)
      assert(problem.status < 500, `${url} ${JSON.stringify(body)}`)
      if (problem.code === 'invalid-input') assert.notEqual(problem.pointer, undefined)
    }),
    { numRuns: 150 },
  )
})

const encode = (raw: string): string => {
  try {
    return encodeURIComponent(raw)
  } catch {
    return '%ED%A0%80'
  }
}

test('an unknown address and a method that is not served are told apart', async () => {
  await using test = await cellWithNotes()
  assert.equal(problemOf(await test.inject({ url: '/api/nowhere' })).code, 'not-found')
  const answer = await test.inject({ method: 'DELETE', url: '/api/test/notes/N1' })
  assert.equal(problemOf(answer).code, 'method-not-allowed')
  assert.equal(answer.headers.allow, 'POST')
})

test('a bug is answered without its words', async () => {
  await using test = await cellWithNotes()
  const answer = await test.inject({ url: '/api/test/broken' })
  assert.equal(problemOf(answer).code, 'internal')
  assert.doesNotMatch(answer.body, /HIDE|Error/)
})

test('what is not HTTP gets a problem and its connection closed', async () => {
  await using test = await testCell({ listen: true, env: { DURE_HOST: '127.0.0.1' } })
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(test.cell.url).port), '127.0.0.1', () => socket.write('HELLO\r\n\r\n'))
    let text = ''
    socket.on('data', (data) => {
      text += data
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
  assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*problem\+json[\s\S]*invalid-input/)
})

test('under load ordinary routes are shed with a time to come back, and desk routes go on', async () => {
  await using test = await testCell({ load: { delayMs: () => 1_000 } })
  const person = await test.person()
  const shed = await test.inject({ url: '/openapi.json' })
  assert.equal(problemOf(shed).code, 'overloaded')
  assert.equal(shed.headers['retry-after'], '2')
  assert.equal((await person.inject({ url: '/api/me' })).statusCode, 200)
})

test('every answer carries the headers that keep the page ours', async () => {
  await using test = await testCell()
  for (const url of ['/healthz', '/api/nowhere', '/api-docs']) {
    const { headers } = await test.inject({ url })
    assert.match(String(headers['content-security-policy']), /default-src 'self'/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'no-referrer')
  }
})
