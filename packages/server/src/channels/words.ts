import type { BedClass, DeclineReason, IsolationNeed, Need, OxygenSupport } from '@dure/contract'

/** Words short enough for a text message and a printed line; screens have longer ones in their catalogues. */
export const CLASS_WORD: Record<BedClass, string> = {
  CRITICAL: '위중증',
  SEMI_CRITICAL: '준중증',
  MODERATE: '중등증',
  COHORT: '코호트',
  ICU_ID: '감염중환자실',
  ICU_ID_NEG: '감염중환자실음압',
  ICU_NEG: '중환자실음압',
  ICU_GENERAL: '중환자실',
  WARD_NEG: '입원음압',
  WARD_GENERAL: '일반입원',
  ED_NEG: '응급실음압',
  ED_ISO: '응급실격리',
  PED_NEG: '소아음압',
  PED_ISO: '소아격리',
  PSYCH_LOCKED: '정신폐쇄',
  DELIVERY: '분만',
}

export const ISOLATION_WORD: Record<IsolationNeed, string | null> = {
  none: null,
  droplet: '격리',
  airborne_negative: '음압',
  cohort: '코호트격리',
}

/** Oxygen support that asks for a machine; the lesser ones every hospital has. */
export const OXYGEN_WORD: Record<OxygenSupport, string | null> = {
  room_air: null,
  nasal_cannula: null,
  mask: null,
  hfnc: '고유량산소',
  niv: '비침습호흡기',
  imv: '인공호흡기',
  ecmo: 'ECMO',
}

export const NEED_WORD: Record<Need, string> = {
  ventilator: '인공호흡기',
  hfnc: '고유량산소',
  ecmo: 'ECMO',
  crrt: 'CRRT',
  haemodialysis: '투석',
  delivery: '분만',
  caesarean: '제왕절개',
  nicu: 'NICU',
  picu: 'PICU',
  psych_locked: '정신폐쇄',
  trauma: '외상',
  thoracic_surgery: '흉부외과',
  neurosurgery: '신경외과',
  cardiac: '심장',
  stroke: '뇌졸중',
  burn: '화상',
  bariatric: '고도비만',
  dementia_adl: '일상도움',
  sign_language: '수어',
  guardian_stay: '보호자',
}

/** The most decisive first: what is left out of a short text is at the end. */
export const NEED_ORDER: readonly Need[] = [
  'ecmo',
  'ventilator',
  'crrt',
  'thoracic_surgery',
  'neurosurgery',
  'trauma',
  'cardiac',
  'stroke',
  'burn',
  'nicu',
  'picu',
  'caesarean',
  'delivery',
  'haemodialysis',
  'hfnc',
  'psych_locked',
  'bariatric',
  'dementia_adl',
  'sign_language',
  'guardian_stay',
]

/** Reasons by the number that is answered: `4821 2 1` = staff. */
export const REASON_NUMBERS: readonly { readonly reason: DeclineReason; readonly word: string }[] = [
  { reason: 'staff', word: '인력' },
  { reason: 'bed', word: '병상' },
  { reason: 'equipment', word: '장비' },
  { reason: 'specialty', word: '진료과' },
  { reason: 'isolation', word: '격리' },
  { reason: 'data_wrong', word: '정보틀림' },
  { reason: 'other', word: '기타' },
]
