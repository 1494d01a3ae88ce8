import type { Interval, Rule } from '../../rules-model.ts'
import { type Editions, editions } from './editions.ts'
import { DAY, PUBLISHED } from './publications.ts'
import { ELEVEN_ADDED, FIVE_TYPES, type KoreanFacility, keys, NEVER_REQUIRED, SEVENTEENTH } from './vocabulary.ts'

type Facilities = { readonly facilities: readonly KoreanFacility[] }
type Duty = Extract<Rule, { readonly effect: 'required' }> & Facilities
type Free = Extract<Rule, { readonly effect: 'not-required' }> & Facilities
type Exempt = Duty['exempt'][number]

const REFORM = '단계적 일상회복 1차 개편 방역수칙 (중앙재난안전대책본부, 2021.10.29.)'
const DECEMBER = '특별방역대책 추가 후속조치: 방역패스 적용 확대 (중앙재난안전대책본부, 2021.12.3.)'
const EMERGENCY = '사회적 거리두기 강화 조치 (중앙재난안전대책본부, 2021.12.16.)'
const JANUARY = '방역패스 적용시설 조정: 3,000㎡ 이상 대규모점포 (중앙재난안전대책본부, 2021.12.31.)'
const SIX_LIFTED = '방역패스 적용시설 6종 해제 (중앙재난안전대책본부, 2022.1.17.)'
const LIFTED = '방역패스 적용 중단 (중앙재난안전대책본부, 2022.2.28.)'

const CHILDREN: Exempt = { from: DAY.start, to: null, bands: ['child'] }
/** 만 18세 이하: the end of their exemption was announced, and put off twice, and never came. */
const under19 = (to: string | null): readonly Exempt[] => [CHILDREN, { from: DAY.start, to, bands: ['youth'] }]
const YOUTH_GRACE = { from: DAY.youthSecondPlan, to: DAY.youthSecondPlanGraceEnds, bands: ['youth'] } as const

/** What later publications said of the young, for a rule in force in 2022. */
const youthDates = (grace: Duty['grace']): readonly (readonly [string, Partial<Duty>])[] => [
  [PUBLISHED.largeStores, { exempt: under19(DAY.youthSecondPlan), grace: [...grace, YOUTH_GRACE] }],
  [PUBLISHED.youthApril, { exempt: under19(DAY.youthThirdPlan), grace }],
  [PUBLISHED.end, { to: DAY.end, exempt: under19(null) }],
]

const graceTo = (from: string, to: string): readonly Interval[] => [{ from, to }]

/** 1 November – 5 December 2021: five types. */
const november = (id: string, facilities: readonly KoreanFacility[], graceEnds: string): Editions<Duty> =>
  editions<Duty>(
    PUBLISHED.firstReform,
    {
      id,
      from: DAY.start,
      to: null,
      facilities,
      effect: 'required',
      policy: 'ordinary',
      exempt: under19(null),
      grace: graceTo(DAY.start, graceEnds),
      legalBasis: REFORM,
      source: 'rules.md#five-types',
    },
    [PUBLISHED.sixteenTypes, { to: DAY.sixteen }],
  )

const NIGHTLIFE = editions<Duty>(
  PUBLISHED.firstReform,
  {
    id: 'kr-2021-11-nightlife',
    from: DAY.start,
    to: null,
    facilities: ['nightlife'],
    effect: 'required',
    policy: 'strict',
    exempt: [],
    grace: graceTo(DAY.start, DAY.graceEndsFive),
    legalBasis: REFORM,
    source: 'rules.md#nightlife',
  },
  [PUBLISHED.sixteenTypes, { to: DAY.sixteen }],
)

/** No pass was asked in restaurants, but at most four persons without one could sit together. */
const NOVEMBER_RESTAURANTS = editions<Duty>(
  PUBLISHED.firstReform,
  {
    id: 'kr-2021-11-restaurants',
    from: DAY.start,
    to: null,
    facilities: ['restaurant-cafe'],
    effect: 'required',
    policy: 'ordinary',
    exempt: under19(null),
    grace: [],
    allowance: { kind: 'per-party', max: 4 },
    legalBasis: REFORM,
    source: 'rules.md#restaurants',
  },
  [PUBLISHED.sixteenTypes, { to: DAY.sixteen }],
)

const december = (id: string, from: string, facilities: readonly KoreanFacility[], more: Partial<Duty>): Duty => ({
  id,
  from,
  to: null,
  facilities,
  effect: 'required',
  policy: 'ordinary',
  exempt: under19(DAY.youthFirstPlan),
  grace: [],
  legalBasis: DECEMBER,
  source: 'rules.md#sixteen-types',
  ...more,
})

const DECEMBER_GRACE = graceTo(DAY.sixteen, DAY.graceEndsSixteen)
const LIFTED_IN_JANUARY = ['academy', 'cinema-theatre', 'study-room', 'museum', 'library'] as const
const KEPT = ['multi-room', 'pc-cafe', 'indoor-stadium', 'party-room', 'massage'] as const

const SIXTEEN_TYPES: readonly Editions<Duty>[] = [
  editions(PUBLISHED.sixteenTypes, december('kr-2021-12-five', DAY.sixteen, keys(FIVE_TYPES), {}), ...youthDates([])),
  editions(
    PUBLISHED.sixteenTypes,
    december('kr-2021-12-kept', DAY.sixteen, KEPT, { grace: DECEMBER_GRACE }),
    ...youthDates(DECEMBER_GRACE),
  ),
  editions(
    PUBLISHED.sixteenTypes,
    december('kr-2021-12-until-january', DAY.sixteen, LIFTED_IN_JANUARY, { grace: DECEMBER_GRACE }),
    [PUBLISHED.largeStores, { exempt: under19(DAY.youthSecondPlan), grace: [...DECEMBER_GRACE, YOUTH_GRACE] }],
    [PUBLISHED.elevenTypes, { to: DAY.eleven }],
  ),
  editions(
    PUBLISHED.sixteenTypes,
    december('kr-2021-12-restaurants', DAY.sixteen, ['restaurant-cafe'], {
      grace: DECEMBER_GRACE,
      allowance: { kind: 'per-party', max: 1 },
      source: 'rules.md#restaurants',
    }),
    [PUBLISHED.fourPersons, { to: DAY.restaurantsAlone }],
  ),
  editions(
    PUBLISHED.fourPersons,
    december('kr-2021-12-restaurants-alone', DAY.restaurantsAlone, ['restaurant-cafe'], {
      allowance: { kind: 'alone' },
      legalBasis: EMERGENCY,
      source: 'rules.md#restaurants',
    }),
    ...youthDates([]),
  ),
]

const LARGE_STORES = editions<Duty>(
  PUBLISHED.largeStores,
  december('kr-2022-01-large-stores', DAY.largeStores, ['large-store'], {
    exempt: under19(DAY.youthSecondPlan),
    grace: [...graceTo(DAY.largeStores, DAY.graceEndsLargeStores), YOUTH_GRACE],
    legalBasis: JANUARY,
    source: 'rules.md#seventeenth-type',
  }),
  [PUBLISHED.elevenTypes, { to: DAY.eleven }],
)

const free = (
  id: string,
  from: string,
  facilities: readonly KoreanFacility[],
  legalBasis: string,
  source: string,
): Free => ({
  id,
  from,
  to: null,
  facilities,
  effect: 'not-required',
  legalBasis,
  source,
})

const addedLater = keys(ELEVEN_ADDED).filter((type) => type !== 'restaurant-cafe')
const SEVENTEEN = [...keys(FIVE_TYPES), ...keys(ELEVEN_ADDED), ...keys(SEVENTEENTH)]

const FREE: readonly Editions<Free>[] = [
  editions(PUBLISHED.firstReform, free('kr-2021-11-not-yet', DAY.start, addedLater, REFORM, 'rules.md#five-types'), [
    PUBLISHED.sixteenTypes,
    { to: DAY.sixteen },
  ]),
  editions(
    PUBLISHED.firstReform,
    free('kr-2021-11-large-stores', DAY.start, keys(SEVENTEENTH), REFORM, 'rules.md#five-types'),
    [PUBLISHED.largeStores, { to: DAY.largeStores }],
  ),
  editions(
    PUBLISHED.firstReform,
    free('kr-2021-11-never', DAY.start, keys(NEVER_REQUIRED), DECEMBER, 'rules.md#never-required'),
  ),
  editions(
    PUBLISHED.elevenTypes,
    free('kr-2022-01-six', DAY.eleven, [...LIFTED_IN_JANUARY, 'large-store'], SIX_LIFTED, 'rules.md#eleven-types'),
    [PUBLISHED.end, { to: DAY.end }],
  ),
  editions<Free>(PUBLISHED.end, {
    ...free('kr-2022-03-end', DAY.end, SEVENTEEN, LIFTED, 'rules.md#end'),
    lifted: true,
  }),
]

export const RULES: readonly Editions<Duty | Free>[] = [
  NIGHTLIFE,
  november('kr-2021-11-four', ['karaoke', 'bathhouse', 'racing-casino'], DAY.graceEndsFive),
  november('kr-2021-11-gyms', ['indoor-sports'], DAY.graceEndsGyms),
  NOVEMBER_RESTAURANTS,
  ...SIXTEEN_TYPES,
  LARGE_STORES,
  ...FREE,
]
