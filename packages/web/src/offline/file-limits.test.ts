import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bytesIn, leaving } from './file-limits.ts'
import type { FileEntry } from './files-db.ts'

const entries = fc
  .array(fc.record({ at: fc.nat(50), bytes: fc.integer({ min: 1, max: 100 }) }), { maxLength: 20 })
  .map((all): FileEntry[] => all.map((one, index) => ({ ...one, key: String(index).padStart(2, '0') })))

test('what stays is never more than the bound, except one newest file that alone is more', () => {
  fc.assert(
    fc.property(entries, fc.integer({ min: 1, max: 500 }), (all, most) => {
      const out = new Set(leaving(all, most))
      const stay = all.filter(({ key }) => !out.has(key))
      assert.ok(bytesIn(stay) <= most || stay.length === 1)
    }),
  )
})

test('nothing that leaves was looked at later than what stays, and nothing leaves without need', () => {
  fc.assert(
    fc.property(entries, fc.integer({ min: 1, max: 500 }), (all, most) => {
      const out = new Set(leaving(all, most))
      const stay = all.filter(({ key }) => !out.has(key))
      for (const { key, at } of all) if (out.has(key)) assert.ok(stay.every((one) => one.at >= at))
      if (bytesIn(all) <= most) assert.equal(out.size, 0)
    }),
  )
})
