import type { BedClass, BlockedReason, Pathogen, SlotIsolation, SlotShare, SlotState } from '@dure/contract'
import { STALENESS } from '../facilities/index.ts'
import type { Part } from './cast.ts'
import type { Chance } from './chance.ts'

/** A bed place of the demo, its report so many minutes before the seeding. */
export type DemoSlot = {
  readonly id: string
  readonly label: string
  readonly bedClass: BedClass
  readonly isolation: SlotIsolation
  readonly share: SlotShare
  readonly state: Exclude<SlotState, 'held'>
  readonly blockedReason: BlockedReason | null
  readonly opensInHours: number | null
  readonly maxAgeYears: number | null
  readonly cohortPathogen: Pathogen | null
  readonly ageMin: number
}

/** Beds of one class and isolation in a hospital. `free`: how many are surely free; the rest fall by chance. */
type Group = {
  readonly bedClass: BedClass
  readonly isolation: SlotIsolation
  readonly label: string
  readonly count: number
  readonly free?: number
  /** 'none': no other of them is free. */
  readonly others?: 'none' | 'by_chance'
  /** How many of the first are the duty reserve, and of the last the hospital's own. */
  readonly duty?: number
  readonly own?: number
}

export type NegativeBeds = { readonly critical: number; readonly other: number }

/** Beds each weekend-duty hospital keeps. @see docs/sources/facilities.md#demo-rules */
const DUTY_BEDS = 2
/** Moderate beds ordered of hospitals of this size, as a share of the licensed beds. */
const MODERATE_ORDER = { leastBeds: 300, mostBeds: 700, share: 0.05 } as const
const OWN_USE_SHARE = 0.4

export const slotsOf = (
  hospitalId: string,
  part: Part,
  negative: NegativeBeds,
  chance: Chance,
): readonly DemoSlot[] => {
  const groups = [criticalGroup(part, negative.critical), ...negativeGroups(part, negative.other), ...otherGroups(part)]
  const report = reportAge(part, chance)
  return groups.flatMap((group) => slotsOfGroup(hospitalId, group, report, chance))
}

/** What decides the story: the critical beds with negative pressure. */
const criticalGroup = ({ part }: Part, count: number): Group => {
  const group = { bedClass: 'CRITICAL', isolation: 'negative_pressure', label: '중증 음압', count } as const
  switch (part) {
    case 'answer':
      return { ...group, free: Math.ceil(count / 2), others: 'none', own: Math.floor(count / 4) }
    case 'second':
    case 'no_surgery':
    case 'silent':
    case 'never_said':
      return { ...group, free: 1, others: 'none', own: Math.floor((count - 1) / 2) }
    case 'own_use':
      return { ...group, free: count, own: count }
    case 'duty':
      return { ...group, free: Math.min(DUTY_BEDS, count), others: 'none', duty: DUTY_BEDS }
    default:
      return { ...group, free: 0, others: 'none' }
  }
}

const negativeGroups = ({ part }: Part, count: number): readonly Group[] => {
  const group = { isolation: 'negative_pressure' } as const
  if (part === 'children')
    return [{ ...group, bedClass: 'PED_NEG', label: '소아 음압', count, free: Math.min(1, count) }]
  const emergency = Math.min(1, count)
  const intensive = Math.floor((count - emergency) / 3)
  return [
    { ...group, bedClass: 'ED_NEG', label: '응급실 음압', count: emergency },
    { ...group, bedClass: 'ICU_ID_NEG', label: '감염 중환자 음압', count: intensive, others: 'none' },
    { ...group, bedClass: 'WARD_NEG', label: '병실 음압', count: count - emergency - intensive },
  ]
}

const otherGroups = (part: Part): readonly Group[] => {
  const { licensedBeds: beds } = part
  switch (part.part) {
    case 'children':
      return [{ bedClass: 'PED_ISO', isolation: 'single_room', label: '소아 격리', count: 6, free: 2 }]
    case 'mothers':
      return [{ bedClass: 'DELIVERY', isolation: 'single_room', label: '분만', count: 4, free: 1 }]
    case 'psychiatry':
      return [{ bedClass: 'PSYCH_LOCKED', isolation: 'none', label: '폐쇄병동', count: 10, free: 2, own: 4 }]
    case 'long_term_care':
    case 'korean_medicine':
    case 'dental':
      return []
    case 'island':
      return [{ bedClass: 'WARD_GENERAL', isolation: 'none', label: '일반', count: 4, free: 2 }]
    case 'closed':
      return [{ bedClass: 'MODERATE', isolation: 'single_room', label: '중등증', count: 4, free: 4 }]
    default:
      return generalGroups(part, beds)
  }
}

const generalGroups = ({ part }: Part, beds: number): readonly Group[] => {
  const ordered = beds >= MODERATE_ORDER.leastBeds && beds <= MODERATE_ORDER.mostBeds
  const moderate = Math.round(beds * (ordered ? MODERATE_ORDER.share : MODERATE_ORDER.share / 2))
  const cohort = Math.round(moderate * 0.4)
  const intensive = Math.round(beds / 40)
  const semi = Math.max(1, Math.round(beds / 150))
  const single = { isolation: 'single_room' } as const
  return [
    ...(part === 'no_negative_pressure'
      ? [{ ...single, bedClass: 'ICU_ID', label: '감염 중환자', count: 4, free: 2 } as const]
      : []),
    { ...single, bedClass: 'SEMI_CRITICAL', label: '준중증', count: semi, own: Math.floor(semi * OWN_USE_SHARE) },
    {
      ...single,
      bedClass: 'MODERATE',
      label: '중등증',
      count: moderate - cohort,
      own: Math.floor((moderate - cohort) * OWN_USE_SHARE),
    },
    { isolation: 'cohort', bedClass: 'COHORT', label: '코호트', count: cohort },
    { ...single, bedClass: 'ED_ISO', label: '응급실 격리', count: 2 },
    {
      isolation: 'none',
      bedClass: 'ICU_GENERAL',
      label: '중환자 일반',
      count: intensive,
      own: Math.ceil(intensive * 0.7),
    },
    { isolation: 'none', bedClass: 'WARD_GENERAL', label: '일반', count: Math.round(beds / 60) },
    ...(part === 'answer' ? [{ ...single, bedClass: 'DELIVERY', label: '분만', count: 3, free: 1 } as const] : []),
  ]
}

/** Most hospitals spoke a few minutes ago; one is late with its report, and one has been silent for two days. */
const reportAge = ({ part }: Part, chance: Chance): ((bedClass: BedClass) => number) => {
  if (part === 'silent') return () => 2 * 24 * 60
  if (part === 'second') return (bedClass) => STALENESS[bedClass].staleMin + 10
  const age = chance.between(1, 9)
  return () => age
}

const slotsOfGroup = (
  hospitalId: string,
  group: Group,
  ageOf: (bedClass: BedClass) => number,
  chance: Chance,
): readonly DemoSlot[] =>
  Array.from({ length: Math.max(0, group.count) }, (_, at) => ({
    id: `${hospitalId}-${group.bedClass.replaceAll('_', '')}-${at + 1}`,
    label: `${group.label} ${at + 1}`,
    bedClass: group.bedClass,
    isolation: group.isolation,
    share: shareAt(group, at),
    ...stateAt(group, at, chance),
    maxAgeYears: group.bedClass.startsWith('PED_') ? 18 : null,
    cohortPathogen: group.isolation === 'cohort' ? ('covid19' as const) : null,
    ageMin: ageOf(group.bedClass),
  }))

const shareAt = ({ count, duty = 0, own = 0 }: Group, at: number): SlotShare => {
  if (at < duty) return 'duty_reserve'
  return at >= count - own ? 'own_use' : 'placeable'
}

type State = Pick<DemoSlot, 'state' | 'blockedReason' | 'opensInHours'>
const plain = (state: 'available' | 'occupied' | 'cleaning'): State => ({
  state,
  blockedReason: null,
  opensInHours: null,
})

/** Staff is what is short most often: see the reasons in docs/sources/facilities.md#demo-rules. */
const BLOCKED: readonly (readonly [BlockedReason, number])[] = [
  ['staff', 6],
  ['clinical', 2],
  ['maintenance', 2],
]

const stateAt = ({ free = 0, others = 'by_chance' }: Group, at: number, chance: Chance): State => {
  if (at < free) return plain('available')
  const drawn = chance.pick([
    ['available', others === 'none' ? 0 : 22],
    ['occupied', 66],
    ['cleaning', 4],
    ['blocked', 6],
    ['surge', 2],
  ])
  if (drawn === 'blocked') return { state: 'blocked', blockedReason: chance.pick(BLOCKED), opensInHours: null }
  if (drawn === 'surge') return { state: 'surge', blockedReason: null, opensInHours: chance.between(2, 24) }
  return plain(drawn as 'available' | 'occupied' | 'cleaning')
}
