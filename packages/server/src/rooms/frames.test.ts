import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Frame, FrameRing, frameOf } from './frames.ts'

const frame = (seq: number, key: string): Frame => ({ seq: BigInt(seq), keys: new Set([key]), bytes: Buffer.alloc(0) })

test('who comes back hears everything of theirs after the number they name, in order, or is told that it is not there', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom('a', 'b')), { maxLength: 60 })
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 8 }), fc.nat({ max: 60 }), (all, most, asked) => {
      const ring = new FrameRing(0n, most)
      let seq = 1
      const frames = all.map(([step, key]) => {
        seq += step
        return frame(seq, key)
      })
      for (const one of frames) ring.add([one])
      const after = BigInt(asked)
      const wanted = frames.filter((one) => one.seq > after && one.keys.has('a'))
      if (ring.covers(after)) assert.deepEqual(ring.after(after, ['a']), wanted)
      assert.ok(ring.covers(BigInt(seq)))
    }),
  )
})

test('a frame is a whole chunk of HTTP and carries its number', () => {
  const event = { kind: 'room-changed', roomId: 'r', what: 'request' } as const
  const [head = '', ...rest] = frameOf(7n, new Set(), event).bytes.toString().split('\r\n')
  assert.equal(Number.parseInt(head, 16), Buffer.byteLength(rest[0] ?? ''))
  assert.match(rest[0] ?? '', /^id: 7\ndata: \{.*\}\n\n$/)
})
