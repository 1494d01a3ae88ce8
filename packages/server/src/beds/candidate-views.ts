import type { BedCountView, Candidate, candidates, PhoneSettled } from '@dure/contract'
import type { z } from 'zod'
import type { Ranking, TermValue } from './ranking-types.ts'
import type { SlotRow } from './rows.ts'
import type { Names } from './views.ts'

export interface CandidateNames extends Names {
  sido(id: string): string
  /** When the cell of this hospital's region was last heard of; null for our own region. */
  heardAt?(id: string): string | null
}

const minutes = (seconds: number): number => Math.round(seconds / 6) / 10

const UNITS: Record<TermValue['unit'], string> = { s: 's', milli: '1/1000', level: 'level', count: 'count' }

/** The ranking as desks read it: names, minutes, and every number the order came from. */
export const toCandidatesView = (
  requestId: string,
  at: Date,
  ranking: Ranking,
  parallel: number,
  names: CandidateNames,
  labels: ReadonlyMap<string, Pick<SlotRow, 'label'>>,
  settled: ReadonlyMap<string, readonly PhoneSettled[]>,
  reported: ReadonlyMap<string, BedCountView>,
): z.input<typeof candidates> => ({
  requestId,
  at: at.toISOString(),
  candidates: ranking.candidates.map(
    (one): Candidate => ({
      rank: one.rank,
      hospitalId: one.hospitalId,
      hospitalName: names.name(one.hospitalId),
      phone: names.phone(one.hospitalId),
      sido: names.sido(one.hospitalId),
      slotId: one.slotId,
      slotLabel: labels.get(one.slotId)?.label ?? '',
      bedClass: one.bedClass,
      isolation: one.isolation,
      freeFitting: one.freeFitting,
      driveMinutes: minutes(one.driveSeconds),
      driveSource: one.driveFromServer ? 'osrm' : 'model',
      asOf: new Date(one.asOfMs).toISOString(),
      freshness: one.stale ? 'stale' : 'fresh',
      heardAt: names.heardAt?.(one.hospitalId) ?? null,
      askFirst: [...one.askFirst, ...one.unknownNeeds.map((need) => `unknown:${need}`)],
      settled: concerning(settled.get(one.hospitalId), one.bedClass),
      terms: one.terms.map(({ term, value, unit }) => ({ term, value, unit: UNITS[unit] })),
    }),
  ),
  candidatesTotal: ranking.candidatesTotal,
  whyNot: ranking.whyNot.map((one) => ({
    hospitalId: one.hospitalId,
    hospitalName: names.name(one.hospitalId),
    phone: names.phone(one.hospitalId),
    driveMinutes: one.driveSeconds === null ? null : minutes(one.driveSeconds),
    reasons: [...one.reasons, ...one.missingNeeds.map((need) => `missing:${need}`)],
    reported: reported.get(one.hospitalId) ?? null,
    settled: concerning(settled.get(one.hospitalId), null),
  })),
  whyNotTotal: ranking.whyNotTotal,
  parallel,
})

/** Of a ranking of all hospitals those whose name has these words in it: a desk is asked for one hospital, not for the first fifty. */
export const onlyNamed = (
  ranking: Ranking,
  words: string,
  { name }: Pick<Names, 'name'>,
  limits: { readonly candidates: number; readonly whyNot: number },
): Ranking => {
  const wanted = plain(words)
  const isNamed = ({ hospitalId }: { readonly hospitalId: string }) => plain(name(hospitalId)).includes(wanted)
  const [candidates, whyNot] = [ranking.candidates.filter(isNamed), ranking.whyNot.filter(isNamed)]
  return {
    ...ranking,
    candidates: candidates.slice(0, limits.candidates),
    candidatesTotal: candidates.length,
    whyNot: whyNot.slice(0, limits.whyNot),
    whyNotTotal: whyNot.length,
  }
}

const plain = (text: string): string => text.normalize('NFC').toLowerCase()

/** A call about the figures of another class says nothing of the bed that is shown. */
const concerning = (settled: readonly PhoneSettled[] = [], bedClass: string | null): PhoneSettled[] =>
  settled.filter(({ what }) => !what.startsWith('figures:') || what === `figures:${bedClass}`)
