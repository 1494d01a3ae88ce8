import { utf8 } from '../src/bytes.ts'
import type { CryptoBackend, KeyPair } from '../src/crypto.ts'
import { checkAtDoor, type DoorQuestion } from '../src/door.ts'
import { maskName } from '../src/masked-name.ts'
import { buildPack, openPack, type Pack, updatePack } from '../src/pack.ts'
import { encodeSections, readPackContent } from '../src/pack-content.ts'
import type { RootSet, RootSigner } from '../src/pack-manifest.ts'
import { makeProof, readProof, verifyProof } from '../src/proof.ts'
import { unwrap } from '../src/result.ts'
import { koreaRulesAt } from '../src/rulesets/kr/index.ts'
import { classBits, deviceKeyOf, HOUR_MS, issueStrip } from '../src/strip.ts'
import { issueWith, KID } from './hc1-cases.ts'
import { type Case, expect, expectEqual } from './suite.ts'

/** Strips, proofs, packs and the door on any backend: what must be the same on a server, in a browser and without WebCrypto. */
const AT = Date.parse('2022-01-05T12:10:00+09:00')
const RESTAURANT: DoorQuestion = {
  at: AT,
  venue: { facilityType: 'restaurant-cafe', sido: '11' },
  partySize: 3,
  party: { othersWithoutPass: 2 },
}

const newPair = async (crypto: CryptoBackend): Promise<KeyPair> => unwrap(await crypto.generateKey('P-256', true))
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? 'ok'

const world = async (crypto: CryptoBackend) => {
  const [issuer, device] = [await newPair(crypto), await newPair(crypto)]
  const claims = {
    fromHour: Math.floor(AT / HOUR_MS) - 2,
    hours: 26,
    classes: classBits(['ordinary', 'strict']),
    pid: Uint8Array.of(1, 2, 3, 4, 5, 6),
    name: maskName('홍길동'),
    birth: { month: 3, day: 1 },
    deviceKey: deviceKeyOf(device.publicJwk) ?? new Uint8Array(),
  }
  return { issuer, device, strip: unwrap(await issueStrip(crypto, claims, { kid: KID, key: issuer.privateKey })) }
}

const roots = async (crypto: CryptoBackend): Promise<{ set: RootSet; signers: RootSigner[] }> => {
  const pairs = [await newPair(crypto), await newPair(crypto)]
  const keys = pairs.map(({ publicJwk }, i) => ({
    kid: `root-${i}`,
    point: deviceKeyOf(publicJwk) ?? new Uint8Array(),
  }))
  return {
    set: { threshold: 2, keys },
    signers: pairs.map(({ privateKey }, i) => ({ kid: `root-${i}`, key: privateKey })),
  }
}

const doorPack = async (crypto: CryptoBackend, issuer: KeyPair): Promise<{ pack: Pack; set: RootSet }> => {
  const { set, signers } = await roots(crypto)
  const key = {
    kid: 'AQIDBAUGBwg',
    jwk: issuer.publicJwk,
    uses: ['hc1', 'strip'] as const,
    region: 'KR-11',
    validFrom: 0,
    validUntil: AT + 1e10,
  }
  const sections = encodeSections({ rules: koreaRulesAt(AT), trust: { issuers: [key] } })
  return {
    pack: unwrap(await buildPack(crypto, { issuedAt: AT - HOUR_MS, roots: set, sections }, undefined, signers)),
    set,
  }
}

export const stripCases: readonly Case[] = [
  {
    name: 'a proof over a strip is good on its device, in its minute and for its challenge only',
    run: async (crypto) => {
      const { issuer, device, strip } = await world(crypto)
      const judge = async (text: string, at = AT, challenges?: Uint8Array[]) =>
        codeOf(
          await verifyProof(crypto, unwrap(readProof(text)), {
            at,
            issuerKeys: [issuer.publicKey],
            ...(challenges && { challenges }),
          }),
        )
      const [mine, other] = [utf8('12345678'), utf8('87654321')]
      const timed = unwrap(await makeProof(crypto, strip, device.privateKey, AT))
      const answer = unwrap(await makeProof(crypto, strip, device.privateKey, 0, mine))
      const stolen = unwrap(await makeProof(crypto, strip, issuer.privateKey, AT))
      expectEqual(await judge(timed), 'ok', 'fresh')
      expectEqual(await judge(timed, AT + 61_000), 'proof-stale', 'a minute later')
      expectEqual(await judge(answer, AT, [mine]), 'ok', 'answer')
      expectEqual(await judge(answer, AT, [other]), 'challenge-mismatch', 'other door')
      expectEqual(await judge(stolen), 'proof-invalid', 'other device')
    },
  },
  {
    name: 'a device key that is no point of the curve proves nothing',
    run: async (crypto) => {
      const { issuer, device } = await world(crypto)
      const deviceKey = new Uint8Array(33).fill(0xff)
      deviceKey[0] = 2
      const claims = {
        fromHour: Math.floor(AT / HOUR_MS),
        hours: 1,
        classes: 1,
        pid: new Uint8Array(6),
        name: '*',
        deviceKey,
      }
      const strip = unwrap(await issueStrip(crypto, claims, { kid: KID, key: issuer.privateKey }))
      const proof = unwrap(readProof(unwrap(await makeProof(crypto, strip, device.privateKey, AT))))
      const check = { at: AT, issuerKeys: [issuer.publicKey] }
      expectEqual(codeOf(await verifyProof(crypto, proof, check)), 'proof-invalid', 'code')
    },
  },
  {
    name: 'a flipped bit anywhere in a proof is refused',
    run: async (crypto) => {
      const { issuer, device, strip } = await world(crypto)
      const proof = unwrap(readProof(unwrap(await makeProof(crypto, strip, device.privateKey, AT))))
      expect(proof.kind === 'time', 'kind')
      if (proof.kind !== 'time') return
      for (let bit = 3; bit < 512; bit += 37) {
        const signature = proof.signature.slice()
        signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const check = { at: AT, issuerKeys: [issuer.publicKey] }
        expectEqual(codeOf(await verifyProof(crypto, { ...proof, signature }, check)), 'proof-invalid', `bit ${bit}`)
      }
    },
  },
  {
    name: 'a pack opens with its roots, is updated by the next one and never goes back',
    run: async (crypto) => {
      const { set, signers } = await roots(crypto)
      const draft = { issuedAt: AT, roots: set, sections: new Map([['x', utf8('one')]]) }
      const one = unwrap(await buildPack(crypto, draft, undefined, signers))
      const two = unwrap(await buildPack(crypto, { ...draft, sections: new Map([['x', utf8('two')]]) }, one, signers))
      const forged = unwrap(await buildPack(crypto, draft, one, [(await roots(crypto)).signers[0] as RootSigner]))
      const held = unwrap(await openPack(crypto, one.bytes, { roots: set }))
      expectEqual(codeOf(await updatePack(crypto, held, two.bytes)), 'ok', 'next')
      expectEqual(codeOf(await updatePack(crypto, two, one.bytes)), 'pack-older', 'rolled back')
      expectEqual(codeOf(await updatePack(crypto, held, forged.bytes)), 'pack-signature', 'forged')
      expectEqual(
        codeOf(await updatePack(crypto, held, two.bytes.subarray(0, two.bytes.length - 1))),
        'pack-malformed',
        'cut',
      )
    },
  },
  {
    name: 'a door with a pack and no network lets a strip and a certificate in and a stranger’s not',
    run: async (crypto) => {
      const { issuer, device, strip } = await world(crypto)
      const { pack, set } = await doorPack(crypto, issuer)
      const content = unwrap(readPackContent(crypto, unwrap(await openPack(crypto, pack.bytes, { roots: set }))))
      const live = unwrap(await makeProof(crypto, strip, device.privateKey, AT))
      const stranger = await world(crypto)
      const strange = unwrap(await makeProof(crypto, stranger.strip, stranger.device.privateKey, AT))
      const answers = [live, await issueWith(crypto, issuer), strange].map((text) =>
        checkAtDoor(crypto, content, text, RESTAURANT),
      )
      const codes = (await Promise.all(answers)).map(({ code }) => code)
      expectEqual(codes.join(), 'credential-accepted,credential-accepted,signature-invalid', 'codes')
    },
  },
]
