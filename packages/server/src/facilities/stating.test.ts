import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BED_CLASSES, type BedClass, hospitalStatement } from '@dure/contract'
import fc from 'fast-check'
import { answerAt, factOf } from './answers.ts'
import { linesOf } from './stating.ts'
import { stoppedAt } from './stops.ts'

const NOW = new Date('2026-01-05T12:00:00Z')
const inHours = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000).toISOString()
const say = (statement: object, stopped: readonly (BedClass | null)[] = []) =>
  linesOf(hospitalStatement.parse(statement), stopped, NOW)
const refused = (result: ReturnType<typeof say>) => (result.ok ? 'ok' : `${result.error.code} ${result.error.pointer}`)

test('a stop of some classes is a line for each, once', () => {
  const lines = say({
    say: 'stop',
    bedClasses: ['CRITICAL', 'MODERATE', 'CRITICAL'],
    reason: 'staff',
    until: inHours(8),
  })
  assert(lines.ok)
  assert.deepEqual(
    lines.value.map(({ said, bedClass, reason, until }) => [said, bedClass, reason, until?.toISOString()]),
    [
      ['stop', 'CRITICAL', 'staff', inHours(8)],
      ['stop', 'MODERATE', 'staff', inHours(8)],
    ],
  )
})

test('a word ends in the future, and within a month', () => {
  assert.equal(refused(say({ say: 'stop', reason: 'staff', until: inHours(0) })), 'invalid-input /body/statement/until')
  assert.equal(refused(say({ say: 'stop', reason: 'staff', until: inHours(24 * 31) })), 'ok')
  const long = { say: 'capability', code: 'trauma', answer: 'no', until: inHours(24 * 31 + 1) }
  assert.equal(refused(say(long)), 'invalid-input /body/statement/until')
})

test('only what is stopped is resumed, and a stop of the whole as a whole', () => {
  const at = '/body/statement/bedClasses'
  assert.equal(refused(say({ say: 'resume' })), `wrong-state ${at}`)
  assert.equal(refused(say({ say: 'resume', bedClasses: ['MODERATE'] }, ['CRITICAL'])), `wrong-state ${at}`)
  assert.equal(refused(say({ say: 'resume', bedClasses: ['CRITICAL'] }, [null, 'CRITICAL'])), `wrong-state ${at}`)
  const all = say({ say: 'resume' }, [null, 'CRITICAL'])
  assert(all.ok)
  assert.deepEqual(
    all.value.map(({ said, bedClass }) => [said, bedClass]),
    [
      ['resume', null],
      ['resume', 'CRITICAL'],
    ],
  )
})

test('a stop stands from when it was said until its end, and not at its end', () => {
  fc.assert(
    fc.property(
      fc.option(fc.constantFrom(...BED_CLASSES), { nil: null }),
      fc.option(fc.integer({ min: -600, max: 600 }), { nil: null }),
      (bedClass, endsInMin) => {
        const until = endsInMin === null ? null : new Date(NOW.getTime() + endsInMin * 60_000)
        const { whole, byClass } = stoppedAt({ stops: [{ bedClass, reason: 'other', since: NOW, until }] }, NOW)
        const stands = endsInMin === null || endsInMin > 0
        assert.equal(whole !== null || byClass.size > 0, stands)
        assert.equal(whole !== null, stands && bedClass === null)
      },
    ),
  )
})

test('the own word counts until its end; at its end what others say counts again', () => {
  const until = new Date(inHours(2))
  const own = (answer: 'yes' | 'no' | 'unknown') =>
    factOf({ answer, source: 'hospital', asOf: NOW, receivedAt: NOW, flags: [], until })
  const other = factOf({ answer: 'yes', source: 'register', asOf: null, receivedAt: NOW, flags: [], until: null })
  const at = (answer: 'yes' | 'no' | 'unknown', when: Date) =>
    answerAt({ capabilities: new Map([['trauma' as const, [own(answer), other]]]) }, 'trauma', when)
  assert.equal(at('no', NOW), 'no')
  assert.equal(at('no', new Date(until.getTime() - 1)), 'no')
  assert.equal(at('no', until), 'yes')
  // "We do not know now" is a word too: the register's yes is not relied on without asking.
  assert.equal(at('unknown', NOW), 'unknown')
  assert.equal(at('unknown', until), 'yes')
})
