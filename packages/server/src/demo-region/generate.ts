import type { Capability, CapabilityAnswer, HospitalState } from '@dure/contract'
import { type HospitalId, type Position, parseHospitalId, type Region, regionByCode } from '../facilities/index.ts'
import { type DemoSlot, slotsOf } from './bed-places.ts'
import { CAST, EXTRAS, type Part } from './cast.ts'
import { type Chance, seededChance, shareOut } from './chance.ts'
import { placeOf } from './districts.ts'
import { type DemoPerson, peopleOf } from './people.ts'
import { type RegionTotals, totalsOf } from './totals.ts'

export type DemoHospital = {
  readonly id: HospitalId
  readonly part: Part['part']
  readonly name: string
  readonly type: string
  readonly kind: Part['kind']
  readonly sigunguCode: string | null
  readonly address: string
  readonly phone: string
  readonly erPhone: string | null
  readonly position: Position
  readonly licensedBeds: number
  readonly departments: readonly string[]
  readonly state: HospitalState
  /** Machines of the province's total that stand here. */
  readonly equipment: { readonly ventilators: number; readonly ecmo: number; readonly crrt: number }
  /** A code that is not here was never answered. */
  readonly answers: readonly (readonly [Capability, Exclude<CapabilityAnswer, 'unknown'>])[]
  readonly slots: readonly DemoSlot[]
}

export type DemoRegion = {
  readonly region: Region
  readonly totals: RegionTotals
  readonly hospitals: readonly DemoHospital[]
  readonly people: readonly DemoPerson[]
}

export const DEMO_SEED = 'dure'
const PEOPLE_PER_HOSPITAL = 160_000

/**
 * An invented province: real code, geography and sizes, hospitals and people that do not exist. The same province and seed
 * give the same demo on every machine.
 * @throws when there is no such province
 */
export const generateRegion = (sidoCode: string, seed: string = DEMO_SEED): DemoRegion => {
  const region = regionByCode(sidoCode)
  if (region === undefined) throw new Error(`there is no province ${sidoCode}`)
  const chance = seededChance(`${seed}:${sidoCode}`)
  const totals = totalsOf(region)
  const parts = partsOf(region)
  const negative = shareNegative(parts, totals.negativePressureBeds)
  const equipment = shareEquipment(parts, totals)
  const hospitals = parts.map((part, at) =>
    hospitalOf(region, part, at + 1, negative[at] ?? NO_BEDS, equipment[at] ?? NO_MACHINES, chance),
  )
  return { region, totals, hospitals, people: peopleOf(region, hospitals) }
}

const NO_BEDS = { critical: 0, other: 0 }
const NO_MACHINES = { ventilators: 0, ecmo: 0, crrt: 0 }

/** The whole cast is there in the smallest province too: the story must have its answer everywhere. */
const partsOf = ({ population }: Region): readonly Part[] => {
  const more = Math.max(0, Math.round(population / PEOPLE_PER_HOSPITAL) - CAST.length)
  const extras = Array.from({ length: more }, (_, at) => EXTRAS[at % EXTRAS.length])
  return [...CAST, ...extras.filter((part) => part !== undefined)]
}

/** Half of the negative-pressure beds are critical ones, and every hospital of the story that needs one has one. */
const shareNegative = (parts: readonly Part[], total: number) => {
  const needed = parts.filter(({ criticalWeight }) => criticalWeight > 0).length
  const critical = Math.min(total, Math.max(needed, Math.round(total / 2)))
  const beyond = shareOut(
    critical - Math.min(needed, critical),
    parts.map(({ criticalWeight }) => criticalWeight),
  )
  const other = shareOut(
    total - critical,
    parts.map(({ negativeWeight }) => negativeWeight),
  )
  return parts.map(({ criticalWeight }, at) => ({
    critical: (criticalWeight > 0 ? 1 : 0) + (beyond[at] ?? 0),
    other: other[at] ?? 0,
  }))
}

const shareEquipment = (parts: readonly Part[], totals: RegionTotals) => {
  const weights = (has: (part: Part) => boolean) => parts.map((part) => (has(part) ? part.licensedBeds : 0))
  const ventilators = shareOut(
    totals.ventilators,
    weights(({ yes }) => yes.includes('eq_ventilator')),
  )
  const ecmo = shareOut(
    totals.ecmo,
    weights(({ yes }) => yes.includes('cardiac_surgery')),
  )
  const crrt = shareOut(
    totals.crrt,
    weights(({ yes }) => yes.includes('ty_22')),
  )
  return parts.map((_, at) => ({ ventilators: ventilators[at] ?? 0, ecmo: ecmo[at] ?? 0, crrt: crrt[at] ?? 0 }))
}

const hospitalOf = (
  region: Region,
  part: Part,
  number: number,
  negative: { readonly critical: number; readonly other: number },
  equipment: DemoHospital['equipment'],
  chance: Chance,
): DemoHospital => {
  const id = parseHospitalId(`DEMO-${region.code}-${String(number).padStart(2, '0')}`)
  if (id === undefined) throw new Error('a demo id is malformed')
  const { district, position } = placeOf(region, number, part.where, chance)
  const emergency = part.yes.includes('ty_28')
  return {
    id,
    part: part.part,
    name: `(가상) 두레제${number}${NAME_ENDING[part.kind]}`,
    type: part.type,
    kind: part.kind,
    sigunguCode: district.code,
    address: [region.nameKo, district.name, `(가상의 주소 ${number})`].filter((word) => word !== '').join(' '),
    phone: phoneOf(region, number),
    erPhone: emergency ? phoneOf(region, number + 500) : null,
    position,
    licensedBeds: part.licensedBeds,
    departments: part.departments,
    state: part.part === 'closed' ? 'closed' : 'open',
    equipment,
    answers: answersOf(part, equipment),
    slots: slotsOf(id, part, negative, chance),
  }
}

const NAME_ENDING: Readonly<Record<Part['kind'], string>> = {
  general: '병원',
  hospital: '병원',
  long_term_care: '요양병원',
  psychiatric: '정신병원',
  korean_medicine: '한방병원',
  dental: '치과병원',
  other: '의원',
}

/** Real area codes; the exchange 000 is given to nobody. */
const AREA_CODES: Readonly<Record<Region['code'], string>> = {
  '11': '02',
  '26': '051',
  '27': '053',
  '28': '032',
  '29': '062',
  '30': '042',
  '31': '052',
  '36': '044',
  '41': '031',
  '51': '033',
  '43': '043',
  '44': '041',
  '52': '063',
  '46': '061',
  '47': '054',
  '48': '055',
  '50': '064',
}
const phoneOf = ({ code }: Region, number: number): string =>
  `${AREA_CODES[code]}-000-${String(number).padStart(4, '0')}`

/** A machine that stands there is a yes, and where none was shared out a no. */
const answersOf = (part: Part, equipment: DemoHospital['equipment']): DemoHospital['answers'] => {
  const machines = {
    eq_ventilator: equipment.ventilators,
    eq_ecmo: equipment.ecmo,
    eq_crrt: equipment.crrt,
  } as const
  const stated = new Map<Capability, 'yes' | 'no'>()
  for (const code of part.no) stated.set(code, 'no')
  for (const code of part.yes) stated.set(code, 'yes')
  for (const [code, count] of Object.entries(machines)) stated.set(code as Capability, count > 0 ? 'yes' : 'no')
  return [...stated]
}
