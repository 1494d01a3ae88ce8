import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { codeOf, LUNCH, newRoot, nodeCrypto, type Root, rootSet } from '../test/strip-fixture.ts'
import { utf8 } from './bytes.ts'
import { anchorOf, buildPack, freshnessOf, openPack, type Pack, updatePack } from './pack.ts'
import type { RootSet } from './pack-manifest.ts'
import { unwrap } from './result.ts'

const DAY_MS = 86_400_000
const roots = await Promise.all(['a', 'b', 'c', 'd'].map(newRoot))
const [a, b, c, d] = roots as [Root, Root, Root, Root]
const TWO_OF_THREE = rootSet(2, a, b, c)

const next = async (
  previous: Pack | undefined,
  options: { roots?: RootSet; by?: Root[]; text?: string; keepLinks?: number } = {},
) => {
  const number = (previous?.manifest.number ?? 0) + 1
  const sections = new Map([['rules', utf8(options.text ?? `rules of pack ${number}`)]])
  const draft = {
    issuedAt: LUNCH + number * DAY_MS,
    roots: options.roots ?? previous?.manifest.roots ?? TWO_OF_THREE,
    sections,
  }
  const signers = (options.by ?? [a, b]).map((root) => root.signer)
  return unwrap(await buildPack(nodeCrypto, draft, previous, signers, options.keepLinks))
}
const chain = async (length: number): Promise<Pack[]> => {
  const packs: Pack[] = []
  for (let i = 0; i < length; i++) packs.push(await next(packs.at(-1)))
  return packs
}
const FIVE = await chain(5)
const five = (number: number): Pack => FIVE[number - 1] as Pack
const update = async (held: Pack, offered: Pack | Uint8Array) =>
  codeOf(await updatePack(nodeCrypto, held, offered instanceof Uint8Array ? offered : offered.bytes))

test('a pack opens with the root keys built into the app, and gives its sections', async () => {
  const pack = unwrap(await openPack(nodeCrypto, five(1).bytes, { roots: TWO_OF_THREE }))
  assert.deepEqual(pack.sections.get('rules'), utf8('rules of pack 1'))
  assert.deepEqual(pack.hash, five(1).hash)
  assert.equal(codeOf(await openPack(nodeCrypto, five(1).bytes, { roots: rootSet(1, d) })), 'pack-signature')
})

test('a door that was away takes the newest pack at once: the links prove that it follows', async () => {
  assert.equal(await update(five(1), five(5)), 'ok')
  assert.equal(await update(five(4), five(5)), 'ok')
  assert.equal(await update(five(5), five(5)), 'ok')
})

test('a pack that is older is refused', async () => {
  for (const older of [1, 2, 3, 4]) assert.equal(await update(five(5), five(older)), 'pack-older')
})

test('two packs of one number are a fork to report', async () => {
  assert.equal(await update(five(5), await next(five(4), { text: 'another fifth' })), 'pack-forked')
})

test('a pack that follows from another history is refused although the right keys have signed it', async () => {
  const fork = await next(await next(five(3), { text: 'another fourth' }))
  assert.equal(await update(five(4), fork), 'pack-chain')
})

test('without the heads in between a pack is not taken', async () => {
  const sixth = await next(five(5), { keepLinks: 1 })
  assert.equal(await update(five(4), sixth), 'ok')
  assert.equal(await update(five(3), sixth), 'pack-gap')
})

test('one signature too few, or one twice, is refused', async () => {
  assert.equal(await update(five(5), await next(five(5), { by: [a] })), 'pack-signature')
  assert.equal(await update(five(5), await next(five(5), { by: [a, d] })), 'pack-signature')
  const twice = { threshold: 2, keys: [a.root, { ...a.root, kid: 'again' }] }
  const packed = await next(undefined, { roots: twice, by: [a, { ...a, signer: { ...a.signer, kid: 'again' } }] })
  assert.equal(codeOf(await openPack(nodeCrypto, packed.bytes, { roots: twice })), 'pack-signature')
})

test('root keys change from pack to pack: old and new keys sign the change, then the new ones alone', async () => {
  const rotated = rootSet(2, c, d)
  const sixth = await next(five(5), { roots: rotated, by: [a, b, c, d] })
  const seventh = await next(sixth, { by: [c, d] })
  assert.equal(await update(five(5), sixth), 'ok')
  assert.equal(await update(five(2), seventh), 'ok', 'straight across the change')
  assert.equal(
    codeOf(await openPack(nodeCrypto, seventh.bytes, { roots: TWO_OF_THREE })),
    'ok',
    'an app with the first keys only',
  )
  assert.equal(await update(sixth, await next(sixth, { by: [a, b] })), 'pack-signature', 'retired keys sign nothing')
  assert.equal(
    await update(five(5), await next(five(5), { roots: rotated, by: [a, b] })),
    'pack-signature',
    'unproven new keys',
  )
  assert.equal(await update(five(5), await next(five(5), { roots: rotated, by: [c, d] })), 'pack-signature', 'a coup')
})

test('no bit of a pack can be changed and no byte cut off', async () => {
  const { bytes } = five(3)
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
      const changed = bytes.slice()
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const opened = await updatePack(nodeCrypto, five(2), changed)
      // A flipped bit in a link that is older than what is held changes nothing that is looked at.
      if (opened.ok) assert.deepEqual([opened.value.hash, opened.value.sections], [five(3).hash, five(3).sections])
    }),
    { numRuns: 300 },
  )
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), async (length) =>
      assert.notEqual(await update(five(2), bytes.subarray(0, length)), 'ok'),
    ),
    { numRuns: 200 },
  )
})

test('a section that is changed, missing or added is refused', async () => {
  const other = unwrap(
    await buildPack(
      nodeCrypto,
      { issuedAt: LUNCH, roots: TWO_OF_THREE, sections: new Map([['rules', utf8('x')]]) },
      undefined,
      [a.signer, b.signer],
    ),
  )
  const swap = (from: string, to: string) => {
    const text = Buffer.from(other.bytes).toString('latin1')
    const at = text.lastIndexOf(from)
    return Uint8Array.from(Buffer.from(text.slice(0, at) + to + text.slice(at + from.length), 'latin1'))
  }
  const open = async (bytes: Uint8Array) => codeOf(await openPack(nodeCrypto, bytes, { roots: TWO_OF_THREE }))
  assert.equal(await open(other.bytes), 'ok')
  assert.equal(await open(swap('\x41x', '\x41y')), 'pack-section')
  assert.equal(await open(swap('\xa1\x65rules\x41x', '\xa0')), 'pack-section')
  assert.equal(await open(swap('\x65rules\x41x', '\x65ruled\x41x')), 'pack-section')
})

test('no bytes at all make the reader throw', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) =>
      assert.notEqual(await update(five(1), bytes), 'ok'),
    ),
  )
})

test('packs passed from verifier to verifier in any order end at the newest one and never go back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 }), async (offers) => {
      let held = five(1)
      let highest = 1
      for (const number of offers) {
        const taken = await updatePack(nodeCrypto, held, five(number).bytes)
        if (taken.ok) held = taken.value
        highest = Math.max(highest, number)
        assert.equal(held.manifest.number, highest)
      }
    }),
    { numRuns: 30 },
  )
  assert.deepEqual(anchorOf(five(2)), { roots: five(2).manifest.roots, number: 2, hash: five(2).hash })
})

test('a pack is fresh for three days, ageing until fourteen, then old; a clock before its making is told', () => {
  const state = (days: number) => freshnessOf(five(1), five(1).manifest.issuedAt + days * DAY_MS).state
  assert.deepEqual([0, 2.99, 3, 13.99, 14, 400].map(state), ['fresh', 'fresh', 'ageing', 'ageing', 'old', 'old'])
  assert.equal(state(-1), 'clock-behind')
  assert.equal(state(-0.01), 'fresh')
})
