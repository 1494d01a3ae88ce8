import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BED_CLASSES, CAPABILITIES, NEEDS } from '@dure/contract'
import { CARE_LEVEL, SERVED_BY } from './candidate-classes.ts'
import { NEED_CAPABILITIES } from './candidate-needs.ts'
import { WHY_NOT, type WhyNot } from './candidate-reasons.ts'
import { rank } from './ranking.ts'
import { hospital, knows, MINUTE_MS, NOON_MS, north, type Scene, scene, slot } from './ranking-builders.ts'

const HOUR_MS = 60 * MINUTE_MS
const H = [hospital('h')]

/** One hospital, one slot, one sentence: what the ranking says of it. */
interface Case {
  readonly sentence: string
  readonly given: Scene
  readonly says: readonly WhyNot[] | 'candidate'
}

const place = (rest: Parameters<typeof slot>[2]) => [slot('s', 'h', rest)]
const CASES: readonly Case[] = [
  {
    sentence: 'a free bed of the class asked for is a candidate',
    given: { hospitals: H, slots: place({}) },
    says: 'candidate',
  },
  {
    sentence: 'a slot may give more care than was asked',
    given: { hospitals: H, slots: place({ bedClass: 'CRITICAL' }) },
    says: 'candidate',
  },
  {
    sentence: 'a slot never gives less care than was asked',
    given: { hospitals: H, slots: place({}), request: { requestedClass: 'CRITICAL' } },
    says: ['class-too-low'],
  },
  {
    sentence: 'another kind of care is not more care',
    given: { hospitals: H, slots: place({ bedClass: 'ICU_GENERAL' }), request: { requestedClass: 'PSYCH_LOCKED' } },
    says: ['class-too-low'],
  },
  {
    sentence: 'airborne isolation needs negative pressure, not a single room',
    given: {
      hospitals: H,
      slots: place({ isolation: 'single_room' }),
      request: { isolationNeed: 'airborne_negative' },
    },
    says: ['isolation-missing'],
  },
  {
    sentence: 'a class that means negative pressure asks for it unsaid',
    given: { hospitals: H, slots: place({ bedClass: 'WARD_NEG' }), request: { requestedClass: 'WARD_NEG' } },
    says: ['isolation-missing'],
  },
  {
    sentence: 'a droplet patient may lie in a negative pressure room',
    given: { hospitals: H, slots: place({ isolation: 'negative_pressure' }), request: { isolationNeed: 'droplet' } },
    says: 'candidate',
  },
  {
    sentence: 'a cohort room takes its own pathogen',
    given: {
      hospitals: H,
      slots: place({ isolation: 'cohort', cohortPathogen: 'covid19' }),
      request: { isolationNeed: 'cohort', pathogen: 'covid19' },
    },
    says: 'candidate',
  },
  {
    sentence: 'a cohort room takes no other pathogen',
    given: {
      hospitals: H,
      slots: place({ isolation: 'cohort', cohortPathogen: 'covid19' }),
      request: { isolationNeed: 'cohort', pathogen: 'influenza' },
    },
    says: ['cohort-of-other-pathogen'],
  },
  {
    sentence: 'a cohort room takes nobody whose pathogen is not known',
    given: {
      hospitals: H,
      slots: place({ isolation: 'cohort', cohortPathogen: 'covid19' }),
      request: { isolationNeed: 'cohort', pathogen: null },
    },
    says: ['cohort-of-other-pathogen'],
  },
  {
    sentence: 'a patient without an infection is not put into a cohort room',
    given: { hospitals: H, slots: place({ isolation: 'cohort', cohortPathogen: 'covid19' }) },
    says: ['isolation-missing'],
  },
  {
    sentence: 'a hospital known to lack the thoracic surgeon is no candidate',
    given: {
      hospitals: [hospital('h', { capabilities: knows({ thoracic_surgery: 'no' }) })],
      slots: place({}),
      request: { needs: ['thoracic_surgery'] },
    },
    says: ['capability-missing'],
  },
  {
    sentence: 'a hospital that never said is not a hospital that said no',
    given: { hospitals: H, slots: place({}), request: { needs: ['thoracic_surgery'] } },
    says: 'candidate',
  },
  {
    sentence: 'one of two ways to meet a need is enough',
    given: {
      hospitals: [hospital('h', { capabilities: knows({ eq_crrt: 'no', ty_23: 'yes' }) })],
      slots: place({}),
      request: { needs: ['crrt'] },
    },
    says: 'candidate',
  },
  {
    sentence: 'a ventilated patient needs a ventilator without anybody writing it',
    given: {
      hospitals: [hospital('h', { capabilities: knows({ eq_ventilator: 'no' }) })],
      slots: place({}),
      request: { oxygen: 'imv' },
    },
    says: ['capability-missing'],
  },
  {
    sentence: 'a child is not put into a room from 15 years on',
    given: { hospitals: H, slots: place({ minAgeYears: 15 }), request: { ageYears: 3 } },
    says: ['age-outside-limits'],
  },
  {
    sentence: 'a grown-up is not put into a children’s place that names no limit',
    given: {
      hospitals: H,
      slots: place({ bedClass: 'PED_ISO' }),
      request: { requestedClass: 'PED_ISO', ageYears: 19 },
    },
    says: ['age-outside-limits'],
  },
  {
    sentence: 'a woman is not put into a men’s room',
    given: { hospitals: H, slots: place({ roomSex: 'male' }) },
    says: ['room-of-other-sex'],
  },
  {
    sentence: 'a patient of unknown sex needs a room for any',
    given: { hospitals: H, slots: place({ roomSex: 'female' }), request: { sex: 'unknown' } },
    says: ['room-of-other-sex'],
  },
  {
    sentence: 'a bed for the hospital’s own use is not ours to place',
    given: { hospitals: H, slots: place({ share: 'own_use' }) },
    says: ['own-use-only'],
  },
  {
    sentence: 'the duty reserve is kept for emergencies',
    given: { hospitals: H, slots: place({ share: 'duty_reserve' }) },
    says: ['kept-for-emergencies'],
  },
  {
    sentence: 'the duty reserve serves an emergency',
    given: { hospitals: H, slots: place({ share: 'duty_reserve' }), request: { urgency: 'immediate' } },
    says: 'candidate',
  },
  {
    sentence: 'a bed lent to another region is not ours to promise',
    given: { hospitals: H, slots: place({ lease: 'to_others' }) },
    says: ['not-leased-to-us'],
  },
  ...(['held', 'occupied', 'cleaning', 'blocked', 'closed'] as const).map(
    (state): Case => ({
      sentence: `a slot that is ${state} is not free`,
      given: { hospitals: H, slots: place({ state }) },
      says: ['not-free'],
    }),
  ),
  {
    sentence: 'in peace a surge bed is not counted upon',
    given: { hospitals: H, slots: place({ state: 'surge', opensInHours: 1 }) },
    says: ['surge-not-open'],
  },
  {
    sentence: 'in war a surge bed that opens in time is a candidate',
    given: { hospitals: H, slots: place({ state: 'surge', opensInHours: 4 }), mode: 'war' },
    says: 'candidate',
  },
  {
    sentence: 'in war a surge bed that opens too late is none',
    given: { hospitals: H, slots: place({ state: 'surge', opensInHours: 5 }), mode: 'war' },
    says: ['surge-not-open'],
  },
  {
    sentence: 'a report at its limit still counts',
    given: { hospitals: H, slots: place({ asOfMs: NOON_MS - 480 * MINUTE_MS }) },
    says: 'candidate',
  },
  {
    sentence: 'a report past its limit does not',
    given: { hospitals: H, slots: place({ asOfMs: NOON_MS - 481 * MINUTE_MS }) },
    says: ['data-too-old'],
  },
  {
    sentence: 'a report from a clock that runs ahead has no known age',
    given: { hospitals: H, slots: place({ asOfMs: NOON_MS + 6 * MINUTE_MS }) },
    says: ['data-too-old'],
  },
  {
    sentence: 'a call makes an old report good for this request',
    given: {
      hospitals: H,
      slots: place({ asOfMs: NOON_MS - 48 * HOUR_MS }),
      request: { phoneVerifiedHospitalIds: ['h'] },
    },
    says: 'candidate',
  },
  {
    sentence: 'a closed hospital is no candidate',
    given: { hospitals: [hospital('h', { open: false })], slots: place({}) },
    says: ['hospital-closed'],
  },
  {
    sentence: 'a hospital that takes nobody now is no candidate',
    given: { hospitals: [hospital('h', { diverted: true })], slots: place({}) },
    says: ['hospital-diverted'],
  },
  {
    sentence: 'a hospital that takes nobody in one class is no candidate for it',
    given: { hospitals: [hospital('h', { divertedClasses: ['MODERATE'] })], slots: place({}) },
    says: ['class-diverted'],
  },
  {
    sentence: 'its other classes are taken as ever',
    given: { hospitals: [hospital('h', { divertedClasses: ['CRITICAL', 'DELIVERY'] })], slots: place({}) },
    says: 'candidate',
  },
  {
    sentence: 'what a call for this patient said stands above an old no',
    given: {
      hospitals: [hospital('h', { capabilities: knows({ thoracic_surgery: 'no' }) })],
      slots: place({}),
      request: {
        needs: ['thoracic_surgery'],
        settledNeeds: [{ hospitalId: 'h', met: ['thoracic_surgery'], unmet: [] }],
      },
    },
    says: 'candidate',
  },
  {
    sentence: 'a call that says no to a need ends the matter',
    given: {
      hospitals: H,
      slots: place({}),
      request: { needs: ['ecmo'], settledNeeds: [{ hospitalId: 'h', met: [], unmet: ['ecmo'] }] },
    },
    says: ['capability-missing'],
  },
  {
    sentence: 'a call about what this patient does not need changes nothing',
    given: {
      hospitals: H,
      slots: place({}),
      request: { needs: ['crrt'], settledNeeds: [{ hospitalId: 'h', met: [], unmet: ['ecmo'] }] },
    },
    says: 'candidate',
  },
  {
    sentence: 'an unstable patient is not driven for an hour',
    given: {
      hospitals: [hospital('h', { position: north(40) })],
      slots: place({}),
      request: { stability: 'unstable' },
    },
    says: ['drive-too-long'],
  },
  {
    sentence: 'a stable patient may be',
    given: { hospitals: [hospital('h', { position: north(40) })], slots: place({}) },
    says: 'candidate',
  },
  {
    sentence: 'no road leads to an island',
    given: { hospitals: [hospital('h', { sigunguCode: '28720' })], slots: place({}) },
    says: ['no-road'],
  },
  {
    sentence: 'the hospital that asks does not ask itself',
    given: { hospitals: H, slots: place({}), request: { originHospitalId: 'h' } },
    says: ['origin-itself'],
  },
  {
    sentence: 'a hospital with an open offer is not asked again',
    given: { hospitals: H, slots: place({}), request: { openOfferHospitalIds: ['h'] } },
    says: ['already-asked'],
  },
  {
    sentence: 'a hospital without staff is left in peace for four hours',
    given: {
      hospitals: H,
      slots: place({}),
      request: { declines: [{ hospitalId: 'h', reason: 'staff', atMs: NOON_MS - 4 * HOUR_MS + 1 }] },
    },
    says: ['declined-before'],
  },
  {
    sentence: 'and asked again after four hours',
    given: {
      hospitals: H,
      slots: place({}),
      request: { declines: [{ hospitalId: 'h', reason: 'staff', atMs: NOON_MS - 4 * HOUR_MS }] },
    },
    says: 'candidate',
  },
  {
    sentence: 'a hospital that said the data is wrong is asked again only after a newer report',
    given: {
      hospitals: H,
      slots: place({ asOfMs: NOON_MS - 10 * MINUTE_MS }),
      request: { declines: [{ hospitalId: 'h', reason: 'data_wrong', atMs: NOON_MS - 9 * MINUTE_MS }] },
    },
    says: ['declined-before'],
  },
  {
    sentence: 'and the newer report is enough',
    given: {
      hospitals: H,
      slots: place({ asOfMs: NOON_MS - 8 * MINUTE_MS }),
      request: { declines: [{ hospitalId: 'h', reason: 'data_wrong', atMs: NOON_MS - 9 * MINUTE_MS }] },
    },
    says: 'candidate',
  },
  {
    sentence: 'a hospital without the specialty is not asked again for this patient',
    given: {
      hospitals: H,
      slots: place({}),
      request: { declines: [{ hospitalId: 'h', reason: 'specialty', atMs: NOON_MS - 72 * HOUR_MS }] },
    },
    says: ['declined-before'],
  },
  {
    sentence: 'another region is not asked before the request has been escalated',
    given: {
      hospitals: [hospital('h', { sidoCode: '41' })],
      slots: place({}),
      request: { outOfRegionConsent: true },
    },
    says: ['region-not-asked'],
  },
  {
    sentence: 'another region is not asked without consent',
    given: { hospitals: [hospital('h', { sidoCode: '41' })], slots: place({}), request: { regionsAsked: ['41'] } },
    says: ['no-consent-out-of-region'],
  },
  {
    sentence: 'another region’s bed is a candidate once asked and consented to',
    given: {
      hospitals: [hospital('h', { sidoCode: '41' })],
      slots: place({}),
      request: { regionsAsked: ['41'], outOfRegionConsent: true },
    },
    says: 'candidate',
  },
  {
    sentence: 'a bed lent to us by another region is ours to place',
    given: { hospitals: [hospital('h', { sidoCode: '41' })], slots: place({ lease: 'to_us' }) },
    says: 'candidate',
  },
  {
    sentence: 'a hospital of whose beds nothing is known says so',
    given: { hospitals: H, slots: [] },
    says: ['no-slot-known'],
  },
  {
    sentence: 'every filter that fails is named, not the first one only',
    given: {
      hospitals: [hospital('h', { diverted: true, capabilities: knows({ eq_ecmo: 'no' }) })],
      slots: place({ state: 'occupied', roomSex: 'male' }),
      request: { needs: ['ecmo'] },
    },
    says: ['hospital-diverted', 'capability-missing', 'room-of-other-sex', 'not-free'],
  },
  {
    sentence: 'of several slots the one that fails least is reported',
    given: {
      hospitals: H,
      slots: [slot('a', 'h', { state: 'occupied', roomSex: 'male' }), slot('b', 'h', { state: 'occupied' })],
    },
    says: ['not-free'],
  },
]

for (const { sentence, given, says } of CASES) {
  test(sentence, () => {
    const { candidates, whyNot } = rank(scene(given))
    if (says === 'candidate') {
      assert.deepEqual(whyNot, [])
      assert.equal(candidates[0]?.hospitalId, 'h')
    } else {
      assert.deepEqual(candidates, [])
      assert.deepEqual(whyNot[0]?.reasons, says)
    }
  })
}

test('every reason has a case above that gives it', () => {
  const given = new Set(CASES.flatMap(({ says }) => (says === 'candidate' ? [] : says)))
  assert.deepEqual(
    WHY_NOT.filter((code) => !given.has(code)),
    [],
  )
})

test('what nobody answered for is to be asked first, and named', () => {
  const input = scene({ hospitals: H, slots: place({}), request: { needs: ['thoracic_surgery'], oxygen: 'imv' } })
  const [candidate] = rank(input).candidates
  assert.deepEqual(candidate?.askFirst, ['capability-unknown'])
  assert.deepEqual(candidate?.unknownNeeds, ['ventilator', 'thoracic_surgery'])
})

test('a missing need is named beside its reason', () => {
  const hospitals = [hospital('h', { capabilities: knows({ eq_ecmo: 'no', eq_ventilator: 'yes' }) })]
  const [excluded] = rank(scene({ hospitals, slots: place({}), request: { needs: ['ecmo'] } })).whyNot
  assert.deepEqual(excluded?.missingNeeds, ['ecmo'])
})

test('no class is served by one of a lower care level, and every class serves itself or its like', () => {
  for (const bedClass of BED_CLASSES) {
    assert.ok(SERVED_BY[bedClass].includes(bedClass))
    for (const serving of SERVED_BY[bedClass])
      assert.ok(CARE_LEVEL[serving] >= CARE_LEVEL[bedClass], `${serving} < ${bedClass}`)
  }
})

test('every need is met by capabilities that exist, and no word is too wide for its bits', () => {
  for (const need of NEEDS) assert.ok(NEED_CAPABILITIES[need].every((anyOf) => anyOf.length > 0))
  assert.ok(CAPABILITIES.length <= 64)
  assert.ok(NEEDS.length <= 31)
  assert.ok(WHY_NOT.length <= 24)
})
