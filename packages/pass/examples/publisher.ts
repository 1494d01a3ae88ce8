import {
  buildPack,
  buildStatusBits,
  type CryptoBackend,
  deviceKeyOf,
  diffStatusBits,
  encodeSections,
  encodeStatusBits,
  encodeStatusDelta,
  type IssuerKey,
  type ListNews,
  type Pack,
  type RootSet,
  type RootSigner,
  unwrap,
} from '@dure/pass'
import { KOREA_RULES } from '@dure/pass/rulesets/kr'

/** The national cell: signs packs with two of its root keys and puts the file on any static host. */
export type Publisher = { readonly roots: RootSet; readonly signers: readonly RootSigner[] }

export const createPublisher = async (crypto: CryptoBackend): Promise<Publisher> => {
  const pairs = [unwrap(await crypto.generateKey('P-256')), unwrap(await crypto.generateKey('P-256'))]
  const keys = pairs.map(({ publicJwk }, i) => ({
    kid: `root-${i + 1}`,
    point: deviceKeyOf(publicJwk) ?? new Uint8Array(),
  }))
  return {
    roots: { threshold: 2, keys },
    signers: pairs.map(({ privateKey }, i) => ({ kid: `root-${i + 1}`, key: privateKey })),
  }
}

/** Revocations of our own certificates: day 1 nothing, day 2 number 4711. A door that holds day 1 takes 20 bytes. */
const SIZE = 10_000
const days = [buildStatusBits(1, SIZE, []), buildStatusBits(2, SIZE, [4711])] as const

const newsOf = (day: 1 | 2): ListNews => ({
  kind: 'status',
  id: 'kr-11',
  number: day,
  deltas: day === 1 ? [] : [encodeStatusDelta(diffStatusBits(days[0], days[1]))],
  whole: encodeStatusBits(days[day - 1] ?? days[0]),
})

export const publish = async (
  crypto: CryptoBackend,
  publisher: Publisher,
  issuers: readonly IssuerKey[],
  day: 1 | 2,
  issuedAt: number,
  previous?: Pack,
): Promise<Pack> => {
  const sections = encodeSections({ rules: KOREA_RULES, trust: { issuers }, revocations: [newsOf(day)] })
  const draft = { issuedAt, roots: publisher.roots, sections }
  return unwrap(await buildPack(crypto, draft, previous, publisher.signers))
}
