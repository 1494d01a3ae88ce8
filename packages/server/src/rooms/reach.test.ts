import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type RoomStanding, reachChanges, SILENT_MS } from './reach.ts'

const now = new Date('2026-01-05T12:00:00Z')
const HOUR_MS = 3_600_000
const ago = (ms: number) => new Date(now.getTime() - ms)
const standing = (origin: string, contactAt: Date | null, mayWrite = false): RoomStanding => ({
  origin,
  contactAt,
  mayWrite,
})

test('a region that falls silent is lost since its last word, and found when it is heard again', () => {
  const lost = [standing('41', ago(SILENT_MS + 1))]
  assert.deepEqual(reachChanges(lost, new Set(), ago(HOUR_MS), now), [
    { change: 'lost', region: '41', since: ago(SILENT_MS + 1) },
  ])
  assert.deepEqual(reachChanges(lost, new Set(['41']), ago(HOUR_MS), now), [])
  const found = [standing('41', ago(1))]
  assert.deepEqual(reachChanges(found, new Set(['41']), ago(HOUR_MS), now), [
    { change: 'found', region: '41', at: ago(1) },
  ])
  assert.deepEqual(reachChanges(found, new Set(), ago(HOUR_MS), now), [])
})

test('a region never heard of, and one this cell writes itself, are not lost', () => {
  const none = [standing('11', null), standing('28', ago(SILENT_MS * 9), true)]
  assert.deepEqual(reachChanges(none, new Set(), ago(HOUR_MS), now), [])
})

test('what nobody listened for is no silence: after a start a region is lost once it was listened for in vain', () => {
  const old = [standing('41', ago(SILENT_MS * 9))]
  assert.deepEqual(reachChanges(old, new Set(), ago(SILENT_MS), now), [])
  const lost = [{ change: 'lost', region: '41', since: ago(SILENT_MS * 9) }]
  assert.deepEqual(reachChanges(old, new Set(), ago(SILENT_MS + 1), now), lost)
  // A line that is open stays open until the region is heard.
  assert.deepEqual(reachChanges(old, new Set(['41']), ago(0), now), [])
})

test('a region whose people work here now is within reach', () => {
  const here = [standing('41', ago(SILENT_MS * 9), true)]
  assert.deepEqual(reachChanges(here, new Set(['41']), ago(HOUR_MS), now), [{ change: 'found', region: '41', at: now }])
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
        for (const change of reachChanges(standings, open, ago(HOUR_MS), now))
          change.change === 'lost' ? open.add(change.region) : open.delete(change.region)
        assert.deepEqual(reachChanges(standings, open, ago(HOUR_MS), now), [])
      },
    ),
  )
})
