import assert from 'node:assert/strict'
import { test } from 'node:test'
import { soakRooms } from '../testing/rooms-soak.ts'

/** `npm run soak -- rooms` does this fifty times and reports how fast everybody was back. */
test('the server is killed five times while people write: no acknowledged message is lost, none is there twice, everybody hears all of them', async () => {
  const result = await soakRooms({ kills: 5, writers: 3, listeners: 6, rooms: 2 })
  assert.ok(result.acknowledged > 20, `${result.acknowledged} acknowledged`)
  const { lost, doubled, gaps, unheard, heardTwice, resets } = result
  assert.deepEqual(
    { lost, doubled, gaps, unheard, heardTwice, resets },
    { lost: 0, doubled: 0, gaps: 0, unheard: 0, heardTwice: 0, resets: 0 },
  )
  // Three seconds on a machine of their own (the soak reports them); tests share theirs with other tests.
  assert.ok(result.resumeMaxMs < 10_000, `${result.resumeMaxMs} ms`)
})
