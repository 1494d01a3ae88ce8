import type { BedClass } from '@dure/contract'
import * as v from '@dure/contract'
import type { TFunction } from 'i18next'

/** The field's words as choices, in the language of the screen. */
export const options = {
  originType: (t: TFunction) => v.ORIGIN_TYPES.map((value) => ({ value, label: t(`originType.${value}`) })),
  sex: (t: TFunction) => v.SEXES.map((value) => ({ value, label: t(`sex.${value}`) })),
  isolationNeed: (t: TFunction) => v.ISOLATION_NEEDS.map((value) => ({ value, label: t(`isolationNeed.${value}`) })),
  oxygen: (t: TFunction) => v.OXYGEN_SUPPORTS.map((value) => ({ value, label: t(`oxygen.${value}`) })),
  bedClass: (t: TFunction) => v.BED_CLASSES.map((value) => ({ value, label: t(`bedClass.${value}`) })),
  needs: (t: TFunction) => v.NEEDS.map((value) => ({ value, label: t(`need.${value}`) })),
  pathogen: (t: TFunction) => v.PATHOGENS.map((value) => ({ value, label: t(`pathogen.${value}`) })),
  consciousness: (t: TFunction) => v.CONSCIOUSNESS.map((value) => ({ value, label: t(`consciousness.${value}`) })),
  severity: (t: TFunction) =>
    v.SEVERITIES.map((value, index) => ({ value, label: `${index + 1} ${t(`severity.${value}`)}` })),
  urgency: (t: TFunction) => v.URGENCIES.map((value) => ({ value, label: t(`urgency.${value}`) })),
  stability: (t: TFunction) => v.STABILITIES.map((value) => ({ value, label: t(`stability.${value}`) })),
  transport: (t: TFunction) => v.TRANSPORTS.map((value) => ({ value, label: t(`transport.${value}`) })),
  reason: (t: TFunction) => v.REQUEST_REASONS.map((value) => ({ value, label: t(`requestReason.${value}`) })),
  cancelReason: (t: TFunction) => v.CANCEL_REASONS.map((value) => ({ value, label: t(`cancelReason.${value}`) })),
  declineReason: (t: TFunction) => v.DECLINE_REASONS.map((value) => ({ value, label: t(`declineReason.${value}`) })),
  blockedReason: (t: TFunction) => v.BLOCKED_REASONS.map((value) => ({ value, label: t(`blockedReason.${value}`) })),
  share: (t: TFunction) => v.SLOT_SHARES.map((value) => ({ value, label: t(`share.${value}`) })),
  slotIsolation: (t: TFunction) => v.SLOT_ISOLATIONS.map((value) => ({ value, label: t(`slotIsolation.${value}`) })),
  roomSex: (t: TFunction) => v.ROOM_SEXES.map((value) => ({ value, label: t(`roomSex.${value}`) })),
  escalateTo: (t: TFunction) =>
    (['neighbours', 'national'] as const).map((value) => ({ value, label: t(`level.${value}`) })),
  stepDownTo: (t: TFunction) =>
    (['home', 'community_treatment_centre', 'long_term_care'] as const).map((value) => ({
      value,
      label: t(`originType.${value}`),
    })),
  codeStatus: (t: TFunction) =>
    (['full', 'no_cpr', 'comfort_only'] as const).map((value) => ({ value, label: t(`codeStatus.${value}`) })),
}

/** What an emergency doctor asks for nine times out of ten; the others are one tap further. */
export const COMMON_CLASSES: readonly BedClass[] = [
  'CRITICAL',
  'SEMI_CRITICAL',
  'MODERATE',
  'ICU_GENERAL',
  'ICU_NEG',
  'WARD_NEG',
]
