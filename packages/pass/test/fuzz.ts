import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createNodeCrypto } from '../node/crypto.ts'
import { inspectLine } from '../node/inspect-request.ts'
import { createVerifier } from '../node/verify-request.ts'
import { decodeBase45 } from '../src/base45.ts'
import { concat, fromBase64, fromBase64Url, fromUtf8, utf8 } from '../src/bytes.ts'
import { decodeCbor } from '../src/cbor.ts'
import { decodeSign1 } from '../src/cose.ts'
import { createPureCrypto } from '../src/crypto-pure.ts'
import { readCwt } from '../src/cwt.ts'
import { checkDcc } from '../src/dcc-schema.ts'
import { decodeHc1, decodeHcert, HC1_PREFIX, inflateHc1, unwrapHc1 } from '../src/hc1.ts'
import { inflateRaw, inflateZlib } from '../src/inflate.ts'
import { type JsonObject, parseJson } from '../src/json.ts'
import { decodeJws } from '../src/jws.ts'
import { readKeyNumbers } from '../src/keys.ts'
import { readProof } from '../src/proof.ts'
import { decodeStatusBits, decodeStatusDelta } from '../src/revocation-bits.ts'
import { readRidDelta, readRidList } from '../src/revocation-rids.ts'
import { decodeSuffixDelta, decodeSuffixList } from '../src/revocation-suffixes.ts'
import { decodeShc, readShcFile } from '../src/shc.ts'
import { readStrip } from '../src/strip.ts'
import { readTrustList } from '../src/trust.ts'
import { readCertificate } from '../src/x509.ts'
import { doorFuzz } from './fuzz-door.ts'

/**
 * Mutates good input and gives it to every reader of outside data. A reader may refuse; it may not throw, take long or give
 * back more than its limit. `node packages/pass/test/fuzz.ts [--minutes 10 | --seconds 10] [--seed N]`.
 */
export type FuzzTarget = { readonly name: string; readonly run: (input: Uint8Array) => unknown }

const asText = (read: (text: string) => unknown) => (input: Uint8Array) =>
  read(fromUtf8(input) ?? String.fromCharCode(...input))

const backend = createNodeCrypto()
const pure = createPureCrypto()
const verify = createVerifier(backend, () => 0)

export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  { name: 'decodeCbor', run: (input) => decodeCbor(input) },
  { name: 'decodeCbor canonical', run: (input) => decodeCbor(input, { canonical: true }) },
  { name: 'decodeSign1', run: (input) => decodeSign1(input) },
  { name: 'decodeHcert', run: (input) => decodeHcert(input) },
  { name: 'readCwt', run: (input) => readCwt(input) },
  { name: 'inflateZlib', run: (input) => inflateZlib(input, 32_768) },
  { name: 'inflateRaw', run: (input) => inflateRaw(input, 32_768) },
  { name: 'readCertificate', run: readCertificate },
  { name: 'readKeyNumbers spki', run: (der) => readKeyNumbers({ form: 'spki', der }) },
  { name: 'importKey spki', run: (der) => backend.importKey({ form: 'spki', der }) },
  {
    name: 'importKey point',
    run: (point) => pure.importKey({ form: 'raw', curve: 'P-256', point: point.subarray(0, 33) }),
  },
  { name: 'readStrip', run: readStrip },
  { name: 'decodeStatusBits', run: decodeStatusBits },
  { name: 'decodeStatusDelta', run: decodeStatusDelta },
  { name: 'decodeSuffixList', run: decodeSuffixList },
  { name: 'decodeSuffixDelta', run: decodeSuffixDelta },
  { name: 'readRidList', run: asText((text) => readRidList(parseJson(text))) },
  { name: 'readRidDelta', run: asText((text) => readRidDelta(parseJson(text))) },
  { name: 'decodeBase45', run: asText((text) => decodeBase45(text)) },
  { name: 'decodeHc1', run: asText(decodeHc1) },
  { name: 'decodeShc', run: asText(decodeShc) },
  { name: 'decodeShc codes', run: asText((text) => decodeShc(text.split('\n'))) },
  { name: 'decodeJws', run: asText(decodeJws) },
  { name: 'readShcFile', run: asText(readShcFile) },
  { name: 'readProof', run: asText(readProof) },
  { name: 'readTrustList', run: asText((text) => readTrustList(parseJson(text))) },
  { name: 'checkDcc', run: asText((text) => checkDcc(parseJson(text) ?? null)) },
  { name: 'inspect line', run: asText(inspectLine) },
  { name: 'verify line', run: asText(verify) },
]

/** Good input of every format: the library's own vectors, taken apart. */
const readSeeds = (): readonly Uint8Array[] => {
  const path = new URL('../vectors/verify.json', import.meta.url)
  const vectors = JSON.parse(readFileSync(path, 'utf8')) as readonly { request: JsonObject }[]
  return vectors.flatMap(({ request }) => [utf8(JSON.stringify(request)), ...partsOf(request)])
}

const partsOf = (request: JsonObject): readonly Uint8Array[] => {
  const text = typeof request.text === 'string' ? request.text : ''
  const certificates = JSON.stringify(request.keys ?? []).match(/[A-Za-z0-9+/]{100,}=*/g) ?? []
  const keys = certificates.flatMap((certificate) => fromBase64(certificate) ?? [])
  if (!text.startsWith(HC1_PREFIX))
    return [utf8(text), ...keys, ...text.split('.').flatMap((part) => fromBase64Url(part) ?? [])]
  const compressed = unwrapHc1(text)
  const message = compressed.ok ? inflateHc1(compressed.value) : compressed
  const hc1 = decodeHc1(text)
  return [
    utf8(text),
    ...keys,
    ...(compressed.ok ? [compressed.value] : []),
    ...(message.ok ? [message.value] : []),
    ...(hc1.ok ? [hc1.value.message.payload, utf8(JSON.stringify(hc1.value.certificate))] : []),
  ]
}

/** xorshift32: a run is repeated by its seed. */
const createRandom = (seed: number) => {
  let state = seed | 1
  return (below: number): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % Math.max(1, below)
  }
}
type Random = ReturnType<typeof createRandom>

/** Heads that promise much: long texts, arrays and maps, indefinite lengths, tags, and the digits and signs of the text formats. */
const NASTY: readonly Uint8Array[] = [
  Uint8Array.of(0x9b, 255, 255, 255, 255, 255, 255, 255, 255),
  Uint8Array.of(0xbb, 0, 0, 0, 1, 0, 0, 0, 0),
  Uint8Array.of(0x7b, 0, 0, 0, 0, 127, 255, 255, 255),
  Uint8Array.of(0x5f),
  Uint8Array.of(0x9f, 0xbf, 0xff),
  Uint8Array.of(0x30, 0x84, 0x7f, 0xff, 0xff, 0xff),
  Uint8Array.of(0x30, 0x80),
  utf8('shc:/1/64/'),
  utf8('HC1:'),
  utf8('KR1:'),
  utf8('1e999'),
  utf8('"__proto__":{},'),
  utf8('\u0000\uFFFD'),
]

type Mutation = (input: Uint8Array, random: Random, seeds: readonly Uint8Array[]) => Uint8Array

const pick = <T>(list: readonly T[], random: Random): T => list[random(list.length)] as T

const MUTATIONS: readonly Mutation[] = [
  (input, random) => withByte(input, random(input.length), (byte) => byte ^ (1 << random(8))),
  (input, random) => withByte(input, random(input.length), () => random(256)),
  (input, random) => input.subarray(0, random(input.length)),
  (input, random) => spliced(input, random(input.length), random(8), new Uint8Array()),
  (input, random) => spliced(input, random(input.length), 0, pick(NASTY, random)),
  (input, random) => {
    const at = random(input.length)
    return spliced(input, at, 0, input.subarray(at, at + random(200)))
  },
  (input, random, seeds) => {
    const other = pick(seeds, random)
    const from = random(other.length)
    return spliced(input, random(input.length), random(40), other.subarray(from, from + random(80)))
  },
  (input, random) =>
    concat(new Uint8Array(random(3_000)).fill(pick([0x81, 0xa1, 0xc1, 0x9f, 0x30, 0x5b, 0x7b], random)), input),
]

const withByte = (input: Uint8Array, at: number, change: (byte: number) => number): Uint8Array => {
  const copy = input.slice()
  if (at < copy.length) copy[at] = change(copy[at] as number)
  return copy
}

const spliced = (input: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array =>
  concat(input.subarray(0, at), insert, input.subarray(at + remove))

const MOST_INPUT_BYTES = 40_000
/** A reader that takes this long for so little input is a way to stop a door. Generous, for a busy machine. */
const MOST_MS = 1_000

export type FuzzReport = { readonly runs: number; readonly seed: number; readonly faults: readonly string[] }

/** Runs for `budgetMs` of wall time; stops at the first few faults. */
export const fuzz = async (budgetMs: number, seed: number): Promise<FuzzReport> => {
  const random = createRandom(seed)
  const door = await doorFuzz()
  const seeds = [...readSeeds(), ...door.seeds]
  const targets = [...FUZZ_TARGETS, ...door.targets]
  const faults: string[] = []
  const end = performance.now() + budgetMs
  let runs = 0
  while (performance.now() < end && faults.length < 5) {
    let input = pick(seeds, random)
    for (let count = 1 + random(4); count > 0; count--) input = pick(MUTATIONS, random)(input, random, seeds)
    input = input.subarray(0, MOST_INPUT_BYTES)
    for (const target of targets) {
      const fault = await tryTarget(target, input)
      if (fault) faults.push(`${target.name}: ${fault}, seed ${seed}, input ${Buffer.from(input).toString('base64')}`)
      runs += 1
    }
  }
  return { runs, seed, faults }
}

const tryTarget = async (target: FuzzTarget, input: Uint8Array): Promise<string | undefined> => {
  const started = performance.now()
  try {
    await target.run(input)
  } catch (thrown) {
    return `threw ${thrown instanceof Error ? thrown.stack : String(thrown)}`
  }
  const took = performance.now() - started
  return took > MOST_MS ? `took ${took.toFixed(0)} ms` : undefined
}

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { minutes: { type: 'string' }, seconds: { type: 'string' }, seed: { type: 'string' } },
  })
  const seconds = values.minutes === undefined ? Number(values.seconds ?? 10) : Number(values.minutes) * 60
  const report = await fuzz(seconds * 1_000, Number(values.seed ?? Date.now() % 0x7fffffff))
  console.log(JSON.stringify(report, null, 2))
  process.exitCode = report.faults.length > 0 ? 1 : 0
}

if (import.meta.main) await main()
