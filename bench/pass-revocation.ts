import { unwrap } from '../packages/pass/src/result.ts'
import {
  buildStatusBits,
  decodeStatusBits,
  encodeStatusBits,
  isStatusRevoked,
} from '../packages/pass/src/revocation-bits.ts'
import {
  buildSuffixList,
  decodeSuffixList,
  encodeSuffixList,
  falsePositiveRate,
  isSuffixRevoked,
  MAX_FALSE_POSITIVE,
} from '../packages/pass/src/revocation-suffixes.ts'
import type { Row } from './pass.ts'

const REVOKED = 10_000_000
const ISSUED = 50_000_000
const LOOKUPS = 2_000_000
const PROBES = 4_000_000
const MB = 1_000_000
/** Bytes of a hash kept for the bench; the library keeps at most six. */
const STRIDE = 6

/** Ten million revoked, built, shipped and asked. `fill` gives random bytes. */
export const revocationRows = (fill: (bytes: Uint8Array) => Uint8Array): Row[] => [
  ...statusRows(fill),
  ...suffixRows(fill),
]

const statusRows = (fill: (bytes: Uint8Array) => Uint8Array): Row[] => {
  const small = statusOf(REVOKED, REVOKED / 5, fill)
  const large = statusOf(ISSUED, REVOKED, fill)
  const us = lookupUs((i) => isStatusRevoked(large.list, i % ISSUED))
  return [
    bound('status of 10 M own certificates (2 M revoked), shipped', small.shipped / MB, 'MB', 5),
    bound('status of 50 M own certificates (10 M revoked), shipped', large.shipped / MB, 'MB', 5),
    bound('status lookup', us, 'µs', 1),
  ]
}

/** Exactly `revoked` different certificates of `size`, by chance. */
const statusOf = (size: number, revoked: number, fill: (bytes: Uint8Array) => Uint8Array) => {
  const chosen = new Uint8Array(size)
  const random = new Uint32Array(2 ** 16)
  let left = revoked
  while (left > 0) {
    fill(new Uint8Array(random.buffer))
    for (const value of random) {
      const index = value % size
      if (left === 0 || chosen[index] === 1) continue
      chosen[index] = 1
      left--
    }
  }
  const bytes = encodeStatusBits(buildStatusBits(1, size, indexesOf(chosen)))
  return { shipped: bytes.length, list: unwrap(decodeStatusBits(bytes)) }
}

function* indexesOf(chosen: Uint8Array): Generator<number> {
  for (let i = 0; i < chosen.length; i++) if (chosen[i] === 1) yield i
}

const suffixRows = (fill: (bytes: Uint8Array) => Uint8Array): Row[] => {
  const hashes = new Uint8Array(REVOKED * STRIDE)
  for (let at = 0; at < hashes.length; at += 2 ** 25) fill(hashes.subarray(at, at + 2 ** 25))
  const bytes = encodeSuffixList(buildSuffixList(1, hashes, STRIDE))
  const list = unwrap(decodeSuffixList(bytes))
  const missed = countOf(
    PROBES,
    (i) => !isSuffixRevoked(list, hashes.subarray((i % REVOKED) * STRIDE, ((i % REVOKED) + 1) * STRIDE)),
  )
  const strangers = fill(new Uint8Array(PROBES * STRIDE))
  const wrong = countOf(PROBES, (i) => isSuffixRevoked(list, strangers.subarray(i * STRIDE, (i + 1) * STRIDE)))
  const us = lookupUs((i) =>
    isSuffixRevoked(list, strangers.subarray((i % PROBES) * STRIDE, ((i % PROBES) + 1) * STRIDE)),
  )
  return [
    bound('10 M foreign revocations, shipped', bytes.length / MB, 'MB', 31),
    falsePositives(falsePositiveRate(list), wrong),
    bound('their revoked that are missed', missed, '', 0),
    bound('their lookup', us, 'µs', 1),
  ]
}

/** The rate follows from the list's shape; the strangers that were found are held against it (six standard deviations). */
const falsePositives = (rate: number, wrong: number): Row => {
  const expected = rate * PROBES
  const isAsSaid = Math.abs(wrong - expected) <= 6 * Math.sqrt(expected)
  return {
    what: 'their false positives',
    ours: `${rate.toExponential(2)} (${wrong} of ${PROBES / 1e6} M strangers)`,
    limit: '1e-5',
    ratio: null,
    aim: '≤ 1e-5',
    ok: rate <= MAX_FALSE_POSITIVE && isAsSaid,
  }
}

const countOf = (times: number, is: (i: number) => boolean): number => {
  let count = 0
  for (let i = 0; i < times; i++) if (is(i)) count++
  return count
}

/** A large odd step leaps through the list, so that the processor's cache does not answer for memory. */
const LEAP = 7_368_787

const lookupUs = (look: (i: number) => boolean): number => {
  let found = 0
  let i = 0
  const before = process.cpuUsage()
  for (let n = 0; n < LOOKUPS; n++) {
    i = (i + LEAP) % 40_000_000
    if (look(i)) found++
  }
  const { user, system } = process.cpuUsage(before)
  return found < 0 ? Number.NaN : (user + system) / LOOKUPS
}

const bound = (what: string, value: number, unit: string, most: number): Row => {
  const shown = value === 0 || value >= 0.01 ? String(Math.round(value * 1000) / 1000) : value.toExponential(1)
  return {
    what,
    ours: `${shown} ${unit}`.trim(),
    limit: `${most} ${unit}`.trim(),
    ratio: null,
    aim: `≤ ${most} ${unit}`.trim(),
    ok: value <= most,
  }
}
