import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type RoomStanding, reachChanges, SILENT_MS } from './reach.ts'

const now = new Date('2026-01-05T12:00:00Z')
const ago = (ms: number) => new Date(now.getTime() - ms)
const standing = (origin: string, contactAt: Date | null, mayWrite = false): RoomStanding => ({
  origin,
  contactAt,
  mayWrite,
})

test('a region that falls silent is lost since its last word, and found when it is heard again', () => {
  const lost = [standing('41', ago(SILENT_MS + 1))]
  assert.deepEqual(reachChanges(lost, new Set(), now), [{ change: 'lost', region: '41', since: ago(SILENT_MS + 1) }])
  assert.deepEqual(reachChanges(lost, new Set(['41']), now), [])
  const found = [standing('41', ago(1))]
  assert.deepEqual(reachChanges(found, new Set(['41']), now), [{ change: 'found', region: '41', at: ago(1) }])
  assert.deepEqual(reachChanges(found, new Set(), now), [])
})

test('a region never heard of, and one this cell writes itself, are not lost', () => {
  assert.deepEqual(reachChanges([standing('11', null), standing('28', ago(SILENT_MS * 9), true)], new Set(), now), [])
})

test('looking twice says nothing twice', () => {
  const one = fc.tuple(fc.constantFrom('11', '28', '41'), fc.integer({ min: 0, max: SILENT_MS * 2 }))
  fc.assert(
    fc.property(
      fc.uniqueArray(one, { selector: ([origin]) => origin }),
      fc.uniqueArray(fc.constantFrom('11', '28', '41')),
      (all, lines) => {
        const standings = all.map(([origin, ms]) => standing(origin, ago(ms)))
        const open = new Set<string>(lines)
        for (const change of reachChanges(standings, open, now))
          change.change === 'lost' ? open.add(change.region) : open.delete(change.region)
        assert.deepEqual(reachChanges(standings, open, now), [])
      },
    ),
  )
})
