import type { AgeBand } from '../../rules-model.ts'

/** 행안부 codes. Gangwon and Jeonbuk carry the code of their time (42, 45) and today's (51, 52). */
export const REGIONS = {
  '11': '서울특별시',
  '26': '부산광역시',
  '27': '대구광역시',
  '28': '인천광역시',
  '29': '광주광역시',
  '30': '대전광역시',
  '31': '울산광역시',
  '36': '세종특별자치시',
  '41': '경기도',
  '42': '강원도',
  '43': '충청북도',
  '44': '충청남도',
  '45': '전라북도',
  '46': '전라남도',
  '47': '경상북도',
  '48': '경상남도',
  '50': '제주특별자치도',
  '51': '강원특별자치도',
  '52': '전북특별자치도',
} as const
export const CAPITAL_AREA = ['11', '28', '41'] as const

/** The five types of 1 November 2021. @see docs/sources/rules.md#facility-types */
export const FIVE_TYPES = {
  nightlife: '유흥시설 등 (유흥주점, 단란주점, 클럽(나이트), 헌팅포차, 감성주점, 콜라텍·무도장)',
  karaoke: '노래(코인)연습장',
  'indoor-sports': '실내체육시설',
  bathhouse: '목욕장업',
  'racing-casino': '경륜·경정·경마, 카지노(내국인)',
} as const
/** The eleven added on 6 December 2021. */
export const ELEVEN_ADDED = {
  'restaurant-cafe': '식당·카페',
  academy: '학원 등',
  'cinema-theatre': '영화관·공연장',
  'study-room': '독서실·스터디카페',
  'multi-room': '멀티방 (오락실 제외)',
  'pc-cafe': 'PC방',
  'indoor-stadium': '스포츠경기(관람)장 (실내)',
  museum: '박물관·미술관·과학관',
  'party-room': '파티룸',
  library: '도서관',
  massage: '마사지업소·안마소',
} as const
/** The seventeenth, added on 10 January 2022. */
export const SEVENTEENTH = { 'large-store': '상점·마트·백화점 (3,000㎡ 이상)' } as const

/** Named in the order of 3 December 2021 as outside the pass. */
export const NEVER_REQUIRED = {
  'small-store': '상점·마트 (3,000㎡ 미만)',
  'amusement-park': '유원시설 (놀이공원 등)',
  arcade: '오락실',
  'outdoor-stadium': '스포츠경기(관람)장 (실외)',
  'outdoor-sports': '실외체육시설',
  lodging: '숙박시설',
  'kids-cafe': '키즈카페',
  'beauty-salon': '이·미용업',
} as const

export const FACILITY_TYPES = { ...FIVE_TYPES, ...ELEVEN_ADDED, ...SEVENTEENTH, ...NEVER_REQUIRED } as const
export type KoreanFacility = keyof typeof FACILITY_TYPES

export const keys = <T extends object>(map: T): (keyof T & string)[] => Object.keys(map) as (keyof T & string)[]

/** `youth` are those born 2003–2009, by year of birth as the government clarified on 4 December 2021; `senior` is 60 and older. */
export const AGE_BANDS: readonly AgeBand[] = [
  { band: 'child', bornFrom: '2010-01-01' },
  { band: 'youth', bornFrom: '2003-01-01' },
  { band: 'adult', ageBelow: 60 },
  { band: 'senior' },
]
