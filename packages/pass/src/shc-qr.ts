import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'

/**
 * The numeric QR form of a SMART Health Card: `shc:/`, then two digits for each character (its code minus 45). A long
 * card is cut into chunks `shc:/2/3/…` (part 2 of 3), which may be scanned in any order and more than once.
 */
export const SHC_PREFIX = 'shc:/'
const BASE = 45
/** '-' (45) is the lowest character of a JWS, 'z' (122) the highest. */
const MOST_OFFSET = 77
const MOST_CHUNKS = 64
const MOST_DIGITS = 262_144
/** A single V22 code holds this many characters of a JWS (health-cards specification, "Chunking"). */
export const ONE_CODE_CHARACTERS = 1_195
const CHUNK_CHARACTERS = 1_191

type Chunk = { readonly index: number; readonly total: number; readonly digits: string }

/** Joins what was scanned into the compact JWS. Refuses `shc-chunk-missing` while parts are missing. */
export const joinShcCodes = (codes: readonly string[]): Checked<string> => {
  if (codes.length === 0 || codes.length > MOST_CHUNKS * 4) return refuse('shc-malformed', 'codes')
  const parts: string[] = []
  let total = 0
  for (const code of codes) {
    const chunk = readChunk(code)
    if (!chunk.ok) return chunk
    const { index, digits } = chunk.value
    const isOther = (total !== 0 && total !== chunk.value.total) || (parts[index] ?? digits) !== digits
    if (isOther) return refuse('shc-chunk-mismatch')
    total = chunk.value.total
    parts[index] = digits
  }
  for (let index = 0; index < total; index++) if (parts[index] === undefined) return refuse('shc-chunk-missing')
  return fromDigits(parts.join(''))
}

const CHUNK = /^shc:\/(?:([1-9]\d?)\/([1-9]\d?)\/)?(\d+)$/i

const readChunk = (code: string): Checked<Chunk> => {
  if (code.length > MOST_DIGITS) return refuse('too-large')
  const [, index = '1', total = '1', digits] = CHUNK.exec(code) ?? []
  if (digits === undefined) return refuse('shc-malformed', 'digits')
  if (Number(index) > Number(total) || Number(total) > MOST_CHUNKS) return refuse('shc-malformed', 'chunk number')
  return ok({ index: Number(index) - 1, total: Number(total), digits })
}

const fromDigits = (digits: string): Checked<string> => {
  if (digits.length % 2 !== 0) return refuse('shc-malformed', 'digits')
  let text = ''
  for (let i = 0; i < digits.length; i += 2) {
    const offset = (digits.charCodeAt(i) - 48) * 10 + digits.charCodeAt(i + 1) - 48
    if (offset > MOST_OFFSET) return refuse('shc-malformed', 'digits')
    text += String.fromCharCode(offset + BASE)
  }
  return ok(text)
}

/** The texts of the QR codes for a JWS: one, or equal chunks when it is too long for one. */
export const toShcCodes = (jws: string): readonly string[] => {
  if (jws.length <= ONE_CODE_CHARACTERS) return [SHC_PREFIX + toDigits(jws)]
  const total = Math.ceil(jws.length / CHUNK_CHARACTERS)
  const size = Math.ceil(jws.length / total)
  return Array.from(
    { length: total },
    (_, i) => `${SHC_PREFIX}${i + 1}/${total}/${toDigits(jws.slice(i * size, (i + 1) * size))}`,
  )
}

const toDigits = (text: string): string => {
  let digits = ''
  for (let i = 0; i < text.length; i++) digits += String(text.charCodeAt(i) - BASE).padStart(2, '0')
  return digits
}
