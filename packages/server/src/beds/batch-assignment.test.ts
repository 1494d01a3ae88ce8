import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ASSIGNMENT_MOST_REQUESTS, type AssignmentRow, hungarian, suggestAssignment } from './batch-assignment.ts'
import { rank } from './ranking.ts'
import { hospital, north, scene, slot } from './ranking-builders.ts'
import { assignmentEdges } from './ranking-edges.ts'

const row = (requestId: string, edges: readonly (readonly [string, number])[], level = 3): AssignmentRow => ({
  requestId,
  level,
  edges: edges.map(([slotId, cost]) => ({ slotId, hospitalId: `of-${slotId}`, cost })),
})

test('two patients who want the same bed are both placed, at the least sum', () => {
  const { pairs, unplaced } = suggestAssignment([
    row('a', [
      ['1', 10],
      ['2', 20],
    ]),
    row('b', [
      ['1', 11],
      ['2', 90],
    ]),
  ])
  assert.deepEqual(
    pairs.map(({ requestId, slotId }) => [requestId, slotId]),
    [
      ['a', '2'],
      ['b', '1'],
    ],
  )
  assert.deepEqual(unplaced, [])
})

test('when beds are fewer than patients the more pressing is placed, however far', () => {
  const { pairs, unplaced } = suggestAssignment([row('mild', [['1', 10]], 7), row('critical', [['1', 7_000]], 1)])
  assert.deepEqual([pairs[0]?.requestId, unplaced], ['critical', ['mild']])
})

test('nobody is placed where no edge leads', () => {
  assert.deepEqual(suggestAssignment([row('a', [])]), { pairs: [], unplaced: ['a'] })
  assert.deepEqual(suggestAssignment([]), { pairs: [], unplaced: [] })
})

test('more requests than the bound wait for the next suggestion', () => {
  const rows = Array.from({ length: ASSIGNMENT_MOST_REQUESTS + 5 }, (_, at) => row(`r${at}`, [[`s${at}`, 1]]))
  const { pairs, unplaced } = suggestAssignment(rows)
  assert.deepEqual([pairs.length, unplaced.length], [ASSIGNMENT_MOST_REQUESTS, 5])
})

const matrix = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 2 })).chain(([rows, more]) =>
  fc.array(fc.array(fc.nat(50), { minLength: rows + more, maxLength: rows + more }), {
    minLength: rows,
    maxLength: rows,
  }),
)

test('no other assignment is cheaper: checked against all of them', () => {
  const cheapest = (cost: readonly (readonly number[])[], at = 0, used: ReadonlySet<number> = new Set()): number =>
    at === cost.length
      ? 0
      : Math.min(
          ...(cost[at] ?? []).flatMap((own, column) =>
            used.has(column) ? [] : [own + cheapest(cost, at + 1, new Set([...used, column]))],
          ),
        )
  fc.assert(
    fc.property(matrix, (cost) => {
      const chosen = hungarian(
        cost.map((line) => Float64Array.from(line)),
        cost[0]?.length ?? 0,
      )
      assert.equal(new Set(chosen).size, cost.length)
      const sum = [...chosen].reduce((total, column, at) => total + (cost[at]?.[column] ?? Number.NaN), 0)
      assert.equal(sum, cheapest(cost))
    }),
  )
})

test('no slot is suggested twice, and every suggestion is one that would do', () => {
  const anyRows = fc.array(
    fc.uniqueArray(fc.tuple(fc.constantFrom('1', '2', '3', '4'), fc.nat(9_000)), { selector: ([id]) => id }),
    { maxLength: 7 },
  )
  fc.assert(
    fc.property(anyRows, (given) => {
      const rows = given.map((edges, at) => row(`r${at}`, edges, at))
      const { pairs, unplaced } = suggestAssignment(rows)
      assert.equal(new Set(pairs.map(({ slotId }) => slotId)).size, pairs.length)
      assert.equal(pairs.length + unplaced.length, rows.length)
      for (const pair of pairs) {
        const edges = rows.find(({ requestId }) => requestId === pair.requestId)?.edges ?? []
        assert.ok(edges.some(({ slotId, cost }) => slotId === pair.slotId && cost === pair.cost))
      }
    }),
  )
})

test('the edges of a request are the places that fit it at its best hospitals', () => {
  const input = scene({
    hospitals: [hospital('a'), hospital('b', { position: north(20) })],
    slots: [
      slot('1', 'a'),
      slot('2', 'a', { state: 'held' }),
      slot('3', 'a', { bedClass: 'CRITICAL' }),
      slot('4', 'b'),
    ],
  })
  const edges = assignmentEdges(input, rank(input).candidates)
  assert.deepEqual(edges.map(({ slotId }) => slotId).sort(), ['1', '3', '4'])
  const cost = (id: string) => edges.find(({ slotId }) => slotId === id)?.cost ?? 0
  assert.ok(cost('1') < cost('3') && cost('1') < cost('4'))
})
