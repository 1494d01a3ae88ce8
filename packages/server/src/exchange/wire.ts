import { MAX_DEPTH, parseJson } from '../platform/json.ts'
import { chainText, recordHash } from '../platform/oplog-chain.ts'
import type { CellId, LogRecord } from './log-record.ts'

/**
 * How logs travel, over the network and in files: one JSON object a line.
 *
 *     {"log":"28","end":512,"asOf":"…","opening":{…a record…},"signature":"…"}    which log, its newest opening, signed
 *     {"origin":"28","epoch":1,"seq":121,…,"hash":"…"}                            its records, in order
 *     {"signed":"28","seq":140,"signature":"…"}                                   the writer's signature on the last of them
 *     {"end":true,"more":false}                                                   nothing was cut off
 *
 * Records count once their signed line has come: an answer that breaks off is good up to its last one.
 */
export type Line =
  | { readonly type: 'log'; readonly head: LogHeadLine }
  | {
      readonly type: 'record'
      readonly record: LogRecord
      readonly recomputed: string
      /** Its body as it is hashed: kept and passed on as text, so that it is written out once. */
      readonly bodyText: string
      readonly chars: number
    }
  | { readonly type: 'signed'; readonly origin: CellId; readonly seq: number; readonly signature: Buffer }
  | { readonly type: 'end'; readonly more: boolean }

export interface LogHeadLine {
  readonly origin: CellId
  /** Number of the last record the sender has. */
  readonly end: number
  /** What is at or below this the sender has only as a snapshot: it can give nothing that begins before. 0: it has everything. */
  readonly base: number
  /** When the sender last knew this log to be whole: now for its own, else when it heard. By the clock of the sender. */
  readonly asOf: Date | null
  readonly opening: LogRecord
  readonly openingRecomputed: string
  readonly signature: Buffer
}

/** Characters of one line, of the bodies between two signatures, of a whole answer. More is refused. */
export const MAX_LINE_CHARS = 256 * 1024
export const MAX_RUN_RECORDS = 5_000
export const MAX_RUN_CHARS = 4 * 1024 * 1024

const KNOWN = new Set(['origin', 'epoch', 'seq', 'kind', 'at', 'subject', 'body', 'prevHash', 'hash'])
const HEX_64 = /^[0-9a-f]{64}$/
const HEX_128 = /^[0-9a-f]{128}$/
const KIND = /^[a-z0-9]+(-[a-z0-9]+)*$/
const CELL = /^\d{2}$/
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** One line, or `undefined` if it is none of ours. */
export const readLine = (line: string): Line | undefined => {
  const value = parseLine(line)
  if (value === undefined) return undefined
  if (value.hash !== undefined) return readRecordLine(value, line.length)
  if (value.log !== undefined) return readHead(value)
  if (value.signed !== undefined) return readSigned(value)
  return value.end === true ? { type: 'end', more: value.more === true } : undefined
}

export type Members = Readonly<Record<string, unknown>>

/** What PostgreSQL or the stack could not take is looked at closely; the rest is what a cell writes every day. */
export const parseLine = (line: string): Members | undefined => {
  if (line.length > MAX_LINE_CHARS) return undefined
  try {
    const suspicious = line.includes('\\u') || line.includes('__proto__') || brackets(line) > MAX_DEPTH
    const careful = suspicious ? parseJson(Buffer.from(line)) : undefined
    if (careful?.ok === false) return undefined
    const value: unknown = careful === undefined ? JSON.parse(line) : careful.value
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined
  } catch {
    return undefined
  }
}

const brackets = (line: string): number => {
  let count = 0
  for (let at = line.indexOf('{'); at !== -1; at = line.indexOf('{', at + 1)) count += 1
  for (let at = line.indexOf('['); at !== -1; at = line.indexOf('[', at + 1)) count += 1
  return count
}

const readRecordLine = (value: Members, chars: number): Line | undefined => {
  const record = readRecord(value)
  if (record === undefined) return undefined
  const bodyText = chainText(record.body)
  return { type: 'record', record, recomputed: recordHash(record, bodyText), bodyText, chars }
}

export const readRecord = (value: Members): LogRecord | undefined => {
  const { origin, epoch, seq, kind, at, subject, body, prevHash, hash } = value
  const fits =
    isText(origin, CELL) &&
    isPlace(epoch) &&
    isPlace(seq) &&
    isText(kind, KIND) &&
    kind.length <= 80 &&
    isText(at, INSTANT) &&
    !Number.isNaN(Date.parse(at)) &&
    typeof subject === 'string' &&
    subject.length <= 400 &&
    typeof body === 'object' &&
    body !== null &&
    !Array.isArray(body) &&
    isText(prevHash, HEX_64) &&
    isText(hash, HEX_64)
  return fits ? (value as unknown as LogRecord) : undefined
}

const isText = (value: unknown, pattern: RegExp): value is string => typeof value === 'string' && pattern.test(value)
const isPlace = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0

/** The hash as it should be, over everything that came but the hash. */
export const recompute = (record: LogRecord): string => recordHash(record)

/** What this version does not know beside what it does, as JSON; `null` for nothing. */
export const extraOf = (record: LogRecord): string | null => {
  const names = Object.keys(record).filter((name) => !KNOWN.has(name))
  if (names.length === 0) return null
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, (record as unknown as Members)[name]])))
}

const readHead = ({ log, end, base, asOf, opening, signature }: Members): Line | undefined => {
  if (!isText(log, CELL) || !isPlace(end) || !isText(signature, HEX_128)) return undefined
  if (typeof opening !== 'object' || opening === null) return undefined
  const record = readRecord(opening as Members)
  if (record === undefined || record.origin !== log) return undefined
  const head = {
    origin: log,
    end,
    base: isPlace(base) ? base : 0,
    asOf: isText(asOf, INSTANT) ? new Date(asOf) : null,
    opening: record,
    openingRecomputed: recompute(record),
    signature: Buffer.from(signature, 'hex'),
  }
  return { type: 'log', head }
}

const readSigned = ({ signed, seq, signature }: Members): Line | undefined =>
  isText(signed, CELL) && isPlace(seq) && isText(signature, HEX_128)
    ? { type: 'signed', origin: signed, seq, signature: Buffer.from(signature, 'hex') }
    : undefined

/** The line a log begins with. `opening`: the record of its newest epoch as it travels, signed alone. */
export const headLine = (
  head: { readonly origin: CellId; readonly end: number; readonly base: number; readonly asOf: Date | null },
  opening: { readonly line: string; readonly signature: string },
): string => {
  const asOf = head.asOf === null ? 'null' : `"${head.asOf.toISOString()}"`
  const base = head.base === 0 ? '' : `"base":${head.base},`
  return `{"log":"${head.origin}","end":${head.end},${base}"asOf":${asOf},"signature":"${opening.signature}","opening":${opening.line}}\n`
}

export const endLine = (more: boolean): string => `{"end":true,"more":${more}}\n`
export const signedLine = (origin: CellId, seq: number, signature: string): string =>
  `{"signed":"${origin}","seq":${seq},"signature":"${signature}"}\n`
