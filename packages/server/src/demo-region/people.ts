import type { Role } from '@dure/contract'
import type { HospitalId, Region } from '../facilities/index.ts'
import type { Part } from './cast.ts'

export type DemoPerson = {
  readonly id: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly region: string
  readonly facilityId: HospitalId | null
}

type Place = { readonly id: HospitalId; readonly part: Part['part']; readonly name: string }

/** Hospitals whose doctors ask for beds: emergency rooms and a nursing hospital. */
const ASKING: readonly Part['part'][] = ['asks', 'silent', 'no_surgery', 'long_term_care']
/** Hospitals with a bed desk that answers. */
const ANSWERING: readonly Part['part'][] = [
  'asks',
  'answer',
  'full',
  'no_surgery',
  'second',
  'own_use',
  'duty',
  'silent',
  'no_negative_pressure',
  'never_said',
  'far',
  'children',
  'mothers',
  'psychiatry',
]

/** Surnames by rank; the given name says the work, so that nobody takes one for a real person. */
const SURNAMES = [
  '김',
  '이',
  '박',
  '최',
  '정',
  '강',
  '조',
  '윤',
  '장',
  '임',
  '한',
  '오',
  '서',
  '신',
  '권',
  '황',
] as const
const surname = (at: number): string => SURNAMES[at % SURNAMES.length] ?? '김'

/** People of every role; ids are short, for they are typed into addresses. */
export const peopleOf = (region: Region, hospitals: readonly Place[]): readonly DemoPerson[] => {
  const person = (
    id: string,
    name: string,
    role: Role,
    facilityId: HospitalId | null = null,
    also?: Role,
  ): DemoPerson => ({
    id: `demo-${region.code}-${id}`,
    name,
    roles: also === undefined ? [role] : [role, also],
    region: region.code,
    facilityId,
  })
  const numbered = hospitals.map((hospital, at) => ({ ...hospital, number: at + 1 }))
  const asking = numbered.filter(({ part }) => ASKING.includes(part))
  const answering = numbered.filter(({ part }) => ANSWERING.includes(part))
  return [
    ...asking.map(({ id, number, part }, at) => {
      const work = part === 'long_term_care' ? '요양' : '응급'
      return person(`er-${number}`, `${surname(at)}${work}`, 'requester', id)
    }),
    ...answering.map(({ id, number }, at) => person(`desk-${number}`, `${surname(at + 4)}병상`, 'hospital_desk', id)),
    // Somebody in each of these hospitals approves colleagues.
    ...answering
      .slice(0, 3)
      .map(({ id, number }, at) =>
        person(`sponsor-${number}`, `${surname(at + 9)}승인`, 'hospital_desk', id, 'sponsor'),
      ),
    person('lead-1', '장총괄', 'placement_desk', null, 'desk_lead'),
    person('privacy-1', '서보호', 'privacy_officer'),
    person('placement-1', '김배정', 'placement_desk'),
    person('placement-2', '이배정', 'placement_desk'),
    person('transport-1', '박이송', 'transport'),
    person('national-1', '최중앙', 'national_desk'),
    person('admin-1', '정관리', 'admin'),
  ]
}
