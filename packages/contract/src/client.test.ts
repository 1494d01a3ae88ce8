import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { CSRF_HEADER, client } from './client.ts'
import { endpoint, fillPath } from './endpoint.ts'
import { PROBLEM_CODES, PROBLEMS, Problem, toProblem } from './problem.ts'

const rename = endpoint({
  id: 'rename',
  method: 'POST',
  path: '/api/things/:id',
  summary: 'Renames',
  auth: 'session',
  params: z.object({ id: z.string() }),
  query: z.object({ tag: z.array(z.string()).optional(), dry: z.coerce.boolean().optional() }),
  body: z.object({ name: z.string() }),
  response: { status: 200, schema: z.object({ name: z.string() }) },
  problems: ['wrong-state'],
})

const forget = endpoint({
  id: 'forget',
  method: 'DELETE',
  path: '/api/things',
  summary: 'Forgets',
  auth: 'session',
  response: { status: 204, schema: z.undefined() },
  problems: [],
})

/** A server that answers always the same, and remembers what it was asked. */
const serverOf = (answer: () => Response) => {
  const asked: { url: string; init: RequestInit }[] = []
  const fetch = (async (url: string, init: RequestInit) => {
    asked.push({ url, init })
    return answer()
  }) as unknown as typeof globalThis.fetch
  return { asked, call: client('http://cell', fetch) }
}

test('a call goes to the path with its parameters filled in, marked as ours and with a key', async () => {
  const { asked, call } = serverOf(() => Response.json({ name: 'b', more: 1 }))
  const input = { params: { id: 'a/b' }, query: { tag: ['x', 'y'] }, body: { name: 'b' } }
  const answer = await call(rename, input, { key: 'K1' })
  assert.deepEqual(answer, { ok: true, value: { name: 'b' } })
  assert.equal(asked[0]?.url, 'http://cell/api/things/a%2Fb?tag=x&tag=y')
  assert.equal(asked[0]?.init.body, '{"name":"b"}')
  const headers = asked[0]?.init.headers as Record<string, string>
  assert.deepEqual([headers[CSRF_HEADER], headers['idempotency-key']], ['1', 'K1'])
})

test('two calls are two intentions unless they are given one key', async () => {
  const { asked, call } = serverOf(() => new Response(null, { status: 204 }))
  assert.deepEqual(await call(forget), { ok: true, value: undefined })
  await call(forget)
  const keys = asked.map(({ init }) => (init.headers as Record<string, string>)['idempotency-key'])
  assert.notEqual(keys[0], keys[1])
})

test('a refusal comes back as the problem it is', async () => {
  const problem = toProblem({ code: 'wrong-state', pointer: '/body/name', detail: 'taken' }, 'R1')
  const { call } = serverOf(() => Response.json(problem, { status: 409 }))
  const answer = await call(rename, { params: { id: 'a' }, query: {}, body: { name: 'b' } })
  assert.deepEqual(answer, { ok: false, error: problem })
})

test('a page of a proxy in between becomes a problem too', async () => {
  const { call } = serverOf(() => new Response('<html>Bad gateway</html>', { status: 502 }))
  const answer = await call(forget)
  assert(!answer.ok)
  assert.equal(answer.error.code, 'overloaded')
})

test('every code has a status, both titles, and makes a whole problem', () => {
  for (const code of PROBLEM_CODES) {
    const { status, title_ko, title_en } = PROBLEMS[code]
    assert(status >= 400 && status < 600, code)
    assert.match(title_ko, /[가-힣]/, code)
    assert.doesNotMatch(title_en, /[가-힣]/, code)
    assert(Problem.safeParse(toProblem({ code })).success, code)
  }
})

test('a parameter cannot leave its place in the path', () => {
  assert.equal(fillPath('/api/:a/x/:b', { a: '../..', b: '?q=1#' }), '/api/..%2F../x/%3Fq%3D1%23')
})
