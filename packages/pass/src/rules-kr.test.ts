import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { unwrap } from './result.ts'
import { evaluateRules, instantsOfChange, type Question, type Situation, stripClassesFor } from './rules.ts'
import { type CompiledRuleSet, compileRuleSet, parseRuleSet } from './rules-compile.ts'
import type { Credential } from './rules-credentials.ts'
import { type Answer, REASONS, type ReasonCode } from './rules-reasons.ts'
import { KOREA_RULE_SETS, KOREA_RULES, koreaRulesAt } from './rulesets/kr/index.ts'
import { PUBLICATIONS } from './rulesets/kr/publications.ts'
import {
  ELEVEN_ADDED,
  FACILITY_TYPES,
  FIVE_TYPES,
  keys,
  NEVER_REQUIRED,
  REGIONS,
  SEVENTEENTH,
} from './rulesets/kr/vocabulary.ts'
import { toSeoulIso } from './seoul-time.ts'

const SET = unwrap(compileRuleSet(KOREA_RULES))
const SOURCES = readFileSync(new URL('../../../docs/sources/rules.md', import.meta.url), 'utf8')

/** `2021-12-06`, `2021-12-06 13:00` or `2021-12-06 13:00:05`, Korean time. */
const kst = (text: string): number => Date.parse(`${text.length > 10 ? text.replace(' ', 'T') : `${text}T00:00`}+09:00`)

const ADULT = '1980-05-05'
const PFIZER = 'EU/1/20/1528'
const JANSSEN = 'EU/1/20/1525'
const dose = (number: number, date: string, more: Partial<{ product: string; of: number }> = {}): Credential => ({
  kind: 'vaccination',
  product: PFIZER,
  of: number === 1 ? 2 : number,
  dose: number,
  date,
  ...more,
})
const pcr = (resultAt: string, result: 'negative' | 'positive' = 'negative'): Credential => ({
  kind: 'test',
  method: 'pcr',
  result,
  resultAt,
})
/** Never in doubt on the days these tables speak of. */
const BOOSTED = dose(3, '2021-09-01')

type Ask = Partial<Omit<Situation, 'holder'>> & {
  at: string
  born?: string
  shows?: readonly Credential[]
  set?: CompiledRuleSet
}

const question = ({ at, born = ADULT, shows = [], set: _set, ...rest }: Ask): Question => ({
  facilityType: 'karaoke',
  sido: '26',
  partySize: 2,
  party: { othersWithoutPass: 0 },
  ...rest,
  at: kst(at),
  holder: { bornOn: born, credentials: shows },
})
const ask = (asked: Ask) => evaluateRules(asked.set ?? SET, question(asked))
const code = (asked: Ask): ReasonCode => ask(asked).code

/** Rows of `[when, code]` for one situation. */
const table = (situation: Omit<Ask, 'at'>, rows: readonly (readonly [string, ReasonCode])[]): void => {
  for (const [at, expected] of rows) assert.equal(code({ ...situation, at }), expected, at)
}

describe('the versions', () => {
  test('are in order, each is a valid rule set, as JSON too', () => {
    assert.deepEqual([...PUBLICATIONS].sort(), PUBLICATIONS)
    for (const set of KOREA_RULE_SETS) {
      assert.deepEqual(compileRuleSet(set).ok, true, set.published)
      const parsed = unwrap(parseRuleSet(JSON.stringify(set)))
      assert.deepEqual(parsed.source, set)
    }
    assert.deepEqual(KOREA_RULES, KOREA_RULE_SETS.at(-1))
  })

  test('every rule, limit and decision names its legal basis and a row of the sources', () => {
    const policies = Object.values(KOREA_RULES.policies).flat()
    for (const item of [...KOREA_RULES.rules, ...KOREA_RULES.suspensions, ...KOREA_RULES.gatherings, ...policies]) {
      assert.ok(SOURCES.includes(`\n## ${item.source.replace('rules.md#', '')}\n`), item.source)
      assert.notEqual(item.legalBasis, '')
    }
  })

  test('5, then 16, then 17, then 11, then no facility types ask for a pass', () => {
    const asking = (at: string) => {
      const inForce = KOREA_RULES.rules.filter(
        (rule) =>
          rule.effect === 'required' &&
          kst(at) >= Date.parse(rule.from) &&
          (rule.to === null || kst(at) < Date.parse(rule.to)),
      )
      // In November restaurants asked for no pass; only their tables were limited.
      return inForce.filter((rule) => rule.id !== 'kr-2021-11-restaurants').flatMap((rule) => rule.facilities).length
    }
    const counts = {
      '2021-11-01': 5,
      '2021-12-05 23:59:59': 5,
      '2021-12-06': 16,
      '2022-01-09 23:59:59': 16,
      '2022-01-10': 17,
    }
    const later = { '2022-01-17 23:59:59': 17, '2022-01-18': 11, '2022-02-28 23:59:59': 11, '2022-03-01': 0 }
    for (const [at, count] of Object.entries({ ...counts, ...later })) assert.equal(asking(at), count, at)
  })

  test('a version never contradicts what was lived: between two publications it answers as the last one does', () => {
    const compiled = KOREA_RULE_SETS.map((set) => unwrap(compileRuleSet(set)))
    const nexts = [...KOREA_RULE_SETS.slice(1).map((set) => Date.parse(set.published)), kst('2022-05-01')]
    const holders = [[], [dose(2, '2021-06-20')], [pcr('2022-01-20T10:00:00+09:00')], [BOOSTED]]
    compiled.forEach((set, index) => {
      const to = nexts[index] ?? set.published
      const changes = SET_INSTANTS.filter((at) => at >= set.published && at < to)
      for (const at of [set.published, ...changes, to - 1]) {
        for (const facilityType of keys(FACILITY_TYPES)) {
          for (const bornOn of ['2015', '2005', '1980', '1950']) {
            for (const sido of ['11', '26', '27']) {
              for (const credentials of holders) {
                const asked = {
                  facilityType,
                  sido,
                  partySize: 2,
                  party: { othersWithoutPass: 1 },
                  at,
                  holder: { bornOn, credentials },
                }
                const then = evaluateRules(set, asked)
                const now = evaluateRules(SET, asked)
                assert.equal(then.code, now.code, `${set.version} ${toSeoulIso(at)} ${facilityType} ${bornOn} ${sido}`)
              }
            }
          }
        }
      }
    })
  })

  test('the rule set in force at an instant is the last one published before it', () => {
    assert.equal(koreaRulesAt(kst('2021-10-29 10:59')), undefined)
    assert.equal(koreaRulesAt(kst('2021-12-03 10:59'))?.version, 1)
    assert.equal(koreaRulesAt(kst('2021-12-03 11:00'))?.version, 2)
    assert.equal(koreaRulesAt(kst('2030-01-01'))?.version, KOREA_RULES.version)
  })
})

const SET_INSTANTS = instantsOfChange(SET, { facilityType: '', sido: '', holder: { bornOn: ADULT, credentials: [] } })

describe('facility types', () => {
  const without = (facilityType: string, rows: readonly (readonly [string, ReasonCode])[]) =>
    table({ facilityType, party: { othersWithoutPass: 1 } }, rows)

  test('before 1 November 2021 nothing is known, which is never "may enter"', () => {
    for (const facilityType of keys(FACILITY_TYPES)) {
      const answer = ask({ facilityType, at: '2021-10-31 23:59:59', shows: [BOOSTED] })
      assert.deepEqual([answer.answer, answer.code], ['unknown', 'no-rule'])
    }
  })

  test('karaoke, bath houses and racing: grace to 7 November 2021, to the end of February 2022', () => {
    for (const type of ['karaoke', 'bathhouse', 'racing-casino']) {
      without(type, [
        ['2021-11-01', 'grace-period'],
        ['2021-11-07 23:59:59', 'grace-period'],
        ['2021-11-08', 'no-credential'],
        ['2021-12-05 23:59:59', 'no-credential'],
        ['2021-12-06', 'no-credential'],
        ['2022-01-18', 'no-credential'],
        ['2022-02-28 23:59:59', 'no-credential'],
        ['2022-03-01', 'lifted'],
      ])
    }
  })

  test('indoor sports had a second week of grace', () => {
    without('indoor-sports', [
      ['2021-11-08', 'grace-period'],
      ['2021-11-14 23:59:59', 'grace-period'],
      ['2021-11-15', 'no-credential'],
    ])
  })

  test('the ten added on 6 December 2021 beside restaurants: free before, grace to the 12th', () => {
    for (const type of keys(ELEVEN_ADDED).filter((each) => each !== 'restaurant-cafe')) {
      without(type, [
        ['2021-11-01', 'facility-free'],
        ['2021-12-05 23:59:59', 'facility-free'],
        ['2021-12-06', 'grace-period'],
        ['2021-12-12 23:59:59', 'grace-period'],
        ['2021-12-13', 'no-credential'],
        ['2022-01-04 17:04:59', 'no-credential'],
      ])
    }
  })

  test('five of them were freed again on 18 January 2022, five were not', () => {
    for (const type of ['cinema-theatre', 'museum', 'library']) {
      without(type, [
        ['2022-01-17 23:59:59', 'no-credential'],
        ['2022-01-18', 'facility-free'],
        ['2022-02-28 23:59:59', 'facility-free'],
        ['2022-03-01', 'lifted'],
      ])
    }
    for (const type of ['multi-room', 'pc-cafe', 'indoor-stadium', 'party-room', 'massage']) {
      without(type, [
        ['2022-01-18', 'no-credential'],
        ['2022-02-28 23:59:59', 'no-credential'],
        ['2022-03-01', 'lifted'],
      ])
    }
  })

  test('large stores: from 10 January 2022, grace to the 16th, one day of enforcement, free from the 18th', () => {
    without('large-store', [
      ['2022-01-09 23:59:59', 'facility-free'],
      ['2022-01-10', 'grace-period'],
      ['2022-01-16 23:59:59', 'grace-period'],
      ['2022-01-17', 'no-credential'],
      ['2022-01-17 23:59:59', 'no-credential'],
      ['2022-01-18', 'facility-free'],
    ])
    assert.equal(code({ facilityType: 'large-store', at: '2022-01-17 12:00', partySize: 1 }), 'no-credential')
  })

  test('what the order left out never asks', () => {
    for (const type of keys(NEVER_REQUIRED)) {
      without(type, [
        ['2021-11-01', 'facility-free'],
        ['2022-01-20', 'facility-free'],
        ['2022-06-01', 'facility-free'],
      ])
    }
  })

  test('nightlife in November 2021 took the vaccinated only, from 6 December what the others took', () => {
    const shows = [pcr('2021-11-20T12:00:00+09:00')]
    assert.equal(code({ facilityType: 'nightlife', at: '2021-11-20 13:00', shows }), 'not-accepted')
    assert.equal(code({ facilityType: 'karaoke', at: '2021-11-20 13:00', shows }), 'credential-accepted')
    const exempt: Credential = { kind: 'exemption' }
    assert.equal(code({ facilityType: 'nightlife', at: '2021-11-20 13:00', shows: [exempt] }), 'not-accepted')
    assert.equal(code({ facilityType: 'nightlife', at: '2021-11-20 13:00', shows: [BOOSTED] }), 'credential-accepted')
    assert.equal(code({ facilityType: 'nightlife', at: '2021-11-20 13:00', born: '2005' }), 'no-credential')
    const later = [pcr('2021-12-20T12:00:00+09:00')]
    assert.equal(code({ facilityType: 'nightlife', at: '2021-12-20 13:00', shows: later }), 'credential-accepted')
  })
})

describe('restaurants and cafés', () => {
  const facilityType = 'restaurant-cafe'
  const eat = (at: string, partySize: number, othersWithoutPass?: number, shows: readonly Credential[] = []) =>
    code({
      facilityType,
      at,
      partySize,
      shows,
      ...(othersWithoutPass === undefined ? { party: {} } : { party: { othersWithoutPass } }),
    })

  test('November 2021: up to four without a pass at one table', () => {
    assert.equal(eat('2021-11-20', 4), 'party-allowance')
    assert.equal(eat('2021-11-20', 8, 3), 'party-allowance')
    assert.equal(eat('2021-11-20', 8, 4), 'party-mixed')
    assert.equal(eat('2021-11-20', 8), 'party-needed')
    assert.equal(eat('2021-12-05 23:59:59', 8, 3), 'party-allowance')
  })

  test('6 to 17 December 2021: one without a pass per party; the week of grace lets more in', () => {
    assert.equal(eat('2021-12-06', 4, 1), 'grace-period')
    assert.equal(eat('2021-12-12 23:59:59', 4, 1), 'grace-period')
    assert.equal(eat('2021-12-13', 4, 1), 'party-mixed')
    assert.equal(eat('2021-12-13', 4, 0), 'party-allowance')
    assert.equal(eat('2021-12-13', 4), 'party-needed')
    assert.equal(eat('2021-12-13', 1), 'alone')
    assert.equal(eat('2021-12-17 23:59:59', 4, 0), 'party-allowance')
  })

  test('from 18 December 2021: without a pass only alone', () => {
    assert.equal(eat('2021-12-18', 4, 0), 'party-mixed')
    assert.equal(eat('2021-12-18', 1), 'alone')
    assert.equal(eat('2021-12-18', 4, 3, [BOOSTED]), 'credential-accepted')
    assert.equal(eat('2022-02-28 23:59:59', 2, 0), 'party-mixed')
    assert.equal(eat('2022-03-01', 2, 1), 'lifted')
  })

  test('a party whose size is not known gets no guess', () => {
    const { partySize: _size, ...rest } = question({ facilityType, at: '2022-01-20' })
    assert.equal(evaluateRules(SET, rest).code, 'party-needed')
  })

  test('being alone helps in restaurants, nowhere else', () => {
    assert.equal(code({ facilityType: 'pc-cafe', at: '2022-01-20', partySize: 1 }), 'no-credential')
  })
})

describe('private gatherings', () => {
  const table: readonly (readonly [string, string, number])[] = [
    ['2021-11-01', '11', 10],
    ['2021-11-01', '26', 12],
    ['2021-12-05 23:59:59', '41', 10],
    ['2021-12-06', '28', 6],
    ['2021-12-06', '26', 8],
    ['2021-12-17 23:59:59', '11', 6],
    ['2021-12-18', '11', 4],
    ['2021-12-18', '26', 4],
    ['2022-01-16 23:59:59', '26', 4],
    ['2022-01-17', '26', 6],
    ['2022-03-20 23:59:59', '26', 6],
    ['2022-03-21', '26', 8],
    ['2022-04-04', '26', 10],
  ]
  test('a party may be as large as the limit and not one larger, whoever is in it', () => {
    for (const [at, sido, max] of table) {
      assert.notEqual(code({ at, sido, partySize: max, shows: [BOOSTED] }), 'party-too-large', at)
      assert.equal(code({ at, sido, partySize: max + 1, shows: [BOOSTED] }), 'party-too-large', at)
    }
    assert.notEqual(code({ at: '2022-04-18', partySize: 50 }), 'party-too-large')
  })
  test('a household is not a gathering', () => {
    const party = { household: true, othersWithoutPass: 0 }
    assert.equal(code({ at: '2022-01-20', partySize: 9, party, shows: [BOOSTED] }), 'credential-accepted')
  })
})

describe('vaccination', () => {
  test('counts from the 14th day after the last primary dose', () => {
    const shows = [dose(2, '2021-12-01')]
    table({ shows }, [
      ['2021-12-14 23:59:59', 'not-yet'],
      ['2021-12-15', 'credential-accepted'],
    ])
  })

  test('runs out after 180 days from 3 January 2022, with grace to the 9th: 6 July 2021 is the first date that expired', () => {
    table({ shows: [dose(2, '2021-06-01')] }, [
      ['2022-01-02 23:59:59', 'credential-accepted'],
      ['2022-01-03', 'grace-period'],
      ['2022-01-09 23:59:59', 'grace-period'],
      ['2022-01-10', 'expired'],
    ])
    table({ shows: [dose(2, '2021-07-06')] }, [['2022-01-03', 'grace-period']])
    table({ shows: [dose(2, '2021-07-07')] }, [
      ['2022-01-03 23:59:59', 'credential-accepted'],
      ['2022-01-04', 'grace-period'],
    ])
    table({ shows: [dose(2, '2021-08-20')] }, [
      ['2022-02-16 23:59:59', 'credential-accepted'],
      ['2022-02-17', 'expired'],
    ])
  })

  test('a booster counts from its own day and never runs out', () => {
    const shows = [dose(2, '2021-06-01'), dose(3, '2022-01-12')]
    table({ shows }, [
      ['2022-01-11 23:59:59', 'not-yet'],
      ['2022-01-12', 'credential-accepted'],
      ['2022-02-28 23:59:59', 'credential-accepted'],
    ])
    assert.equal(ask({ at: '2022-01-12', shows }).conditionId, 'boosted')
    assert.equal(ask({ at: '2022-01-12', shows }).until, undefined)
  })

  test('Janssen is complete after one dose, and every second dose after it is a booster', () => {
    const janssen = dose(1, '2021-06-20', { product: JANSSEN, of: 1 })
    table({ shows: [janssen] }, [
      ['2021-11-20', 'credential-accepted'],
      ['2022-01-10', 'expired'],
    ])
    for (const second of [dose(2, '2022-01-10', { of: 1 }), dose(2, '2022-01-10', { product: JANSSEN })]) {
      assert.equal(code({ at: '2022-01-10', shows: [second] }), 'credential-accepted')
    }
    assert.equal(code({ at: '2022-01-10', shows: [janssen, dose(2, '2022-01-10', { of: 2 })] }), 'credential-accepted')
    assert.equal(code({ at: '2022-01-10', shows: [dose(2, '2022-01-10', { of: 2 })] }), 'not-yet')
  })

  test('one dose of two, or a product not on the list, is not accepted', () => {
    assert.equal(code({ at: '2021-12-20', shows: [dose(1, '2021-06-01')] }), 'not-accepted')
    assert.equal(code({ at: '2021-12-20', shows: [dose(2, '2021-06-01', { product: 'Sputnik-V' })] }), 'not-accepted')
    for (const product of Object.keys(KOREA_RULES.products)) {
      assert.equal(
        code({ at: '2021-12-20', shows: [dose(2, '2021-11-01', { product })] }),
        'credential-accepted',
        product,
      )
    }
  })
})

describe('recovery', () => {
  const sick = (diagnosedOn: string, releasedOn?: string): Credential => ({
    kind: 'recovery',
    diagnosedOn,
    ...(releasedOn === undefined ? {} : { releasedOn }),
  })

  test('counts 10 days after the diagnosis, from 16 February 2022 already after 7', () => {
    table({ shows: [sick('2021-12-01')] }, [
      ['2021-12-10 23:59:59', 'not-yet'],
      ['2021-12-11', 'credential-accepted'],
    ])
    table({ shows: [sick('2022-02-08')] }, [
      ['2022-02-15 23:59:59', 'not-yet'],
      ['2022-02-16', 'credential-accepted'],
    ])
    table({ shows: [sick('2022-02-12')] }, [
      ['2022-02-18 23:59:59', 'not-yet'],
      ['2022-02-19', 'credential-accepted'],
    ])
  })

  test('counts from the release where that is known, for 180 days', () => {
    table({ shows: [sick('2021-07-20', '2021-08-03')] }, [
      ['2022-01-30 23:59:59', 'credential-accepted'],
      ['2022-01-31', 'expired'],
    ])
  })

  test('with a complete series it does not run out: from the release, or 14 days after a later dose', () => {
    const before = [dose(2, '2021-06-01'), sick('2022-01-03')]
    table({ shows: before }, [
      ['2022-01-12 23:59:59', 'not-yet'],
      ['2022-01-13', 'credential-accepted'],
      ['2022-02-28 23:59:59', 'credential-accepted'],
    ])
    const after = [sick('2021-03-01', '2021-03-15'), dose(2, '2021-12-20')]
    table({ shows: after }, [
      ['2022-01-02 23:59:59', 'not-yet'],
      ['2022-01-03', 'credential-accepted'],
    ])
    assert.equal(ask({ at: '2022-02-20', shows: before }).conditionId, 'recovered-vaccinated-7')
  })
})

describe('tests and exemptions', () => {
  test('a negative PCR of Monday 15:00 counts until Wednesday 24:00', () => {
    const shows = [pcr('2021-12-20T15:00:00+09:00')]
    table({ shows }, [
      ['2021-12-20 14:59:59', 'not-yet'],
      ['2021-12-20 15:00', 'credential-accepted'],
      ['2021-12-22 15:00', 'credential-accepted'],
      ['2021-12-22 23:59:59', 'credential-accepted'],
      ['2021-12-23', 'expired'],
    ])
    assert.equal(ask({ at: '2021-12-21', shows }).until, kst('2021-12-23'))
  })

  test('the day is Korea’s, however the result’s time is written', () => {
    const utc = [pcr('2021-12-20T15:30:00Z')]
    table({ shows: utc }, [
      ['2021-12-21 00:29:59', 'not-yet'],
      ['2021-12-23 23:59:59', 'credential-accepted'],
      ['2021-12-24', 'expired'],
    ])
    const atMidnight = [pcr('2021-12-20T00:00:00+09:00')]
    table({ shows: atMidnight }, [
      ['2021-12-22 23:59:59', 'credential-accepted'],
      ['2021-12-23', 'expired'],
    ])
  })

  test('a positive test admits nobody', () => {
    assert.equal(
      code({ at: '2021-12-20 16:00', shows: [pcr('2021-12-20T15:00:00+09:00', 'positive')] }),
      'not-accepted',
    )
  })

  test('a rapid test counts from 26 January 2022, 24 hours and then until midnight', () => {
    const rapid: Credential = {
      kind: 'test',
      method: 'rapid',
      result: 'negative',
      resultAt: '2022-01-25T10:00:00+09:00',
    }
    table({ shows: [rapid] }, [
      ['2022-01-25 12:00', 'not-accepted'],
      ['2022-01-26', 'credential-accepted'],
      ['2022-01-26 23:59:59', 'credential-accepted'],
      ['2022-01-27', 'expired'],
    ])
  })

  test('an exemption counts as long as it says, without an end if it names none', () => {
    table({ shows: [{ kind: 'exemption' }] }, [
      ['2021-11-20', 'credential-accepted'],
      ['2022-02-28', 'credential-accepted'],
    ])
    table({ shows: [{ kind: 'exemption', from: '2022-01-10', until: '2022-02-10' }] }, [
      ['2022-01-09 23:59:59', 'not-yet'],
      ['2022-01-10', 'credential-accepted'],
      ['2022-02-10 23:59:59', 'credential-accepted'],
      ['2022-02-11', 'expired'],
    ])
  })
})

describe('the young', () => {
  test('those born 2003 and later were exempt to the end; 2002 never was', () => {
    for (const at of ['2021-11-20', '2021-12-31', '2022-01-01', '2022-02-28 23:59:59']) {
      assert.equal(code({ at, born: '2003-01-01' }), 'age-exempt', at)
      assert.equal(code({ at, born: '2002-12-31' }), 'no-credential', at)
      assert.equal(code({ at, born: '2015-06-01' }), 'age-exempt', at)
    }
  })

  test('the date of their duty moved: 1 February, 1 March with a month of grace, 1 April', () => {
    const at = (published: string) => unwrap(compileRuleSet(koreaRulesAt(kst(published))))
    const youth = (published: string, rows: readonly (readonly [string, ReasonCode])[]) =>
      table({ born: '2005-05-05', set: at(published), facilityType: 'pc-cafe', sido: '50' }, rows)
    youth('2021-12-10', [
      ['2022-01-31 23:59:59', 'age-exempt'],
      ['2022-02-01', 'no-credential'],
    ])
    youth('2022-01-02', [
      ['2022-02-01', 'age-exempt'],
      ['2022-02-28 23:59:59', 'age-exempt'],
      ['2022-03-01', 'grace-period'],
      ['2022-03-31 23:59:59', 'grace-period'],
      ['2022-04-01', 'no-credential'],
    ])
    youth('2022-02-18 12:00', [
      ['2022-03-31 23:59:59', 'age-exempt'],
      ['2022-04-01', 'no-credential'],
    ])
    youth('2022-03-01', [['2022-04-01', 'lifted']])
    table({ born: '2015', set: at('2022-02-20'), facilityType: 'pc-cafe' }, [['2022-04-01', 'age-exempt']])
  })

  test('without a birth date an answer is given only if it holds at every age', () => {
    const unknown = (at: string, credentials: readonly Credential[]) => {
      const asked = question({ at, facilityType: 'pc-cafe' })
      return evaluateRules(SET, { ...asked, holder: { credentials } }).code
    }
    assert.equal(unknown('2022-01-20', []), 'age-needed')
    assert.equal(unknown('2022-01-20', [BOOSTED]), 'credential-accepted')
    assert.equal(unknown('2022-03-01', []), 'lifted')
    assert.equal(code({ at: '2022-01-20', born: '2003' }), 'age-exempt')
    assert.equal(code({ at: '2022-01-20', born: '2002' }), 'no-credential')
    assert.equal(code({ at: '2022-01-20', born: 'nonsense' }), 'age-needed')
  })
})

describe('the courts', () => {
  test('4 January 2022: academies and study rooms, in all regions, for all ages', () => {
    for (const facilityType of ['academy', 'study-room']) {
      for (const sido of ['11', '26']) {
        table({ facilityType, sido }, [
          ['2022-01-04 17:04:59', 'no-credential'],
          ['2022-01-04 17:05', 'court-suspended'],
          ['2022-01-17 23:59:59', 'court-suspended'],
          ['2022-01-18', 'facility-free'],
        ])
      }
    }
    assert.equal(code({ facilityType: 'library', at: '2022-01-05' }), 'no-credential')
  })

  test('14 January 2022: large stores in Seoul only', () => {
    table({ facilityType: 'large-store', sido: '11', shows: [] }, [
      ['2022-01-14 16:46:59', 'grace-period'],
      ['2022-01-14 16:47', 'court-suspended'],
      ['2022-01-17 12:00', 'court-suspended'],
    ])
    assert.equal(code({ facilityType: 'large-store', sido: '41', at: '2022-01-17 12:00' }), 'no-credential')
    assert.equal(code({ facilityType: 'pc-cafe', sido: '11', at: '2022-01-17 12:00' }), 'no-credential')
  })

  test('14 January 2022: those of 12 to 18 in Seoul, for the duty that was planned', () => {
    const set = unwrap(compileRuleSet(koreaRulesAt(kst('2022-01-20'))))
    const spring = { set, at: '2022-04-02', facilityType: 'pc-cafe', born: '2005' }
    assert.equal(code({ ...spring, sido: '11' }), 'court-suspended')
    assert.equal(code({ ...spring, sido: '26' }), 'no-credential')
    assert.equal(code({ ...spring, sido: '11', born: '1990' }), 'no-credential')
  })

  test('17 to 23 February 2022: six more regions for the young, and restaurants in Daegu for those under 60', () => {
    const set = unwrap(compileRuleSet(koreaRulesAt(kst('2022-02-24'))))
    for (const sido of ['11', '26', '27', '28', '30', '41', '43']) {
      assert.equal(
        code({ set, sido, at: '2022-04-02', facilityType: 'pc-cafe', born: '2005' }),
        'court-suspended',
        sido,
      )
    }
    assert.equal(code({ set, sido: '50', at: '2022-04-02', facilityType: 'pc-cafe', born: '2005' }), 'no-credential')
    table({ facilityType: 'restaurant-cafe', sido: '27', born: '1962-02-25' }, [
      ['2022-02-22 23:59:59', 'party-mixed'],
      ['2022-02-23', 'court-suspended'],
      ['2022-02-24 23:59:59', 'court-suspended'],
      ['2022-02-25', 'party-mixed'],
    ])
    assert.equal(code({ facilityType: 'karaoke', sido: '27', at: '2022-02-24' }), 'no-credential')
    assert.equal(code({ facilityType: 'restaurant-cafe', sido: '47', at: '2022-02-24' }), 'party-mixed')
  })
})

describe('day strips', () => {
  const strip = (
    classes: readonly ('ordinary' | 'strict' | 'minor' | 'exempt')[],
    from: string,
    to: string,
  ): Credential => ({
    kind: 'strip',
    classes,
    validFrom: kst(from),
    validUntil: kst(to),
  })

  test('admit within their hours by what they are good for', () => {
    const shows = [strip(['ordinary'], '2022-01-20', '2022-01-21')]
    table({ shows }, [
      ['2022-01-19 23:59:59', 'not-yet'],
      ['2022-01-20', 'credential-accepted'],
      ['2022-01-21', 'expired'],
    ])
    const november = [strip(['ordinary'], '2021-11-20', '2021-11-21')]
    const strict = [strip(['ordinary', 'strict'], '2021-11-20', '2021-11-21')]
    assert.equal(code({ facilityType: 'nightlife', at: '2021-11-20', shows: november }), 'not-accepted')
    assert.equal(code({ facilityType: 'nightlife', at: '2021-11-20', shows: strict }), 'credential-accepted')
    assert.equal(code({ at: '2022-01-20', shows: [strip([], '2022-01-20', '2022-01-21')] }), 'not-accepted')
  })

  test('are issued only for classes that hold through all of their hours', () => {
    const holder = (credentials: readonly Credential[], bornOn = ADULT) => ({ bornOn, credentials })
    const on = (credentials: readonly Credential[], from: string, to: string, bornOn = ADULT) =>
      stripClassesFor(SET, holder(credentials, bornOn), kst(from), kst(to))
    assert.deepEqual(on([BOOSTED], '2022-01-20 05:00', '2022-01-21 05:00'), ['ordinary', 'strict'])
    assert.deepEqual(on([pcr('2022-01-20T09:00:00+09:00')], '2022-01-20 10:00', '2022-01-21 10:00'), ['ordinary'])
    assert.deepEqual(on([pcr('2022-01-20T09:00:00+09:00')], '2022-01-22 10:00', '2022-01-23 10:00'), [])
    assert.deepEqual(on([dose(2, '2021-07-20')], '2022-01-15 12:00', '2022-01-16 12:00'), ['ordinary', 'strict'])
    assert.deepEqual(on([dose(2, '2021-07-20')], '2022-01-16 12:00', '2022-01-17 12:00'), [])
    assert.deepEqual(on([], '2022-01-20', '2022-01-21', '2005'), ['minor'])
    assert.deepEqual(on([], '2022-01-20', '2022-01-21'), [])
  })
})

// ---------------------------------------------------------------------------------------------------------------------
// Properties. Any history, any place, any instant of the half year around the pass.

const START = kst('2021-10-15')
const END = kst('2022-04-30')
const anyInstant = fc.oneof(
  fc.integer({ min: START, max: END }),
  fc.constantFrom(...SET_INSTANTS).chain((at) => fc.integer({ min: -2, max: 2 }).map((offset) => at + offset)),
)
const anyDate = fc.integer({ min: kst('2021-02-01'), max: kst('2022-03-15') }).map((at) => toSeoulIso(at).slice(0, 10))
const anyDose = fc.record({
  kind: fc.constant('vaccination' as const),
  product: fc.constantFrom(...Object.keys(KOREA_RULES.products), 'Sputnik-V'),
  dose: fc.integer({ min: 1, max: 4 }),
  of: fc.integer({ min: 1, max: 3 }),
  date: anyDate,
})
const anyRecovery = fc.record({ kind: fc.constant('recovery' as const), diagnosedOn: anyDate })
const anyTest = fc.record({
  kind: fc.constant('test' as const),
  method: fc.constantFrom('pcr' as const, 'rapid' as const),
  result: fc.constantFrom('negative' as const, 'positive' as const),
  resultAt: fc.integer({ min: START, max: END }).map((at) => toSeoulIso(at)),
})
const anyStrip = fc.record({
  kind: fc.constant('strip' as const),
  classes: fc.subarray(['ordinary', 'strict', 'minor', 'exempt'] as const),
  validFrom: fc.integer({ min: START, max: END }),
  validUntil: fc.integer({ min: START, max: END }),
})
const anyCredential: fc.Arbitrary<Credential> = fc.oneof(
  anyDose,
  anyRecovery,
  anyTest,
  anyStrip,
  fc.constant<Credential>({ kind: 'exemption' }),
)
const anyHistory = fc.array(anyCredential, { maxLength: 4 })
const anySituation: fc.Arbitrary<Situation> = fc
  .record({
    facilityType: fc.constantFrom(...keys(FACILITY_TYPES)),
    sido: fc.constantFrom(...keys(REGIONS)),
    partySize: fc.integer({ min: 1, max: 13 }),
    others: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    bornOn: fc.constantFrom(
      undefined,
      '1950-01-01',
      '1962-02-25',
      '1980-05-05',
      '2002-12-31',
      '2003',
      '2005',
      '2012-01',
      '1962',
    ),
    credentials: anyHistory,
  })
  .map(({ facilityType, sido, partySize, others, bornOn, credentials }) => ({
    facilityType,
    sido,
    partySize,
    party: others === undefined ? {} : { othersWithoutPass: others },
    holder: { credentials, ...(bornOn === undefined ? {} : { bornOn }) },
  }))
const versions = KOREA_RULE_SETS.map((set) => unwrap(compileRuleSet(set)))
const anySet = fc.constantFrom(...versions)

const enters = (answer: Answer): boolean => answer === 'pass' || answer === 'not-required'
/** How much a rule asks, most first: a suspension may only move an answer to the right. */
const LOOSENESS: readonly Answer[] = ['refuse', 'unknown', 'pass', 'not-required']

describe('properties', () => {
  /*
   * Why it holds: a condition is satisfied by one choice of credentials, conditions are joined by "or", and no condition asks
   * for the absence of anything. So a further credential can only add choices. Inside a wallet a dose can make another dose a
   * booster, never the reverse, and a booster still is the complete dose it was.
   */
  test('a booster, or any credential, never makes a holder worse off', () => {
    fc.assert(
      fc.property(anySet, anySituation, anyCredential, anyInstant, (set, situation, more, at) => {
        const before = evaluateRules(set, { ...situation, at }).answer
        const credentials = [...situation.holder.credentials, more]
        const after = evaluateRules(set, { ...situation, holder: { ...situation.holder, credentials }, at }).answer
        assert.ok(!enters(before) || enters(after), `${before} → ${after}`)
        assert.ok(before !== 'pass' || after === 'pass', `${before} → ${after}`)
      }),
      { numRuns: 1_500 },
    )
  })

  test('a certificate that is replaced by its booster is never worse from the booster’s day on', () => {
    fc.assert(
      fc.property(anySet, anySituation, anyDose, anyInstant, (set, situation, primary, at) => {
        const booster = { ...primary, dose: 3, of: 3, date: toSeoulIso(Math.min(at, kst('2022-03-15'))).slice(0, 10) }
        const withOne = (credential: Credential) =>
          evaluateRules(set, { ...situation, at, holder: { ...situation.holder, credentials: [credential] } }).answer
        assert.ok(!enters(withOne(primary)) || enters(withOne(booster)))
      }),
      { numRuns: 1_000 },
    )
  })

  test('between two listed instants nothing changes', () => {
    fc.assert(
      fc.property(anySet, anySituation, anyInstant, anyInstant, (set, situation, one, two) => {
        const [from, to] = one < two ? [one, two] : [two, one]
        const changes = instantsOfChange(set, situation)
        const edges = [from, ...changes.filter((at) => at > from && at <= to), to + 1]
        for (const [index, edge] of edges.slice(0, -1).entries()) {
          const last = (edges[index + 1] ?? edge) - 1
          const answers = [edge, Math.floor((edge + last) / 2), last].map((at) =>
            evaluateRules(set, { ...situation, at }),
          )
          assert.equal(new Set(answers.map((each) => each.code)).size, 1, `${edge} ${answers.map((each) => each.code)}`)
        }
      }),
      { numRuns: 150 },
    )
  })

  test('where no rule is in force nobody passes', () => {
    fc.assert(
      fc.property(anySituation, anyInstant, fc.nat(), (situation, at, pick) => {
        const rules = KOREA_RULES.rules.filter((_rule, index) => index !== pick % KOREA_RULES.rules.length)
        const set = unwrap(compileRuleSet({ ...KOREA_RULES, rules }))
        const gone = KOREA_RULES.rules[pick % KOREA_RULES.rules.length]
        const answer = evaluateRules(set, { ...situation, at })
        const covered = rules.some(
          (rule) =>
            rule.facilities.includes(situation.facilityType) &&
            Date.parse(rule.from) <= at &&
            (rule.to === null || at < Date.parse(rule.to)),
        )
        assert.ok(gone !== undefined)
        if (!covered) assert.deepEqual([answer.answer, answer.code], ['unknown', 'no-rule'])
      }),
      { numRuns: 200 },
    )
  })

  test('a suspension loosens what it names and touches nothing else', () => {
    fc.assert(
      fc.property(anySet, anySituation, anyInstant, (set, situation, at) => {
        const bare = unwrap(compileRuleSet({ ...set.source, suspensions: [] }))
        const without = evaluateRules(bare, { ...situation, at })
        const under = evaluateRules(set, { ...situation, at })
        assert.ok(
          LOOSENESS.indexOf(under.answer) >= LOOSENESS.indexOf(without.answer),
          `${without.code} → ${under.code}`,
        )
        if (under.code === without.code) return
        const named = set.source.suspensions.some(
          (each) =>
            (each.sido === undefined || each.sido.includes(situation.sido)) &&
            (each.facilities === undefined || each.facilities.includes(situation.facilityType)) &&
            Date.parse(each.from) <= at,
        )
        assert.ok(named, `${without.code} → ${under.code}`)
      }),
      { numRuns: 1_500 },
    )
  })

  test('the door reads the same sentence whatever is wrong with a holder’s credentials', () => {
    const codes: readonly ReasonCode[] = ['no-credential', 'not-accepted', 'not-yet', 'expired', 'party-mixed']
    assert.equal(new Set(codes.map((each) => JSON.stringify(REASONS[each].door))).size, 1)
    const medical = /백신|접종|감염|완치|확진|검사|음성|vaccin|infect|recover|test|medical/i
    for (const row of Object.values(REASONS)) assert.doesNotMatch(JSON.stringify(row.door), medical)
  })

  test('whatever is asked, one of the four answers comes back', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), fc.anything(), (at, type, credentials, party) => {
        const asked = { facilityType: type, sido: '11', at, partySize: party, holder: { bornOn: type, credentials } }
        assert.ok(LOOSENESS.includes(evaluateRules(SET, asked as unknown as Question).answer))
        const inner = {
          ...question({ at: '2022-01-20' }),
          holder: { bornOn: ADULT, credentials: [credentials, party] },
        }
        assert.ok(LOOSENESS.includes(evaluateRules(SET, inner as unknown as Question).answer))
      }),
      { numRuns: 500 },
    )
  })
})

test('seventeen types and eight outside them are named', () => {
  assert.equal(keys(FIVE_TYPES).length + keys(ELEVEN_ADDED).length + keys(SEVENTEENTH).length, 17)
  assert.equal(keys(FACILITY_TYPES).length, 17 + keys(NEVER_REQUIRED).length)
})
