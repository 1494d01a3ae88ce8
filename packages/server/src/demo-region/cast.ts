import type { Capability, HospitalKind } from '@dure/contract'

/**
 * The hospitals of the demo by the part they play in the story: a patient with a severe chest injury and COVID needs a
 * critical bed with negative pressure and thoracic surgery. One hospital is the answer, one is second best, and every other
 * is out for a reason of its own.
 */
export type Part = {
  readonly part:
    | 'asks'
    | 'answer'
    | 'full'
    | 'no_surgery'
    | 'second'
    | 'own_use'
    | 'duty'
    | 'silent'
    | 'no_negative_pressure'
    | 'never_said'
    | 'far'
    | 'island'
    | 'closed'
    | 'children'
    | 'mothers'
    | 'psychiatry'
    | 'long_term_care'
    | 'korean_medicine'
    | 'dental'
  readonly kind: HospitalKind
  readonly type: string
  readonly licensedBeds: number
  readonly departments: readonly string[]
  readonly yes: readonly Capability[]
  readonly no: readonly Capability[]
  /** Share of the province's critical beds; each part with a weight has at least one. */
  readonly criticalWeight: number
  /** Share of its other negative-pressure beds. */
  readonly negativeWeight: number
  readonly where: 'near' | 'far' | 'island'
}

const GENERAL_DEPARTMENTS = ['내과', '외과', '정형외과', '마취통증의학과', '영상의학과', '응급의학과', '진단검사의학과']
const EMERGENCY: readonly Capability[] = ['eq_ventilator', 'eq_ct', 'eq_mri', 'hfnc', 'ty_28', 'ty_09']
const SURGERY: readonly Capability[] = [
  'thoracic_surgery',
  'trauma',
  'neurosurgery',
  'cardiac_surgery',
  'eq_angiography',
]
const SURGICAL_DEPARTMENTS = ['흉부외과', '신경외과']
const HEART_AND_BRAIN: readonly Capability[] = ['ty_01', 'ty_02', 'ty_03', 'ty_04', 'ty_05', 'ty_06', 'ty_26', 'ty_27']
const BIRTH: readonly Capability[] = ['obstetrics', 'ty_16', 'ty_17', 'ty_18']
const CHILDREN: readonly Capability[] = ['paediatrics', 'picu', 'ty_10']
const NEWBORN: readonly Capability[] = ['nicu', 'ty_15', 'eq_incubator', 'eq_ventilator_preterm']
const CARE: readonly Capability[] = ['bariatric', 'dementia_adl', 'guardian_stay', 'sign_language']

const general = (part: Part['part'], licensedBeds: number, more: Partial<Part>): Part => ({
  part,
  kind: 'general',
  type: '종합병원',
  licensedBeds,
  departments: GENERAL_DEPARTMENTS,
  yes: EMERGENCY,
  no: [],
  criticalWeight: 0,
  negativeWeight: 1,
  where: 'near',
  ...more,
})
const withSurgery = (part: Part['part'], licensedBeds: number, more: Partial<Part>): Part =>
  general(part, licensedBeds, {
    departments: [...GENERAL_DEPARTMENTS, ...SURGICAL_DEPARTMENTS],
    yes: [...EMERGENCY, ...SURGERY, 'ty_22'],
    ...more,
  })
const special = (
  part: Part['part'],
  kind: HospitalKind,
  type: string,
  licensedBeds: number,
  more: Partial<Part>,
): Part =>
  general(part, licensedBeds, {
    kind,
    type,
    departments: [],
    yes: [],
    no: ['thoracic_surgery', 'trauma'],
    negativeWeight: 0,
    ...more,
  })

export const CAST: readonly Part[] = [
  general('asks', 520, { no: ['thoracic_surgery', 'trauma', 'neurosurgery'], negativeWeight: 2 }),
  withSurgery('answer', 1_180, {
    departments: [...GENERAL_DEPARTMENTS, ...SURGICAL_DEPARTMENTS, '산부인과', '소아청소년과', '정신건강의학과'],
    yes: [
      ...EMERGENCY,
      ...SURGERY,
      ...HEART_AND_BRAIN,
      ...BIRTH,
      ...CHILDREN,
      ...NEWBORN,
      ...CARE,
      'ty_19',
      'ty_22',
      'psychiatry',
    ],
    criticalWeight: 5,
    negativeWeight: 4,
  }),
  withSurgery('full', 880, {
    yes: [...EMERGENCY, ...SURGERY, ...HEART_AND_BRAIN, 'ty_22'],
    criticalWeight: 4,
    negativeWeight: 3,
  }),
  general('no_surgery', 640, {
    yes: [...EMERGENCY, ...BIRTH, 'ty_22'],
    no: ['thoracic_surgery', 'trauma'],
    criticalWeight: 3,
    negativeWeight: 2,
  }),
  withSurgery('second', 760, {
    yes: [...EMERGENCY, ...SURGERY, ...HEART_AND_BRAIN, ...CARE],
    criticalWeight: 4,
    negativeWeight: 3,
  }),
  withSurgery('own_use', 430, { criticalWeight: 3, negativeWeight: 1 }),
  withSurgery('duty', 580, {
    yes: [...EMERGENCY, ...SURGERY, ...BIRTH, 'ty_22'],
    criticalWeight: 3,
    negativeWeight: 2,
  }),
  withSurgery('silent', 390, { criticalWeight: 3, negativeWeight: 2 }),
  withSurgery('no_negative_pressure', 350, { criticalWeight: 0, negativeWeight: 0 }),
  general('never_said', 310, { criticalWeight: 2, negativeWeight: 1 }),
  general('far', 220, { where: 'far', no: ['thoracic_surgery', 'neurosurgery'] }),
  general('island', 30, {
    where: 'island',
    type: '병원',
    kind: 'hospital',
    yes: ['eq_ct', 'ty_28'],
    no: ['thoracic_surgery', 'trauma'],
  }),
  general('closed', 150, { type: '병원', kind: 'hospital', negativeWeight: 0 }),
  special('children', 'hospital', '병원', 120, {
    departments: ['소아청소년과'],
    yes: [...CHILDREN, 'hfnc', 'guardian_stay'],
    negativeWeight: 1,
  }),
  special('mothers', 'hospital', '병원', 90, {
    departments: ['산부인과', '소아청소년과'],
    yes: [...BIRTH, ...NEWBORN, 'paediatrics'],
  }),
  special('psychiatry', 'psychiatric', '요양병원(정신병원)', 240, {
    departments: ['정신건강의학과'],
    yes: ['psychiatry', 'ty_24', 'dementia_adl'],
  }),
  special('long_term_care', 'long_term_care', '요양병원(일반요양병원)', 180, {
    departments: ['내과', '재활의학과'],
    yes: ['dementia_adl', 'guardian_stay'],
  }),
]

/** Provinces with more people have more of these; they hold no places of the region, but patients wait there. */
export const EXTRAS: readonly Part[] = [
  special('long_term_care', 'long_term_care', '요양병원(일반요양병원)', 150, {
    departments: ['내과', '가정의학과'],
    yes: ['dementia_adl'],
  }),
  special('korean_medicine', 'korean_medicine', '한방병원', 80, { departments: ['한방내과', '한방재활의학과'] }),
  general('asks', 300, { no: ['thoracic_surgery', 'trauma'], negativeWeight: 1 }),
  special('dental', 'dental', '치과병원', 0, { departments: ['구강악안면외과'] }),
]
