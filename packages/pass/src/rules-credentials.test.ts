import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { birthRange, possibleBands } from './rules-age.ts'
import { credentialOfStrip, credentialsOfDcc, factsOf } from './rules-credentials.ts'
import { KOREA_RULES } from './rulesets/kr/index.ts'
import { AGE_BANDS } from './rulesets/kr/vocabulary.ts'
import { classBits } from './strip.ts'

const PRODUCTS = KOREA_RULES.products
const facts = (credentials: readonly unknown[]) => factsOf(credentials, PRODUCTS)
const dose = (more: object) => ({
  kind: 'vaccination',
  product: 'EU/1/20/1528',
  dose: 2,
  of: 2,
  date: '2021-06-01',
  ...more,
})

describe('a DCC becomes credentials', () => {
  test('of vaccination, test, recovery and exemption, for COVID-19 only', () => {
    const tg = '840539006'
    const payload = {
      v: [
        { tg, mp: 'EU/1/20/1525', dn: 2, sd: 1, dt: '2021-12-01T10:00:00' },
        { tg: 'other', mp: 'x', dn: 1, sd: 1, dt: '2021-01-01' },
      ],
      t: [
        { tg, tt: 'LP6464-4', tr: '260415000', sc: '2021-12-20T15:00:00+09:00' },
        { tg, tt: 'LP217198-3', tr: '260373001', sc: '2021-12-20T15:00:00Z' },
        { tg, tt: 'unknown', tr: '260415000', sc: '2021-12-20T15:00:00Z' },
      ],
      r: [{ tg, fr: '2021-08-01', df: '2021-08-11', du: '2022-01-28' }],
      x: [{ tg, du: '2022-06-30', df: null }],
    }
    assert.deepEqual(credentialsOfDcc(payload), [
      { kind: 'vaccination', product: 'EU/1/20/1525', dose: 2, of: 1, date: '2021-12-01' },
      { kind: 'test', method: 'pcr', result: 'negative', resultAt: '2021-12-20T15:00:00+09:00' },
      { kind: 'test', method: 'rapid', result: 'positive', resultAt: '2021-12-20T15:00:00Z' },
      { kind: 'recovery', diagnosedOn: '2021-08-01' },
      { kind: 'exemption', until: '2022-06-30' },
    ])
  })

  test('hostile payloads give credentials that cannot be read, never a throw', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (payload, entry) => {
        facts(credentialsOfDcc(payload))
        facts(credentialsOfDcc({ v: [entry], t: [entry], r: [entry], x: [entry] }))
        facts([entry])
      }),
    )
    assert.equal(facts(credentialsOfDcc({ v: [{}] })).unreadable, true)
  })
})

describe('facts', () => {
  test('a dose completes a series by its product, and goes beyond one in three ways', () => {
    const [only] = facts([dose({ dose: 1, of: 1 })]).byKind.vaccination
    assert.deepEqual([only?.complete, only?.booster], [false, false])
    const beyond = [dose({ dose: 3, of: 3 }), dose({ dose: 2, of: 1 }), dose({ dose: 2, product: 'EU/1/20/1525' })]
    for (const one of beyond) assert.equal(facts([one]).byKind.vaccination[0]?.booster, true)
    const janssen = dose({ product: 'EU/1/20/1525', dose: 1, of: 1, date: '2021-05-01' })
    assert.deepEqual(
      facts([janssen, dose({})]).byKind.vaccination.map((fact) => fact.booster),
      [false, true],
    )
    assert.deepEqual(
      facts([dose({ dose: 1 }), dose({})]).byKind.vaccination.map((fact) => fact.booster),
      [false, false],
    )
  })

  test('a product that is not on the list completes nothing', () => {
    assert.equal(facts([dose({ product: 'constructor' })]).byKind.vaccination[0]?.complete, false)
  })

  test('what cannot be read is said, not guessed', () => {
    const bad = [
      dose({ date: '2021-02-30' }),
      dose({ dose: 0 }),
      dose({ of: '2' }),
      { kind: 'recovery', diagnosedOn: 'yesterday' },
      { kind: 'recovery', diagnosedOn: '2021-08-01', releasedOn: '2021-8-9' },
      { kind: 'test', method: 'pcr', result: 'negative', resultAt: '2021-12-20' },
      { kind: 'test', method: 'dowsing', result: 'negative', resultAt: '2021-12-20T15:00:00Z' },
      { kind: 'exemption', until: 'never' },
      { kind: 'strip', classes: 'ordinary', validFrom: 0, validUntil: 1 },
      { kind: 'strip', classes: [], validFrom: -1, validUntil: 1 },
      { kind: 'toString' },
      null,
    ]
    for (const one of bad) assert.equal(facts([one]).unreadable, true, JSON.stringify(one))
  })

  test('a day strip tells its classes and hours and nothing of health', () => {
    const claims = {
      fromHour: 456_000,
      hours: 24,
      classes: classBits(['ordinary', 'strict']),
      pid: new Uint8Array(6),
      name: '홍*동',
      deviceKey: new Uint8Array(33),
    }
    const strip = credentialOfStrip(claims)
    assert.deepEqual(strip, {
      kind: 'strip',
      classes: ['ordinary', 'strict'],
      validFrom: 456_000 * 3_600_000,
      validUntil: 456_024 * 3_600_000,
    })
    assert.equal(facts([strip]).unreadable, false)
  })
})

describe('age', () => {
  const at = (text: string) => Date.parse(`${text}T12:00:00+09:00`)
  const bands = (born: string | undefined, day: string) => possibleBands(birthRange(born), AGE_BANDS, at(day))

  test('a full birth date gives one band', () => {
    const rows: [string, string][] = [
      ['2010-01-01', 'child'],
      ['2009-12-31', 'youth'],
      ['2003-01-01', 'youth'],
      ['2002-12-31', 'adult'],
      ['1962-02-25', 'adult'],
      ['1962-02-24', 'senior'],
    ]
    for (const [born, band] of rows) assert.deepEqual(bands(born, '2022-02-24'), [band], born)
  })

  test('a partial or missing one gives every band it may mean', () => {
    assert.deepEqual(bands('2005', '2022-02-24'), ['youth'])
    assert.deepEqual(bands('1962-02', '2022-02-24').toSorted(), ['adult', 'senior'])
    assert.deepEqual(bands(undefined, '2022-02-24').toSorted(), ['adult', 'child', 'senior', 'youth'])
    assert.deepEqual(bands('2002-13', '2022-02-24').length, 4)
  })

  test('a partial date allows every band of the full dates it may mean, and no other', () => {
    const partial = fc.record({ year: fc.integer({ min: 1930, max: 2020 }), month: fc.integer({ min: 1, max: 12 }) })
    fc.assert(
      fc.property(partial, fc.constantFrom('2021-11-01', '2022-02-28', '2024-02-29'), ({ year, month }, day) => {
        const prefix = `${year}-${String(month).padStart(2, '0')}`
        const days = Array.from({ length: 28 }, (_each, index) => `${prefix}-${String(index + 1).padStart(2, '0')}`)
        const possible = new Set(days.flatMap((born) => bands(born, day)))
        const given = new Set(bands(prefix, day))
        for (const band of possible) assert.ok(given.has(band))
        assert.ok(given.size <= 2)
      }),
    )
  })
})
