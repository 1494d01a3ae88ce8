import type { GatheringLimit, Suspension } from '../../rules-model.ts'
import { type Editions, editions } from './editions.ts'
import { DAY, PUBLISHED } from './publications.ts'
import { CAPITAL_AREA } from './vocabulary.ts'

const UNTIL_30_DAYS = '본안 사건의 판결 선고일부터 30일이 되는 날까지'
const UNTIL_JUDGMENT = '본안 사건의 제1심 판결 선고 시까지'

/** The courts' decisions. All were still in force when the pass ended. @see docs/sources/rules.md#courts */
export const SUSPENSIONS: readonly Editions<Suspension>[] = [
  editions<Suspension>(PUBLISHED.courtEducation, {
    id: 'court-2022-01-04-education',
    from: PUBLISHED.courtEducation,
    to: null,
    until: UNTIL_JUDGMENT,
    facilities: ['academy', 'study-room'],
    legalBasis: '서울행정법원 2022.1.4. 결정 (제8부, 2021아13365): 학원·독서실·스터디카페',
    source: 'rules.md#courts',
  }),
  editions<Suspension>(PUBLISHED.courtSeoul, {
    id: 'court-2022-01-14-seoul-stores',
    from: PUBLISHED.courtSeoul,
    to: null,
    until: UNTIL_30_DAYS,
    sido: ['11'],
    facilities: ['large-store'],
    legalBasis: '서울행정법원 2022.1.14. 결정 (제4부): 서울특별시 상점·마트·백화점',
    source: 'rules.md#courts',
  }),
  editions<Suspension>(PUBLISHED.courtSeoul, {
    id: 'court-2022-01-14-seoul-youth',
    from: PUBLISHED.courtSeoul,
    to: null,
    until: UNTIL_30_DAYS,
    sido: ['11'],
    ageBands: ['youth'],
    legalBasis: '서울행정법원 2022.1.14. 결정 (제4부): 서울특별시 12~18세 17종 시설',
    source: 'rules.md#courts',
  }),
  editions<Suspension>(PUBLISHED.courtGyeonggi, {
    id: 'court-2022-02-17-gyeonggi-youth',
    from: PUBLISHED.courtGyeonggi,
    to: null,
    until: UNTIL_JUDGMENT,
    sido: ['41'],
    ageBands: ['youth'],
    legalBasis: '수원지방법원 2022.2.17. 결정 (제2행정부): 경기도 12~18세',
    source: 'rules.md#courts',
  }),
  editions<Suspension>(PUBLISHED.courtsThreeCities, {
    id: 'court-2022-02-18-three-cities-youth',
    from: PUBLISHED.courtsThreeCities,
    to: null,
    until: UNTIL_JUDGMENT,
    sido: ['26', '28', '30'],
    ageBands: ['youth'],
    legalBasis: '부산지방법원·인천지방법원·대전지방법원 2022.2.18. 결정: 12~18세',
    source: 'rules.md#courts',
  }),
  editions<Suspension>(PUBLISHED.courtChungbuk, {
    id: 'court-2022-02-21-chungbuk-youth',
    from: PUBLISHED.courtChungbuk,
    to: null,
    until: UNTIL_30_DAYS,
    sido: ['43'],
    ageBands: ['youth'],
    legalBasis: '청주지방법원 2022.2.21. 결정 (행정1부): 충청북도 12~18세',
    source: 'rules.md#courts',
  }),
  editions<Suspension>(PUBLISHED.courtDaegu, {
    id: 'court-2022-02-23-daegu-restaurants',
    from: PUBLISHED.courtDaegu,
    to: null,
    until: UNTIL_30_DAYS,
    sido: ['27'],
    facilities: ['restaurant-cafe'],
    ageBands: ['child', 'youth', 'adult'],
    legalBasis: '대구지방법원 2022.2.23. 결정 (제1행정부): 대구광역시 식당·카페 60세 미만',
    source: 'rules.md#courts',
  }),
  editions<Suspension>(PUBLISHED.courtDaegu, {
    id: 'court-2022-02-23-daegu-youth',
    from: PUBLISHED.courtDaegu,
    to: null,
    until: UNTIL_30_DAYS,
    sido: ['27'],
    ageBands: ['youth'],
    legalBasis: '대구지방법원 2022.2.23. 결정 (제1행정부): 대구광역시 12~18세',
    source: 'rules.md#courts',
  }),
]

const BASIS = '사적모임 인원 제한 (감염병예방법 제49조제1항제2호)'
const limit = (id: string, from: string, max: number, sido?: readonly string[]): GatheringLimit => ({
  id,
  from,
  to: null,
  max,
  ...(sido === undefined ? {} : { sido }),
  legalBasis: BASIS,
  source: 'rules.md#gatherings',
})

/** 사적모임 제한, whatever the pass. @see docs/sources/rules.md#gatherings */
export const GATHERINGS: readonly Editions<GatheringLimit>[] = [
  editions(PUBLISHED.firstReform, limit('gathering-2021-11-capital', DAY.start, 10, CAPITAL_AREA), [
    PUBLISHED.sixteenTypes,
    { to: DAY.sixteen },
  ]),
  editions(PUBLISHED.firstReform, limit('gathering-2021-11', DAY.start, 12), [
    PUBLISHED.sixteenTypes,
    { to: DAY.sixteen },
  ]),
  editions(PUBLISHED.sixteenTypes, limit('gathering-2021-12-06-capital', DAY.sixteen, 6, CAPITAL_AREA), [
    PUBLISHED.fourPersons,
    { to: DAY.restaurantsAlone },
  ]),
  editions(PUBLISHED.sixteenTypes, limit('gathering-2021-12-06', DAY.sixteen, 8), [
    PUBLISHED.fourPersons,
    { to: DAY.restaurantsAlone },
  ]),
  editions(PUBLISHED.fourPersons, limit('gathering-2021-12-18', DAY.restaurantsAlone, 4), [
    PUBLISHED.sixPersons,
    { to: DAY.sixPersons },
  ]),
  editions(PUBLISHED.sixPersons, limit('gathering-2022-01-17', DAY.sixPersons, 6), [
    PUBLISHED.eightPersons,
    { to: DAY.eightPersons },
  ]),
  editions(PUBLISHED.eightPersons, limit('gathering-2022-03-21', DAY.eightPersons, 8), [
    PUBLISHED.tenPersons,
    { to: DAY.tenPersons },
  ]),
  editions(PUBLISHED.tenPersons, limit('gathering-2022-04-04', DAY.tenPersons, 10), [
    PUBLISHED.noLimit,
    { to: DAY.noLimit },
  ]),
]
