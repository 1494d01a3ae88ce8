import { decodeBase45 } from '../src/base45.ts'
import { equalBytes, fromBase64, fromHex } from '../src/bytes.ts'
import { type CborMap, type CborValue, decodeCbor } from '../src/cbor.ts'
import { encodeCbor } from '../src/cbor-encode.ts'
import { decodeSign1, verifySign1 } from '../src/cose.ts'
import type { CryptoBackend } from '../src/crypto.ts'
import { checkDcc } from '../src/dcc-schema.ts'
import { checkTimes, decodeHc1, decodeHcert, HC1_PREFIX, type Hc1, inflateHc1, unwrapHc1 } from '../src/hc1.ts'
import { cborToJson, type Json } from '../src/json.ts'
import { indexKeys, keyOfCertificate } from '../src/keyring.ts'

/** One file of the EU test data (fields: ../../../../shared/vectors/dcc/README.md). */
export type DccVector = {
  readonly JSON?: Json
  readonly CBOR?: string
  readonly COSE?: string
  readonly COMPRESSED?: string
  readonly BASE45?: string
  readonly PREFIX?: string
  readonly '2DCODE'?: string
  readonly TESTCTX: { readonly CERTIFICATE?: string; readonly VALIDATIONCLOCK?: string; readonly DESCRIPTION?: string }
  readonly EXPECTEDRESULTS: Readonly<Record<string, boolean>>
}

/** Whether a step succeeds; `undefined` when the file holds nothing to take it on. */
export type Step = (vector: DccVector, crypto: CryptoBackend) => boolean | undefined | Promise<boolean | undefined>

const hex = (text: string | undefined): Uint8Array | undefined => (text === undefined ? undefined : fromHex(text))

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, member]) => [key, sorted(member)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The certificate in `CBOR`: bare, or inside the whole claims map. */
const certificateIn = (value: CborValue): Json => {
  const claims = value instanceof Map ? (value as CborMap).get(-260) : undefined
  return cborToJson(claims instanceof Map ? (claims as CborMap).get(1) : value)
}

/** The furthest upstream form of the COSE message that the file has. */
const hcertOf = (vector: DccVector): Hc1 | undefined => {
  const cose = hex(vector.COSE)
  const decoded = cose ? decodeHcert(cose) : vector.PREFIX === undefined ? undefined : decodeHc1(vector.PREFIX)
  return decoded?.ok ? decoded.value : undefined
}

const signerOf = async (vector: DccVector, crypto: CryptoBackend) => {
  const der = fromBase64(vector.TESTCTX.CERTIFICATE ?? '')
  const key = der && (await keyOfCertificate(crypto, der))
  const cose = hex(vector.COSE)
  const message = cose ? decodeSign1(cose) : undefined
  const sign1 = message ? (message.ok ? message.value : undefined) : hcertOf(vector)?.message
  if (!key?.ok || !sign1) return undefined
  for (const found of indexKeys([key.value])(sign1.kid)) {
    if (await verifySign1(crypto, sign1, found.publicKey)) return key.value
  }
  return undefined
}

/** An ISO instant as the files write it: offsets with or without colon, none meaning UTC, up to 7 decimals. */
export const clockOf = (text: string): number =>
  Date.parse(
    text
      .replace(/(\.\d{3})\d+/, '$1')
      .replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
      .replace(/(T[\d:.]+)$/, '$1Z'),
  )

export const DCC_STEPS: Readonly<Record<string, Step>> = {
  EXPECTEDUNPREFIX: ({ PREFIX = '', BASE45 }) => {
    const unwrapped = PREFIX.startsWith(HC1_PREFIX)
    return unwrapped && (BASE45 === undefined || PREFIX.slice(HC1_PREFIX.length) === BASE45)
  },
  EXPECTEDB45DECODE: ({ BASE45, PREFIX, COMPRESSED }) => {
    const decoded = BASE45 === undefined ? unwrapHc1(PREFIX ?? '') : decodeBase45(BASE45)
    const compressed = hex(COMPRESSED)
    return decoded.ok && (!compressed || equalBytes(decoded.value, compressed))
  },
  EXPECTEDCOMPRESSION: ({ COMPRESSED, PREFIX, COSE }) => {
    const unwrapped = COMPRESSED === undefined ? unwrapHc1(PREFIX ?? '') : undefined
    const compressed = unwrapped?.ok ? unwrapped.value : hex(COMPRESSED)
    const inflated = compressed && inflateHc1(compressed)
    const cose = hex(COSE)
    return inflated?.ok === true && (!cose || equalBytes(inflated.value, cose))
  },
  EXPECTEDVERIFY: async (vector, crypto) => (await signerOf(vector, crypto)) !== undefined,
  EXPECTEDDECODE: (vector) => {
    const cbor = hex(vector.CBOR)
    if (!cbor) return hcertOf(vector) !== undefined && sameJson(hcertOf(vector)?.certificate, vector.JSON)
    const decoded = decodeCbor(cbor)
    return decoded.ok && sameJson(certificateIn(decoded.value), vector.JSON)
  },
  EXPECTEDVALIDJSON: (vector) => {
    if (vector.PREFIX === undefined) return undefined
    const decoded = decodeHc1(vector.PREFIX)
    return decoded.ok && sameJson(decoded.value.certificate, vector.JSON)
  },
  EXPECTEDSCHEMAVALIDATION: (vector) => {
    const cbor = hex(vector.CBOR)
    const decoded = cbor && decodeCbor(cbor)
    const certificate = decoded?.ok ? certificateIn(decoded.value) : hcertOf(vector)?.certificate
    return checkDcc(certificate ?? null).ok
  },
  EXPECTEDEXPIRATIONCHECK: (vector) => {
    const cwt = hcertOf(vector)?.cwt
    const at = clockOf(vector.TESTCTX.VALIDATIONCLOCK ?? '')
    return cwt !== undefined && checkTimes(cwt, { at }).ok
  },
  EXPECTEDKEYUSAGE: async (vector, crypto) => {
    const signer = await signerOf(vector, crypto)
    const content = checkDcc(hcertOf(vector)?.certificate ?? null)
    return !!signer && content.ok && (!signer.kinds || signer.kinds.includes(content.value.kind))
  },
  EXPECTEDVALIDOBJECT: (vector) => checkDcc(vector.JSON ?? null).ok,
  EXPECTEDENCODE: (vector) => {
    const { CBOR } = vector
    const made = decodeCbor(encodeCbor((vector.JSON ?? null) as never))
    const given = CBOR === undefined ? undefined : decodeCbor(fromHex(CBOR) ?? new Uint8Array())
    const certificate = given?.ok ? certificateIn(given.value) : hcertOf(vector)?.certificate
    return made.ok && sameJson(cborToJson(made.value), certificate)
  },
}
