import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type PassIo, passCommand } from '../bin/pass.ts'
import { parseInstant } from '../node/instant.ts'
import { VACCINATION } from './hc1-cases.ts'

type Vector = {
  name: string
  request: Record<string, unknown>
  expect: { verdict: string; code: string; format: string }
}
const vectors = JSON.parse(readFileSync(new URL('../vectors/verify.json', import.meta.url), 'utf8')) as Vector[]
const NOW = Date.parse('2022-01-05T03:00:00Z')

const run = async (argv: string[], input: string | Uint8Array[] = '', files: Record<string, string> = {}) => {
  let out = ''
  let warned = ''
  const io: PassIo = {
    input: (async function* () {
      yield* typeof input === 'string' ? [input] : input
    })(),
    write: (text) => {
      out += text
    },
    warn: (text) => {
      warned += text
    },
    readText: async (path) => files[path] ?? assert.fail(path),
    now: () => NOW,
  }
  const status = await passCommand(argv, io)
  const lines = out.split('\n').slice(0, -1)
  return { status, out, warned, answers: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

test('verify --batch answers every line in order, one line each', async () => {
  const input = vectors.map(({ request }, id) => JSON.stringify({ id, ...request })).join('\n')
  const { status, answers } = await run(['verify', '--batch'], input)
  assert.equal(status, 0)
  const given = answers()
  assert.deepEqual(
    given.map(({ id }) => id),
    vectors.map((_, id) => id),
  )
  for (const [i, { verdict, code, format }] of given.entries()) {
    assert.deepEqual({ verdict, code, format }, vectors[i]?.expect, vectors[i]?.name)
  }
})

test('a malformed line gets its own answer and the others theirs', async () => {
  const good = JSON.stringify({ id: 'good', ...vectors[0]?.request })
  const lines = ['not json', '', '[]', '{"id":7}', '{"id":{"a":1},"text":5,"keys":[]}', 'null', '{"id":"\ud800"}', good]
  const { answers } = await run(['verify', '--batch'], lines.join('\n'))
  const given = answers()
  assert.equal(given.length, lines.length)
  assert.ok(given.slice(0, -1).every(({ verdict, code }) => verdict === 'unknown' && code === 'request-malformed'))
  assert.deepEqual(given[4]?.id, { a: 1 })
  assert.equal(given.at(-1)?.verdict, 'valid')
})

test('lines may come in pieces, in the middle of a character too, and may be too long to hold', async () => {
  const bytes = new TextEncoder().encode(
    `${JSON.stringify({ id: '두레', ...vectors[0]?.request })}\n{"id":"${'x'.repeat(5_000_000)}"}\n{}`,
  )
  const pieces = Array.from({ length: Math.ceil(bytes.length / 997) }, (_, i) => bytes.subarray(i * 997, (i + 1) * 997))
  const given = (await run(['verify', '--batch'], pieces)).answers()
  assert.deepEqual(
    given.map(({ id, code }) => [id, code]),
    [
      ['두레', 'ok'],
      [null, 'request-malformed'],
      [null, 'request-malformed'],
    ],
  )
})

test('a kid is answered as base64, a payload only where the verdict is valid', async () => {
  const named = vectors.find(({ name }) => name === 'JWK with kid in base64')
  assert.ok(named)
  const [key] = named.request.keys as { kid: string }[]
  const expired = { ...named.request, at: '2030-01-01T00:00:00Z' }
  const given = (
    await run(['verify', '--batch'], [named.request, expired].map((line) => JSON.stringify(line)).join('\n'))
  ).answers()
  assert.deepEqual(
    given.map(({ kid, code, payload }) => [kid, code, payload !== undefined]),
    [
      [key?.kid, 'ok', true],
      [key?.kid, 'expired', false],
    ],
  )
})

for (const alg of ['ES256', 'PS256']) {
  test(`what issue writes with ${alg}, inspect reads and verify finds valid`, async () => {
    const pair =
      alg === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' })
    const kid = 'AQIDBAUGBwg='
    const request = { id: 1, pem, kid, issuer: 'KR', expiresAt: '2022-07-01', payload: VACCINATION }
    const [issued] = (await run(['issue', '--batch'], JSON.stringify(request))).answers()
    const [inspected] = (await run(['inspect', '--batch'], JSON.stringify({ id: 2, text: issued?.text }))).answers()
    assert.deepEqual((inspected?.content as Record<string, unknown> | undefined)?.certificate, VACCINATION)
    const keys = JSON.stringify([{ kid, jwk: pair.publicKey.export({ format: 'jwk' }) }])
    const verified = await run(['verify', String(issued?.text), '--keys', 'keys.json'], '', { 'keys.json': keys })
    assert.deepEqual([verified.status, JSON.parse(verified.out).verdict], [0, 'valid'])
    const late = await run(['verify', '-', '--keys', 'keys.json', '--at', '2022-08-01'], String(issued?.text), {
      'keys.json': keys,
    })
    assert.deepEqual([late.status, JSON.parse(late.out).code], [1, 'expired'])
    assert.match(JSON.parse(late.out).holder.ko, /유효 기간/)
  })
}

test('issue --batch writes SMART Health Cards that verify', async () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = pair.privateKey.export({ format: 'jwk' })
  const payload = { resourceType: 'Bundle', type: 'collection', entry: [] }
  const request = {
    id: 1,
    format: 'shc',
    jwk,
    issuer: 'https://issuer.test',
    issuedAt: '2022-01-01',
    payload,
    rid: 'r7',
  }
  const [issued] = (await run(['issue', '--batch'], JSON.stringify(request))).answers()
  const keys = [{ jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid: issued?.kid } }]
  const lines = [issued?.text, issued?.codes].map((text) => JSON.stringify({ text, keys, at: '2022-01-02' }))
  const given = (await run(['verify', '--batch'], lines.join('\n'))).answers()
  assert.deepEqual(
    given.map(({ verdict, kid }) => [verdict, kid]),
    [
      ['valid', issued?.kid],
      ['valid', issued?.kid],
    ],
  )
})

test('wrong use is told, not guessed at', async () => {
  for (const argv of [[], ['forge'], ['verify', '--nonsense'], ['issue']]) {
    const { status, warned } = await run(argv)
    assert.equal(status, 2, argv.join(' '))
    assert.match(warned, /dure pass verify/)
  }
})

test('an instant is read in the spellings that occur', () => {
  const wanted = Date.parse('2021-06-09T15:33:10.036Z')
  const spellings = [
    '2021-06-09T18:33:10.0361019+03:00',
    '2021-06-09T15:33:10.036Z',
    '2021-06-09T15:33:10.036',
    '2021-06-09T15:33:10.036+0000',
    wanted,
    wanted / 1000,
  ]
  for (const text of spellings) assert.equal(parseInstant(text), wanted, String(text))
  for (const text of ['', 'now', '2021-13-01', '2021-06-09T25:00:00Z', Number.NaN, null, {}])
    assert.equal(parseInstant(text), undefined)
})
