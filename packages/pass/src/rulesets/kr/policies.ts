import type { Condition, PolicyPeriod } from '../../rules-model.ts'
import { type Editions, editions } from './editions.ts'
import { DAY, PUBLISHED } from './publications.ts'

/** Numbers of the Korean credential rules; each stands here once. @see docs/sources/rules.md#credentials */
export const DAYS = {
  /** 접종 후 14일: counts from the 14th day after the dose. */
  doseToEffect: 14,
  /** 180일: counts through the 180th day after. */
  validity: 180,
  /** From diagnosis to the certificate, to 15 and from 16 February 2022. */
  diagnosisToCertificate: 10,
  diagnosisToCertificateFrom16Feb: 7,
} as const
export const HOURS = { pcr: 48, rapid: 24 } as const

const path = (name: string) => ({ var: name })
const dayAfter = (name: string, days: number) => ({ plusTime: [path(name), days, 'day'] })
const at = (name: string) => dayAfter(name, 0)
const isTrue = (name: string) => ({ '===': [path(name), true] })
const is = (name: string, value: string) => ({ '===': [path(name), value] })

const ACCEPTED_PRODUCT = { in: [path('vaccination.product'), path('external.valueSets.vaccines')] }
const COMPLETE = { and: [ACCEPTED_PRODUCT, isTrue('vaccination.complete')] }
/** Through the whole of the last day. */
const LAST_DAY = DAYS.validity + 1

const primary = (until: unknown): Condition => ({
  needs: ['vaccination'],
  if: COMPLETE,
  from: dayAfter('vaccination.date', DAYS.doseToEffect),
  until,
})

/** The end of isolation where it is known, else so many days after the diagnosis. */
const released = (days: number, more: number) => ({
  if: [
    path('recovery.releasedOn'),
    dayAfter('recovery.releasedOn', more),
    dayAfter('recovery.diagnosedOn', days + more),
  ],
})
const recovered = (days: number): Condition => ({
  needs: ['recovery'],
  if: true,
  from: released(days, 0),
  until: released(days, LAST_DAY),
})

/** Infected after the series: from release. Infected before it was complete: from the 14th day after the dose. No end. */
const recoveredAndComplete = (days: number): Condition => ({
  needs: ['vaccination', 'recovery'],
  if: COMPLETE,
  from: {
    if: [
      { after: [at('recovery.diagnosedOn'), at('vaccination.date')] },
      released(days, 0),
      dayAfter('vaccination.date', DAYS.doseToEffect),
    ],
  },
  until: null,
})

/** So many hours after the result, and then until 24:00 of that day. */
const negative = (method: string, hours: number): Condition => ({
  needs: ['test'],
  if: { and: [is('test.method', method), is('test.result', 'negative')] },
  from: at('test.resultAt'),
  until: { endOfDay: [{ plusTime: [path('test.resultAt'), hours, 'hour'] }, 'Asia/Seoul'] },
})

const EVER = '9999-12-31'
const strip = (classes: readonly string[]): Condition => ({
  needs: ['strip'],
  // CertLogic has no "or": the number of wanted classes the strip carries.
  if: {
    reduce: [
      path('strip.classes'),
      { if: [{ in: [path('current'), [...classes]] }, { '+': [path('accumulator'), 1] }, path('accumulator')] },
      0,
    ],
  },
  from: at('strip.validFrom'),
  until: at('strip.validUntil'),
})

export const CONDITIONS = {
  vaccinated: primary(null),
  'vaccinated-180': primary(dayAfter('vaccination.date', LAST_DAY)),
  boosted: {
    needs: ['vaccination'],
    if: { and: [ACCEPTED_PRODUCT, isTrue('vaccination.booster')] },
    from: at('vaccination.date'),
    until: null,
  },
  recovered: recovered(DAYS.diagnosisToCertificate),
  'recovered-7': recovered(DAYS.diagnosisToCertificateFrom16Feb),
  'recovered-vaccinated': recoveredAndComplete(DAYS.diagnosisToCertificate),
  'recovered-vaccinated-7': recoveredAndComplete(DAYS.diagnosisToCertificateFrom16Feb),
  'pcr-negative': negative('pcr', HOURS.pcr),
  'rapid-negative': negative('rapid', HOURS.rapid),
  exempt: {
    needs: ['exemption'],
    if: true,
    from: { if: [path('exemption.from'), at('exemption.from'), { plusTime: ['1970-01-01', 0, 'day'] }] },
    until: { if: [path('exemption.until'), at('exemption.until'), { plusTime: [EVER, 0, 'day'] }] },
  },
  'strip-ordinary': strip(['ordinary', 'strict', 'minor', 'exempt']),
  'strip-strict': strip(['strict']),
} as const satisfies { readonly [id: string]: Condition }
export type KoreanCondition = keyof typeof CONDITIONS

type Period = Omit<PolicyPeriod, 'accepts' | 'tolerates'> & {
  readonly accepts: readonly KoreanCondition[]
  readonly tolerates?: readonly KoreanCondition[]
}

/** The longest lasting first: the first that holds is the one a holder is told of. */
const LASTING = ['boosted', 'exempt'] as const
const BRIEF = ['pcr-negative', 'strip-ordinary'] as const

const ORDINARY: readonly Editions<Period>[] = [
  editions<Period>(
    PUBLISHED.firstReform,
    {
      from: DAY.start,
      to: null,
      accepts: [...LASTING, 'recovered-vaccinated', 'vaccinated', 'recovered', ...BRIEF],
      legalBasis: '단계적 일상회복 1차 개편: 접종증명·음성확인제 (감염병예방법 제49조제1항제2호의2)',
      source: 'rules.md#credentials',
    },
    [PUBLISHED.validity180, { to: DAY.validity180 }],
  ),
  editions<Period>(PUBLISHED.validity180, {
    from: DAY.validity180,
    to: DAY.graceEndsValidity,
    accepts: [...LASTING, 'recovered-vaccinated', 'vaccinated-180', 'recovered', ...BRIEF],
    tolerates: ['vaccinated'],
    legalBasis: '방역패스 유효기간 180일 적용 (2022.1.3.), 계도기간 1.3.~1.9.',
    source: 'rules.md#validity-180',
  }),
  editions<Period>(
    PUBLISHED.validity180,
    {
      from: DAY.graceEndsValidity,
      to: null,
      accepts: [...LASTING, 'recovered-vaccinated', 'vaccinated-180', 'recovered', ...BRIEF],
      legalBasis: '방역패스 유효기간 180일 적용 (2022.1.3.)',
      source: 'rules.md#validity-180',
    },
    [PUBLISHED.rapidTests, { to: DAY.rapidTests }],
  ),
  editions<Period>(
    PUBLISHED.rapidTests,
    {
      from: DAY.rapidTests,
      to: null,
      accepts: [...LASTING, 'recovered-vaccinated', 'vaccinated-180', 'recovered', ...BRIEF, 'rapid-negative'],
      legalBasis: '방역패스용 신속항원검사 음성확인서 인정 (2022.1.26.)',
      source: 'rules.md#rapid-tests',
    },
    [PUBLISHED.sevenDays, { to: DAY.sevenDays }],
  ),
  editions<Period>(PUBLISHED.sevenDays, {
    from: DAY.sevenDays,
    to: null,
    accepts: [...LASTING, 'recovered-vaccinated-7', 'vaccinated-180', 'recovered-7', ...BRIEF, 'rapid-negative'],
    legalBasis: '완치확인서 발급 기준 변경: 진단일 기준 10일 후 → 7일 후 (2022.2.16.)',
    source: 'rules.md#recovered',
  }),
]

/** 접종완료자만: neither a test nor an exemption is enough. */
const STRICT: readonly Editions<Period>[] = [
  editions<Period>(
    PUBLISHED.firstReform,
    {
      from: DAY.start,
      to: null,
      accepts: ['boosted', 'recovered-vaccinated', 'vaccinated', 'strip-strict'],
      legalBasis: '단계적 일상회복 1차 개편: 유흥시설 등은 접종완료자만 이용',
      source: 'rules.md#nightlife',
    },
    [PUBLISHED.validity180, { to: DAY.validity180 }],
  ),
  editions<Period>(PUBLISHED.validity180, {
    from: DAY.validity180,
    to: null,
    accepts: ['boosted', 'recovered-vaccinated', 'vaccinated-180', 'strip-strict'],
    legalBasis: '방역패스 유효기간 180일 적용 (2022.1.3.)',
    source: 'rules.md#validity-180',
  }),
]

export const POLICIES = { ordinary: ORDINARY, strict: STRICT } as const
