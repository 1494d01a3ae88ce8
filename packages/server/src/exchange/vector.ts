import type { Branch, Opening } from './branch.ts'
import { newestEpoch } from './branch.ts'
import type { CellId } from './log-record.ts'

/** What a reader has of one log, and the newest epoch it knows of, which may be newer than what it has. */
export interface Have extends Branch {
  readonly followedEpoch: number
}
export type Vector = ReadonlyMap<CellId, Have>

/** Cells and openings one question may name. */
const MAX_LOGS = 64
const MAX_OPENINGS = 200

/** `120@1:1,500029:15~700041`: records up to 120, epochs opened at 1 and 15, a newer one is known of. `0`: nothing. */
export const writeHave = ({ openings, end, followedEpoch }: Have): string => {
  const branch = openings.length === 0 ? '' : `@${openings.map(({ epoch, seq }) => `${epoch}:${seq}`).join(',')}`
  return `${end}${branch}${followedEpoch > newestEpoch({ openings }) ? `~${followedEpoch}` : ''}`
}

export const writeVector = (vector: Vector): string =>
  [...vector].map(([origin, have]) => `${origin}=${writeHave(have)}`).join('&')

const HAVE = /^(\d{1,16})(?:@([\d:,]{3,8000}))?(?:~(\d{1,16}))?$/

/** `undefined` when it is not what {@link writeHave} writes. */
export const readHave = (raw: string): Have | undefined => {
  const match = HAVE.exec(raw)
  if (match === null) return undefined
  const openings = match[2] === undefined ? [] : readOpenings(match[2])
  if (openings === undefined) return undefined
  const end = Number(match[1])
  const followedEpoch = Math.max(Number(match[3] ?? 0), newestEpoch({ openings }))
  return Number.isSafeInteger(end) && Number.isSafeInteger(followedEpoch) ? { openings, end, followedEpoch } : undefined
}

const readOpenings = (raw: string): readonly Opening[] | undefined => {
  const openings: Opening[] = []
  for (const part of raw.split(',')) {
    const [epoch = Number.NaN, seq = Number.NaN, ...rest] = part.split(':').map(Number)
    const last = openings.at(-1)
    const rises = epoch > (last?.epoch ?? 0) && seq > (last?.seq ?? 0)
    if (rest.length > 0 || !Number.isSafeInteger(epoch) || !Number.isSafeInteger(seq) || !rises) return undefined
    openings.push({ epoch, seq })
  }
  return openings.length > MAX_OPENINGS ? undefined : openings
}

/** The logs a question names; other members of the query are not of the vector. */
export const readVector = (query: URLSearchParams): Vector | undefined => {
  const vector = new Map<CellId, Have>()
  for (const [name, raw] of query) {
    if (!/^\d{2}$/.test(name)) continue
    const have = readHave(raw)
    if (have === undefined || vector.has(name) || vector.size >= MAX_LOGS) return undefined
    vector.set(name, have)
  }
  return vector
}
