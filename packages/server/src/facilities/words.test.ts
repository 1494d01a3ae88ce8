import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BED_CLASSES } from '@dure/contract'
import fc from 'fast-check'
import { foldWord, noWords, readWord, type SaidWord, standingWords, type Words, wordsBetween } from './words.ts'

const NOW = new Date('2026-01-05T12:00:00Z')
const LATER = new Date(NOW.getTime() + 3_600_000).toISOString()
const classes = fc.option(fc.subarray(BED_CLASSES.slice(0, 3), { minLength: 1 }), { nil: null })
const until = fc.constantFrom(null, LATER)
const code = fc.constantFrom('trauma', 'eq_ecmo')
const statement = fc.oneof(
  fc.record({
    kind: fc.constant('intake-stopped'),
    bedClasses: classes,
    reason: fc.constantFrom('staff', 'beds'),
    until,
  }),
  fc.record({ kind: fc.constant('intake-resumed'), bedClasses: classes }),
  fc.record({ kind: fc.constant('capability-said'), code, answer: fc.constantFrom('yes', 'no', 'unknown'), until }),
  fc.record({ kind: fc.constant('capability-withdrawn'), code }),
)
const words = fc.array(statement, { maxLength: 12 }).map((list) =>
  list.reduce((folded, { kind, ...body }) => {
    const said = readWord({ kind, at: NOW.toISOString(), body: { hospitalId: 'H-1', ...body } })
    assert(said !== undefined)
    foldWord(folded, said)
    return folded
  }, noWords()),
)
const plain = ({ stops, answers }: Words) => ({
  stops: [...stops].map(([key, { reason, until: end }]) => [key, reason, end?.toISOString()]).sort(),
  answers: [...answers].map(([key, { answer, until: end }]) => [key, answer, end?.toISOString()]).sort(),
})

test('between any two states of a hospital’s words lie words that lead from one to the other, and none where they are the same', () => {
  fc.assert(
    fc.property(words, words, (from, to) => {
      const then: Words = { stops: new Map(from.stops), answers: new Map(from.answers) }
      for (const { statement: next, at } of wordsBetween(from, to)) {
        const said: SaidWord = { hospitalId: 'H-1', statement: next, at: at ?? NOW }
        foldWord(then, said)
      }
      assert.deepEqual(plain(then), plain(to))
      assert.deepEqual(wordsBetween(to, then), [])
    }),
  )
})

test('a word whose time is over does not stand', () => {
  fc.assert(
    fc.property(words, (said) => {
      const after = standingWords(said, new Date(LATER))
      for (const { until: end } of [...after.stops.values(), ...after.answers.values()]) assert.equal(end, null)
      assert.deepEqual(plain(standingWords(said, NOW)), plain(said))
    }),
  )
})

test('what is no word of a hospital is not read as one', () => {
  const at = NOW.toISOString()
  assert.equal(readWord({ kind: 'slot-stated', at, body: { hospitalId: 'H-1' } }), undefined)
  assert.equal(readWord({ kind: 'intake-resumed', at, body: {} }), undefined)
  assert.equal(readWord({ kind: 'intake-stopped', at, body: { hospitalId: 'H-1', reason: 'weather' } }), undefined)
})
