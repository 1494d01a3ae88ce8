import fc from 'fast-check'
import type { LogRecord } from '../exchange/log-record.ts'
import type { Queries } from '../platform/db.ts'

/** Something a region may say in its log, as a test makes it up. */
export interface SaidOp {
  readonly kind: string
  readonly subject: string
  readonly body: Readonly<Record<string, unknown>>
  /** Days before now. */
  readonly ageDays: number
}

const AT = '2026-01-02T03:04:05.678Z'
const few = fc.integer({ min: 1, max: 3 })
const version = fc.integer({ min: 1, max: 1_000 })

const slot = (n: number, v: number) => ({
  kind: 'slot-stated',
  subject: `S${n}`,
  body: {
    ...{ id: `S${n}`, hospitalId: `H${n}`, label: `${v}`, bedClass: 'CRITICAL', isolation: 'none', share: 'placeable' },
    ...{ state: v % 2 === 0 ? 'available' : 'held', blockedReason: null, opensInHours: null, roomSex: 'any' },
    ...{ minAgeYears: null, maxAgeYears: null, cohortPathogen: null, asOf: AT, source: 'web', doubtedAt: null },
    ...{ fencing: v, version: v },
  },
})
const hold = (n: number, v: number) => ({
  kind: 'hold-stated',
  subject: `S${v % 3}`,
  body: {
    ...{ id: `O${n}`, requestId: `R${n}`, askId: null, slotId: `S${v % 3}`, hospitalId: `H${v % 3}` },
    ...{ state: v % 2 === 0 ? 'granted' : 'released', fencing: v, grantedAt: AT, expiresAt: v % 5 === 0 ? null : AT },
  },
})
const request = (n: number, v: number) => ({
  kind: 'request-stated',
  subject: `R${n}`,
  body: {
    ...{ id: `R${n}`, code: `28-${n}`, state: v % 2 === 0 ? 'matching' : 'confirmed', waitingSince: AT, version: v },
    ...{ confirmedAt: v % 2 === 0 ? null : AT, closedAt: null },
  },
})
const keyed = (n: number, v: number) => ({
  kind: 'patient-keyed',
  subject: `R${n}`,
  body: { requestId: `R${n}`, hash: v.toString(16).padStart(64, '0') },
})
const hospital = (n: number, v: number) => ({
  kind: 'hospital-stated',
  subject: `H${n}`,
  body: {
    ...{ id: `H${n}`, hpid: null, name: `${v}`, kind: 'general', sidoCode: '28', sigunguCode: null, lat: 37, lon: 126 },
    ...{ phone: null, erPhone: null, licensedBeds: v, state: 'open', source: 'test', answers: {} },
  },
})

const asked = (n: number) => ({
  askId: `A${n}`,
  requestId: `AR${n}`,
  owner: '26',
  hospitalId: null,
  expiresAtMs: 1_700_000_000_000,
  need: {
    ...{ code: 'x', requestedClass: 'CRITICAL', isolationNeed: 'none', pathogen: null, needs: [], oxygen: 'mask' },
    ...{ ageYears: 40, sex: 'female', urgency: 'immediate', stability: 'stable', severity: null },
    ...{ originHospitalId: null, originLat: null, originLon: null },
  },
})
const promise = (n: number, v: number) => ({ askId: `A${n}`, slotId: `S${v % 3}`, hospitalId: `H${v % 3}`, fencing: v })
const grant = (n: number, v: number) => ({ ...promise(n, v), askId: `G${n}`, asker: '26' })
const crossing: readonly ((
  n: number,
  v: number,
) => { readonly kind: string; readonly body: Record<string, unknown> })[] = [
  (n) => ({ kind: 'hold-asked', body: asked(n) }),
  (n, v) => ({ kind: 'hold-accepted', body: { ...promise(n, v), sealed: null } }),
  (n, v) => ({ kind: 'ask-confirmed', body: promise(n, v) }),
  (n) => ({ kind: 'hold-given-up', body: { askId: `A${n}`, why: 'cancelled' } }),
  (n) => ({ kind: 'ask-lapsed', body: { askId: `A${n}` } }),
  (n, v) => ({ kind: 'hold-granted', body: { ...grant(n, v), untilMs: 1_700_000_000_000 + v } }),
  (n, v) => ({ kind: 'hold-confirmed', body: grant(n, v) }),
  (n) => ({ kind: 'hold-refused', body: { askId: `G${n}`, asker: '26', why: 'none' } }),
  (n, v) => ({ kind: 'hold-lapsed', body: { askId: `G${n}`, asker: '26', fencing: v, why: 'ran-out' } }),
  (n) => ({ kind: 'hold-released', body: { askId: `G${n}` } }),
  (n) => ({ kind: 'hold-occupied', body: { askId: `G${n}` } }),
]

const plain = (make: (n: number, v: number) => Omit<SaidOp, 'ageDays'>) =>
  fc.tuple(few, version).map(([n, v]) => make(n, v))
const other = (kind: string) => (n: number, v: number) => ({ kind, subject: `X${n}`, body: { id: `X${n}`, v } })

/** One thing said; things are few, so that they are said again. */
export const saidOp: fc.Arbitrary<SaidOp> = fc
  .tuple(
    fc.oneof(
      ...[slot, hold, request, keyed, hospital].map(plain),
      fc
        .tuple(few, version, fc.constantFrom(...crossing))
        .map(([n, v, make]) => ({ subject: `A${n}`, ...make(n, v) }))
        .map(({ kind, subject, body }) => ({ kind, subject, body })),
      // Of the own screens; of a version to come; sealed to others.
      ...['request-triage', 'slot-hold', 'later-said', 'message-written'].map((kind) => plain(other(kind))),
    ),
    fc.integer({ min: 0, max: 900 }),
  )
  .map(([op, ageDays]) => ({ ...op, ageDays }))

/** The same without promises and requests: a cell that takes up what its own log says would need whole ones. */
export const lightOp: fc.Arbitrary<SaidOp> = fc
  .tuple(
    fc.oneof(plain(hospital), ...['request-triage', 'slot-hold', 'later-said'].map((kind) => plain(other(kind)))),
    fc.integer({ min: 0, max: 900 }),
  )
  .map(([op, ageDays]) => ({ ...op, ageDays }))

/** As records of a log, as far as whoever folds them looks. */
export const asRecords = (ops: readonly SaidOp[], origin: string, now: Date, after = 0): LogRecord[] =>
  ops.map(({ kind, subject, body, ageDays }, index) => ({
    ...{ origin, epoch: 1, seq: after + index + 1, kind, subject, body, prevHash: '', hash: '' },
    at: new Date(now.getTime() - ageDays * 86_400_000).toISOString(),
  }))

const TABLES: Readonly<Record<string, { readonly of: string; readonly but: string }>> = {
  'beds.told_slot': { of: 'sido', but: 'changed_at' },
  'beds.told_hold': { of: 'sido', but: '' },
  'beds.told_request': { of: 'sido', but: '' },
  'beds.told_hospital': { of: 'sido', but: '' },
  'beds.ask': { of: 'sido', but: '' },
  'beds.grant': { of: 'sido', but: '' },
  'national.notice': { of: 'origin', but: 'received_at' },
}

/** Everything that was made of a region's log here, but for when it was taken. */
export const toldRows = async (db: Pick<Queries, 'sql'>, sido: string): Promise<Readonly<Record<string, unknown>>> => {
  const rows: Record<string, unknown> = {}
  for (const [table, { of, but }] of Object.entries(TABLES)) {
    const found = await db.sql<{ row: unknown }>(
      `select to_jsonb(t) - $2::text as row from ${table} t where t.${of} = $1 order by (to_jsonb(t) - $2::text)::text`,
      [sido, but],
    )
    rows[table] = found.map(({ row }) => row)
  }
  return rows
}
