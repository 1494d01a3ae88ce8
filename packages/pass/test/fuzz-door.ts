import { createNodeCrypto } from '../node/crypto.ts'
import { decodeBase45 } from '../src/base45.ts'
import { fromUtf8, utf8 } from '../src/bytes.ts'
import { checkAtDoor } from '../src/door.ts'
import { updatePack } from '../src/pack.ts'
import { readPackContent } from '../src/pack-content.ts'
import { PROOF_PREFIX } from '../src/proof.ts'
import { unwrap } from '../src/result.ts'
import { decodeNews, encodeNews, NO_REVOCATIONS, updateRevocations } from '../src/revocation.ts'
import { buildStatusBits, diffStatusBits, encodeStatusBits, encodeStatusDelta } from '../src/revocation-bits.ts'
import { buildSuffixList, encodeSuffixList } from '../src/revocation-suffixes.ts'
import { holderOf, issuedWorld } from './world.ts'

/** Good strips, proofs, packs and lists to start from, and the readers that take them, for the fuzzer. */
export const doorFuzz = async () => {
  const crypto = createNodeCrypto()
  const { content, at, strip, device } = await issuedWorld(crypto)
  const text = await holderOf(crypto, strip, device, at)
  const proof = decodeBase45(text.slice(PROOF_PREFIX.length))
  const [one, two] = [buildStatusBits(1, 999, [5]), buildStatusBits(2, 1_001, [7])]
  const delta = encodeStatusDelta(diffStatusBits(one, two))
  const suffixes = encodeSuffixList(
    buildSuffixList(
      1,
      new Uint8Array(160).map((_, i) => i * 7),
      16,
    ),
  )
  const news = encodeNews([
    { kind: 'status', id: 'a', number: 2, deltas: [delta], whole: encodeStatusBits(two) },
    { kind: 'suffix', id: 'b', number: 1, deltas: [], whole: suffixes },
  ])
  const held = { ...NO_REVOCATIONS, status: new Map([['a', one]]) }
  const question = { at, venue: { facilityType: 'restaurant-cafe', sido: '11' } }
  return {
    seeds: [
      utf8(text),
      strip,
      content.pack.bytes,
      delta,
      suffixes,
      encodeStatusBits(two),
      news,
      ...(proof.ok ? [proof.value] : []),
    ],
    targets: [
      {
        name: 'checkAtDoor',
        run: (input: Uint8Array) => checkAtDoor(crypto, content, fromUtf8(input) ?? '', question),
      },
      { name: 'updatePack', run: (input: Uint8Array) => updatePack(crypto, content.pack, input) },
      {
        name: 'readPackContent',
        run: (input: Uint8Array) =>
          ['rules', 'trust', 'revocations', 'policy', 'outages'].map((name) =>
            readPackContent(crypto, { ...content.pack, sections: new Map([...content.pack.sections, [name, input]]) }),
          ),
      },
      {
        name: 'updateRevocations',
        run: (input: Uint8Array) => {
          const read = decodeNews(input)
          return read.ok ? updateRevocations(held, read.value) : updateRevocations(held, unwrap(decodeNews(news)))
        },
      },
    ],
  }
}
