import type { IsolationNeed, Pathogen, Sex } from '@dure/contract'
import {
  CARE_LEVEL,
  ISOLATION_LEVEL,
  ISOLATION_SERVED_BY,
  isolationNeedOf,
  PAEDIATRIC_CLASSES,
  PAEDIATRIC_MAX_AGE_YEARS,
  SERVED_BY,
} from './candidate-classes.ts'
import type { WhyNot } from './candidate-reasons.ts'
import type { RequestRow, SlotRow } from './rows.ts'
import { compareIds } from './tie-break.ts'

export type FitRequest = Pick<
  RequestRow,
  'requested_class' | 'isolation_need' | 'pathogen' | 'sex' | 'age_years' | 'urgency'
>

/** Why this very place cannot take this patient, whoever offers it. Its age as a figure does not count: its hospital speaks now. */
export const fitFaults = (request: FitRequest, slot: SlotRow): readonly WhyNot[] => [
  ...(SERVED_BY[request.requested_class].includes(slot.bed_class) ? [] : (['class-too-low'] as const)),
  ...(servesIsolation(request, slot) ? [] : (['isolation-missing'] as const)),
  ...(servesCohort(slot, request.pathogen) ? [] : (['cohort-of-other-pathogen'] as const)),
  ...(servesAge(slot, request.age_years) ? [] : (['age-outside-limits'] as const)),
  ...(servesSex(slot, request.sex) ? [] : (['room-of-other-sex'] as const)),
]

const servesIsolation = (request: FitRequest, slot: SlotRow): boolean => {
  const need: IsolationNeed = isolationNeedOf(request.requested_class, request.isolation_need)
  return ISOLATION_SERVED_BY[need].includes(slot.isolation)
}

const servesCohort = (slot: SlotRow, pathogen: Pathogen | null): boolean =>
  slot.isolation !== 'cohort' || (pathogen !== null && pathogen !== 'none' && slot.cohort_pathogen === pathogen)

const servesAge = (slot: SlotRow, ageYears: number): boolean => {
  const oldest = slot.max_age_years ?? (PAEDIATRIC_CLASSES.includes(slot.bed_class) ? PAEDIATRIC_MAX_AGE_YEARS : 999)
  return ageYears >= (slot.min_age_years ?? 0) && ageYears <= oldest
}

const servesSex = (slot: SlotRow, sex: Sex): boolean => slot.room_sex === 'any' || slot.room_sex === sex

/**
 * The places an unnamed acceptance may take, best first: the region's before the duty reserve (for who needs one at once), least care wasted,
 * least isolation wasted, then by id. A hospital's own places are given by name only.
 */
export const fittingOrder = (request: FitRequest, slots: readonly SlotRow[]): readonly SlotRow[] =>
  slots
    .filter((slot) => slot.share === 'placeable' || (slot.share === 'duty_reserve' && request.urgency === 'immediate'))
    .filter((slot) => fitFaults(request, slot).length === 0)
    .sort(
      (a, b) =>
        Number(a.share === 'duty_reserve') - Number(b.share === 'duty_reserve') ||
        CARE_LEVEL[a.bed_class] - CARE_LEVEL[b.bed_class] ||
        ISOLATION_LEVEL[a.isolation] - ISOLATION_LEVEL[b.isolation] ||
        compareIds(a.id, b.id),
    )
