import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONSCIOUSNESS, OXYGEN_SUPPORTS, SEVERITIES, type Vitals } from '@dure/contract'
import fc from 'fast-check'
import { judgeSeverity, type SeverityInput } from './severity.ts'

const WELL: Vitals = { pulse: 70, systolicBp: 120, respiratoryRate: 14, temperature: 36.8, consciousness: 'alert' }
const judge = (vitals: Vitals, rest: Partial<SeverityInput> = {}) => {
  const judged = judgeSeverity({ vitals, oxygen: 'room_air', ...rest })
  assert.ok(judged.ok)
  return judged.value
}
type Rows = readonly (readonly [value: number, points: number])[]
const check = (
  name: 'pulse' | 'systolicBp' | 'respiratoryRate' | 'temperature' | 'spo2',
  rows: Rows,
  rest: Vitals = {},
  more = {},
) => {
  for (const [value, points] of rows) {
    const part = judge({ ...WELL, ...rest, [name]: value }, more).parts[name]
    assert.equal(part, points, `${name} ${value}: ${part} instead of ${points}`)
  }
}

// Both sides of every border of the published tables.
test('MEWS: every border of Subbe’s table', () => {
  check('systolicBp', [
    [70, 3],
    [71, 2],
    [80, 2],
    [81, 1],
    [100, 1],
    [101, 0],
    [199, 0],
    [200, 2],
  ])
  check('pulse', [
    [40, 2],
    [41, 1],
    [50, 1],
    [51, 0],
    [100, 0],
    [101, 1],
    [110, 1],
    [111, 2],
    [129, 2],
    [130, 3],
  ])
  check('respiratoryRate', [
    [8, 2],
    [9, 0],
    [14, 0],
    [15, 1],
    [20, 1],
    [21, 2],
    [29, 2],
    [30, 3],
  ])
  check('temperature', [
    [34.9, 2],
    [35.0, 0],
    [38.4, 0],
    [38.5, 2],
  ])
  for (const [points, consciousness] of CONSCIOUSNESS.entries())
    assert.equal(judge({ ...WELL, consciousness }).parts.consciousness, points)
})

test('NEWS2: every border of the college’s chart', () => {
  const spo2 = { spo2: 98 }
  check(
    'respiratoryRate',
    [
      [8, 3],
      [9, 1],
      [11, 1],
      [12, 0],
      [20, 0],
      [21, 2],
      [24, 2],
      [25, 3],
    ],
    spo2,
  )
  check(
    'systolicBp',
    [
      [90, 3],
      [91, 2],
      [100, 2],
      [101, 1],
      [110, 1],
      [111, 0],
      [219, 0],
      [220, 3],
    ],
    spo2,
  )
  check(
    'pulse',
    [
      [40, 3],
      [41, 1],
      [50, 1],
      [51, 0],
      [90, 0],
      [91, 1],
      [110, 1],
      [111, 2],
      [130, 2],
      [131, 3],
    ],
    spo2,
  )
  check(
    'temperature',
    [
      [35.0, 3],
      [35.1, 1],
      [36.0, 1],
      [36.1, 0],
      [38.0, 0],
      [38.1, 1],
      [39.0, 1],
      [39.1, 2],
    ],
    spo2,
  )
  for (const consciousness of CONSCIOUSNESS)
    assert.equal(judge({ ...WELL, ...spo2, consciousness }).parts.consciousness, consciousness === 'alert' ? 0 : 3)
})

test('NEWS2: the first saturation scale, the same on air and on oxygen', () => {
  const rows: Rows = [
    [91, 3],
    [92, 2],
    [93, 2],
    [94, 1],
    [95, 1],
    [96, 0],
    [100, 0],
  ]
  check('spo2', rows)
  check('spo2', rows, {}, { oxygen: 'mask' })
})

test('NEWS2: the second saturation scale, where too much oxygen counts too', () => {
  const low: Rows = [
    [83, 3],
    [84, 2],
    [85, 2],
    [86, 1],
    [87, 1],
    [88, 0],
    [92, 0],
  ]
  check('spo2', [...low, [93, 0], [97, 0], [100, 0]], {}, { hypercapnic: true })
  check(
    'spo2',
    [...low, [93, 1], [94, 1], [95, 2], [96, 2], [97, 3], [100, 3]],
    {},
    { hypercapnic: true, oxygen: 'mask' },
  )
})

test('supplemental oxygen counts two in NEWS2 and is not known to MEWS', () => {
  assert.equal(judge({ ...WELL, spo2: 98 }, { oxygen: 'mask' }).parts.supplementalOxygen, 2)
  assert.equal(judge({ ...WELL, spo2: 98 }).parts.supplementalOxygen, 0)
  assert.equal(judge(WELL, { oxygen: 'mask' }).parts.supplementalOxygen, undefined)
})

test('NEWS2 is used when the saturation is known, MEWS otherwise', () => {
  assert.equal(judge(WELL).score, 'mews')
  assert.equal(judge({ ...WELL, spo2: 97 }).score, 'news2')
  assert.equal(judge({}).score, null)
})

test('the bands begin where they are published to begin', () => {
  const news2 = (points: readonly Vitals[]) =>
    points.map((vitals) => [
      judge({ ...WELL, spo2: 97, ...vitals }).points,
      judge({ ...WELL, spo2: 97, ...vitals }).band,
    ])
  assert.deepEqual(news2([{}, { pulse: 115, respiratoryRate: 22 }]), [
    [0, 'low'],
    [4, 'low'],
  ])
  assert.deepEqual(news2([{ pulse: 115, respiratoryRate: 22, temperature: 38.5 }]), [[5, 'medium']])
  assert.deepEqual(news2([{ pulse: 115, respiratoryRate: 22, temperature: 39.5 }]), [[6, 'medium']])
  assert.deepEqual(news2([{ pulse: 115, respiratoryRate: 25, temperature: 39.5 }]), [[7, 'high']])
  assert.deepEqual(news2([{ respiratoryRate: 25 }]), [[3, 'low_medium']])
  const mews = (vitals: Vitals) => judge({ ...WELL, ...vitals }).band
  assert.deepEqual(
    [mews({ pulse: 115 }), mews({ pulse: 130 }), mews({ pulse: 130, temperature: 38.5 })],
    ['low', 'medium', 'high'],
  )
})

test('three points for one vital sign alone are more than mild', () => {
  assert.equal(judge({ ...WELL, spo2: 91 }).suggested, 'moderate')
})

test('oxygen support sets the least class, whatever the score', () => {
  const classes = OXYGEN_SUPPORTS.map((oxygen) => judge(WELL, { oxygen }).suggested)
  assert.deepEqual(classes, ['mild', 'moderate', 'moderate', 'severe', 'severe', 'critical', 'critical'])
})

test('reduced consciousness without a whole score is critical, as the guideline sorts', () => {
  assert.equal(judge({ consciousness: 'voice' }).suggested, 'critical')
  assert.equal(judge({ ...WELL, consciousness: 'voice' }).suggested, 'severe')
  assert.equal(judge({ ...WELL, consciousness: 'pain' }).suggested, 'critical')
})

test('vasopressors mean critical', () => assert.equal(judge(WELL, { vasopressors: true }).suggested, 'critical'))

test('a part of the vital signs may show that it is bad, never that it is well', () => {
  const well = judge({ pulse: 70 })
  assert.deepEqual([well.suggested, well.band], [null, null])
  assert.deepEqual([...well.missing].sort(), ['consciousness', 'respiratoryRate', 'systolicBp', 'temperature'])
  assert.equal(judge({ respiratoryRate: 32, systolicBp: 78 }).suggested, 'severe')
})

test('children and pregnant patients get no adult score, but their oxygen and consciousness still speak', () => {
  assert.deepEqual([judge(WELL, { ageYears: 15 }).score, judge(WELL, { ageYears: 15 }).notScored], [null, 'child'])
  assert.equal(judge(WELL, { ageYears: 16 }).score, 'mews')
  assert.equal(judge(WELL, { pregnant: true }).notScored, 'pregnant')
  assert.equal(judge(WELL, { ageYears: 3, oxygen: 'hfnc' }).suggested, 'severe')
})

test('a clinician’s class stands above the score, with who and when, and the suggestion stays to be seen', () => {
  const judged = { class: 'moderate', by: 'Dr Kim', at: '2022-11-02T03:00:00Z' } as const
  const answer = judgeSeverity({ vitals: WELL, oxygen: 'imv' }, judged)
  assert.ok(answer.ok)
  assert.deepEqual(
    [answer.value.effective, answer.value.suggested, answer.value.judged],
    ['moderate', 'critical', judged],
  )
})

test('implausible values are refused, all at once, each with a pointer', () => {
  const answer = judgeSeverity({ vitals: { pulse: 7, temperature: 98.6, spo2: 97 }, oxygen: 'room_air' })
  assert.ok(!answer.ok)
  assert.deepEqual(
    answer.error.map(({ code, pointer }) => [code, pointer]),
    [
      ['value-implausible', '/vitals/pulse'],
      ['value-implausible', '/vitals/temperature'],
    ],
  )
})

test('the suggestion is the highest class any rule asks for, and never falls when support rises', () => {
  const vitals = fc.record(
    {
      pulse: fc.integer({ min: 20, max: 300 }),
      systolicBp: fc.integer({ min: 30, max: 300 }),
      respiratoryRate: fc.integer({ min: 1, max: 80 }),
      temperature: fc.integer({ min: 250, max: 450 }).map((tenths) => tenths / 10),
      consciousness: fc.constantFrom(...CONSCIOUSNESS),
      spo2: fc.integer({ min: 30, max: 100 }),
    },
    { requiredKeys: [] },
  )
  const at = (vitalSigns: Vitals, oxygen: (typeof OXYGEN_SUPPORTS)[number]) => {
    const answer = judge(vitalSigns, { oxygen })
    const asked = answer.because.map((one) => SEVERITIES.indexOf(one.class))
    assert.equal(answer.suggested === null ? -1 : SEVERITIES.indexOf(answer.suggested), Math.max(-1, ...asked))
    return Math.max(-1, ...asked)
  }
  fc.assert(
    fc.property(vitals, fc.nat(OXYGEN_SUPPORTS.length - 2), (signs, support) => {
      const [lower, higher] = [OXYGEN_SUPPORTS[support] ?? 'room_air', OXYGEN_SUPPORTS[support + 1] ?? 'ecmo']
      assert.ok(at(signs as Vitals, higher) >= at(signs as Vitals, lower))
    }),
  )
})
