import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { idParser, isUlid, makeIds } from './ids.ts'
import { hasRoom, LOAD_LIMITS } from './load.ts'
import { makeLogger } from './logger.ts'
import { mayHear } from './oplog.ts'
import type { Person } from './person.ts'
import { makeRateLimit } from './rate-limit.ts'

test('ids sort in the order they were made, also within a millisecond', () => {
  const ids = makeIds(() => new Date('2026-01-05T00:00:00Z'))
  const made = Array.from({ length: 500 }, () => ids.next())
  assert.deepEqual(made.toSorted(), made)
  assert.equal(new Set(made).size, 500)
  assert(made.every(isUlid))
})

test('only its own parser makes an id', () => {
  const parse = idParser<'Test'>()
  assert.equal(parse('01ARZ3NDEKTSV4RRFFQ69G5FAV'), '01ARZ3NDEKTSV4RRFFQ69G5FAV')
  for (const raw of ['', '01arz3ndektsv4rrffq69g5fav', '81ARZ3NDEKTSV4RRFFQ69G5FAV', "1' or 1=1"])
    assert.equal(parse(raw), undefined)
})

test('under load ordinary requests are refused first, and desk work last', () => {
  assert(hasRoom({ delayMs: 10, inFlight: 3 }, 'ordinary'))
  const busy = { delayMs: LOAD_LIMITS.ordinary.delayMs + 1, inFlight: 3 }
  assert(!hasRoom(busy, 'ordinary'))
  assert(hasRoom(busy, 'desk'))
  assert(!hasRoom({ delayMs: LOAD_LIMITS.desk.delayMs + 1, inFlight: 0 }, 'desk'))
  assert(!hasRoom({ delayMs: 0, inFlight: LOAD_LIMITS.ordinary.inFlight }, 'ordinary'))
})

test('a caller has so many turns in a window, each caller their own', () => {
  const limit = makeRateLimit(2, 1_000)
  const at = (ms: number) => new Date(ms)
  assert.deepEqual(
    [limit.take('a', at(0)), limit.take('a', at(1)), limit.take('a', at(2)), limit.take('b', at(2))],
    [true, true, false, true],
  )
  assert(limit.take('a', at(1_000)))
})

const person = (given: Partial<Person>): Person => ({
  id: 'P1',
  name: '김두레',
  roles: ['hospital_desk'],
  region: '28',
  facilityId: 'H1',
  ...given,
})

test('an op is heard by those it names: by role, by facility, by person, or by all', () => {
  assert(mayHear(person({}), { roles: ['hospital_desk'] }))
  assert(mayHear(person({}), { facilities: ['H1'] }))
  assert(mayHear(person({}), { people: ['P1'] }))
  assert(mayHear(person({}), { all: true }))
  for (const audience of [{}, { roles: ['placement_desk'] as const }, { facilities: ['H2'] }, { people: ['P2'] }])
    assert(!mayHear(person({}), audience))
  assert(!mayHear(person({ facilityId: null }), { facilities: ['H1'] }))
})

const logged = (write: (log: ReturnType<typeof makeLogger>) => void): string => {
  let text = ''
  const sink = new Writable({
    write(chunk, _, done) {
      text += chunk
      done()
    },
  })
  write(makeLogger('info', sink))
  return text
}

test('a log line keeps no patient, no body, no token, wherever they stand', () => {
  const text = logged((log) =>
    log.info(
      { patient: { name: 'HIDE' }, request: { body: 'HIDE' }, a: { b: { token: 'HIDE' } }, phone: 'HIDE' },
      'event',
    ),
  )
  assert.doesNotMatch(text, /HIDE/)
  assert.match(text, /"msg":"event"/)
})

test('a database error is logged by its code, without the row it failed on', () => {
  const error = Object.assign(new Error('duplicate key: (name)=(HIDE)'), {
    code: '23505',
    detail: 'Key (name)=(HIDE)',
    constraint: 'hold_one_per_slot',
  })
  const text = logged((log) => log.error({ err: error }, 'request-failed'))
  assert.doesNotMatch(text, /HIDE/)
  assert.match(text, /hold_one_per_slot/)
})
