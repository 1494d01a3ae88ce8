import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pageOf, union } from './union.ts'

interface Item {
  readonly key: string
  readonly text: string
}
const mark = ({ text }: Item) => text
const item: fc.Arbitrary<Item> = fc
  .tuple(fc.integer({ min: 0, max: 30 }), fc.constantFrom('a', 'b'))
  .map(([n, text]) => ({ key: String(n).padStart(3, '0'), text }))
const timeline = fc.array(item, { maxLength: 20 })
const join = (...all: readonly (readonly Item[])[]) => union(mark, ...all)

test('merging rooms is a union: order, repetition and grouping of what comes in change nothing', () => {
  fc.assert(
    fc.property(timeline, timeline, timeline, (a, b, c) => {
      assert.deepEqual(join(a, b), join(b, a))
      assert.deepEqual(join(a, a), join(a))
      assert.deepEqual(join(join(a, b), c), join(a, join(b, c)))
      assert.deepEqual(join(join(a, b), b), join(a, b))
    }),
  )
})

test('nothing is lost in a union and nothing is there twice', () => {
  fc.assert(
    fc.property(timeline, timeline, (a, b) => {
      const keys = join(a, b).map(({ key }) => key)
      assert.deepEqual(keys, [...new Set([...a, ...b].map(({ key }) => key))].sort())
    }),
  )
})

test('pages from either end show every item once and in order', () => {
  fc.assert(
    fc.property(timeline, fc.integer({ min: 1, max: 7 }), (a, limit) => {
      const all = join(a)
      const back: Item[] = []
      for (let before: string | undefined; ; ) {
        const page = pageOf(all, { before, limit })
        back.unshift(...page.items)
        before = page.items[0]?.key
        if (!page.more) break
      }
      assert.deepEqual(back, all)
      const forth: Item[] = []
      for (let after = '!'; ; ) {
        const page = pageOf(all, { after, limit })
        forth.push(...page.items)
        after = page.items.at(-1)?.key ?? after
        if (!page.more) break
      }
      assert.deepEqual(forth, all)
    }),
  )
})
