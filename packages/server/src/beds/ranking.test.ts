import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BED_CLASSES,
  type BedClass,
  NEEDS,
  OXYGEN_SUPPORTS,
  SLOT_ISOLATIONS,
  SLOT_SHARES,
  SLOT_STATES,
  URGENCIES,
} from '@dure/contract'
import fc from 'fast-check'
import { occupancyCost } from './candidate-terms.ts'
import { rank } from './ranking.ts'
import {
  hospital,
  knows,
  MINUTE_MS,
  NOON_MS,
  north,
  request,
  type Scene,
  scene,
  slot,
  slots,
} from './ranking-builders.ts'
import { DEFAULT_RANKING_CONFIG, TERMS } from './ranking-config.ts'
import { prepare, replaceSlot } from './ranking-snapshot.ts'
import type { RankedCandidate, RankHospital, RankSlot } from './ranking-types.ts'

const order = (given: Scene): readonly string[] => rank(scene(given)).candidates.map(({ hospitalId }) => hospitalId)
const value = (candidate: RankedCandidate | undefined, term: string) =>
  candidate?.terms.find((one) => one.term === term)?.value

test('the nearer of two equal hospitals comes first', () => {
  const hospitals = [hospital('a', { position: north(30) }), hospital('b', { position: north(2) })]
  assert.deepEqual(order({ hospitals, slots: [slot('1', 'a'), slot('2', 'b')] }), ['b', 'a'])
})

test('a hospital that mostly declines comes after one farther off that mostly accepts', () => {
  const hospitals = [hospital('near', { position: north(4) }), hospital('far', { position: north(12) })]
  const record = { bedClass: 'MODERATE', quarter: 2, offers: 20, secondsToAccept: 3_000 } as const
  const history = [
    { ...record, hospitalId: 'near', accepted: 2, secondsToAccept: 2 * 300 },
    { ...record, hospitalId: 'far', accepted: 19, secondsToAccept: 19 * 300 },
  ]
  assert.deepEqual(order({ hospitals, slots: [slot('1', 'near'), slot('2', 'far')], history }), ['far', 'near'])
})

test('a single refusal does not condemn a hospital: it moves the expectation by less than a half', () => {
  const wait = (history: Scene['history'] & object) => {
    const { snapshot } = scene({ hospitals: [hospital('h')], slots: [slot('1', 'h')], history })
    return snapshot.waitS[2] ?? 0
  }
  const usual = wait([])
  const refused = wait([
    { hospitalId: 'h', bedClass: 'MODERATE', quarter: 2, offers: 1, accepted: 0, secondsToAccept: 0 },
  ])
  assert.equal(usual, Math.floor(600_000 / 812))
  assert.ok(refused > usual && refused < usual * 2, `${usual} → ${refused}`)
})

test('a critical bed is not spent on a moderate patient while a moderate one is as near', () => {
  const hospitals = [hospital('a'), hospital('b')]
  const given = [slot('1', 'a', { bedClass: 'CRITICAL' }), slot('2', 'b')]
  const ranking = rank(scene({ hospitals, slots: given }))
  assert.deepEqual(
    ranking.candidates.map(({ hospitalId }) => hospitalId),
    ['b', 'a'],
  )
  assert.equal(value(ranking.candidates[1], 'over_fit'), 2 * 100)
})

test('the scarcer a class in the region, the dearer it is to waste it', () => {
  const price = (occupied: number) => {
    const taken = slots('a', occupied, 'CRITICAL', { state: 'occupied' })
    const given = [...taken, slot('free', 'a', { bedClass: 'CRITICAL' })]
    return value(rank(scene({ hospitals: [hospital('a')], slots: given })).candidates[0], 'over_fit')
  }
  assert.equal(price(0), 200)
  assert.equal(price(1), 2 * (100 + 500))
  assert.equal(price(9), 2 * (100 + 900))
})

test('within a hospital the least wasteful fitting slot is taken, the lower id among equals', () => {
  const given = [slot('z', 'a', { bedClass: 'CRITICAL' }), slot('y', 'a'), slot('x', 'a')]
  const [candidate] = rank(scene({ hospitals: [hospital('a')], slots: given })).candidates
  assert.equal(candidate?.slotId, 'x')
  assert.equal(candidate?.freeFitting, 3)
})

test('occupancy costs nothing up to 85 %, grows convexly to 95 % and steeply beyond', () => {
  assert.equal(occupancyCost(850), 0)
  const costs = Array.from({ length: 16 }, (_, at) => occupancyCost(850 + at * 10))
  const growth = costs.slice(1).map((cost, at) => cost - (costs[at] ?? 0))
  for (const [at, step] of growth.slice(1).entries()) assert.ok(step >= (growth[at] ?? 0), `step ${at}: ${growth}`)
  assert.ok(occupancyCost(960) - occupancyCost(950) >= 5 * (occupancyCost(950) - occupancyCost(940)))
})

test('of two hospitals as near, the emptier comes first', () => {
  const hospitals = [hospital('full'), hospital('empty')]
  const given = [
    ...slots('full', 9, 'MODERATE', { state: 'occupied' }),
    slot('f', 'full'),
    ...slots('empty', 9, 'MODERATE'),
    slot('e', 'empty'),
  ]
  assert.deepEqual(order({ hospitals, slots: given }), ['empty', 'full'])
})

test('of two alike the better known, the less burdened, the patient’s own unit and the unreserved bed come first', () => {
  const pair = [hospital('a'), hospital('b')]
  const beds = (a: Partial<RankSlot>) => [slot('1', 'a', a), slot('2', 'b')]
  assert.deepEqual(order({ hospitals: pair, slots: beds({ asOfMs: NOON_MS - 130 * MINUTE_MS }) }), ['b', 'a'])
  const burdened = [hospital('a', { placements24h: 1, placements72h: 2 }), hospital('b')]
  assert.deepEqual(order({ hospitals: burdened, slots: beds({}) }), ['b', 'a'])
  assert.deepEqual(order({ hospitals: pair, slots: beds({}), request: { continuityHospitalIds: ['b'] } }), ['b', 'a'])
  const emergency = { urgency: 'immediate', continuityHospitalIds: ['a', 'b'] } as const
  assert.deepEqual(order({ hospitals: pair, slots: beds({ share: 'duty_reserve' }), request: emergency }), ['b', 'a'])
})

test('what is known comes before what a call must settle, and the own region before another', () => {
  const hospitals = [
    hospital('across', { sidoCode: '41', position: north(1), capabilities: knows({ ty_22: 'yes' }) }),
    hospital('unsure', { position: north(2) }),
    hospital('known', { position: north(20), capabilities: knows({ ty_22: 'yes' }) }),
  ]
  const asked = { needs: ['haemodialysis'], outOfRegionConsent: true, regionsAsked: ['41'] } as const
  const given = hospitals.map(({ id }) => slot(id, id))
  assert.deepEqual(order({ hospitals, slots: given, request: asked }), ['known', 'unsure', 'across'])
})

test('a request that can wait prefers the better fit, an immediate one the quicker bed', () => {
  const hospitals = [hospital('quick', { position: north(1) }), hospital('fitting', { position: north(40) })]
  const given = [slot('1', 'quick', { bedClass: 'CRITICAL' }), slot('2', 'fitting')]
  assert.deepEqual(order({ hospitals, slots: given, request: { urgency: 'within_24h' } }), ['fitting', 'quick'])
  assert.deepEqual(order({ hospitals, slots: given, request: { urgency: 'immediate' } }), ['quick', 'fitting'])
})

test('equal hospitals are put in order by the hash of request and hospital: not always the same one first', () => {
  const hospitals = [hospital('a'), hospital('b')]
  const given = [slot('1', 'a'), slot('2', 'b')]
  const firsts = Array.from({ length: 40 }, (_, at) => order({ hospitals, slots: given, request: { id: `r${at}` } })[0])
  assert.deepEqual([...new Set(firsts)].sort(), ['a', 'b'])
})

test('the order of a fixed scene is this one, on every machine', () => {
  const hospitals = Array.from({ length: 8 }, (_, at) => hospital(`h${at}`))
  const given = hospitals.map(({ id }) => slot(id, id))
  assert.deepEqual(order({ hospitals, slots: given }), ['h3', 'h2', 'h4', 'h6', 'h7', 'h5', 'h1', 'h0'])
})

test('why not lists those first that fail the fewest filters, then the nearer', () => {
  const hospitals = [
    hospital('two', { diverted: true, position: north(1) }),
    hospital('far', { position: north(9) }),
    hospital('near', { position: north(3) }),
  ]
  const given = hospitals.map(({ id }) => slot(id, id, { state: 'occupied' }))
  const { whyNot, whyNotTotal } = rank(scene({ hospitals, slots: given }))
  assert.deepEqual(
    whyNot.map(({ hospitalId }) => hospitalId),
    ['near', 'far', 'two'],
  )
  assert.equal(whyNotTotal, 3)
})

test('the limits cut the lists and not the totals', () => {
  const hospitals = Array.from({ length: 6 }, (_, at) => hospital(`h${at}`))
  const given = hospitals.map(({ id }, at) => slot(id, id, { state: at < 3 ? 'available' : 'occupied' }))
  const ranking = rank({ ...scene({ hospitals, slots: given }), limits: { candidates: 2, whyNot: 1 } })
  assert.deepEqual(
    [ranking.candidates.length, ranking.candidatesTotal, ranking.whyNot.length, ranking.whyNotTotal],
    [2, 3, 1, 3],
  )
})

test('every candidate shows every term, in the order in which they are compared', () => {
  for (const urgency of URGENCIES) {
    const [candidate] = rank(
      scene({ hospitals: [hospital('a')], slots: [slot('1', 'a')], request: { urgency } }),
    ).candidates
    assert.deepEqual(
      candidate?.terms.map(({ term }) => term),
      DEFAULT_RANKING_CONFIG.termOrder[urgency],
    )
    assert.deepEqual([...DEFAULT_RANKING_CONFIG.termOrder[urgency]].sort(), [...TERMS].sort())
  }
})

// ---------------------------------------------------------------- properties

const CLASSES: readonly BedClass[] = ['MODERATE', 'SEMI_CRITICAL', 'CRITICAL', 'WARD_GENERAL', 'ICU_NEG']
const anyHospital = (id: string): fc.Arbitrary<RankHospital> =>
  fc
    .record({
      km: fc.integer({ min: 0, max: 80 }),
      sidoCode: fc.constantFrom('28', '28', '41', '11'),
      diverted: fc.boolean().map((no) => no && id.endsWith('3')),
      placements24h: fc.integer({ min: 0, max: 3 }),
      ventilator: fc.constantFrom('yes', 'no', 'unknown' as const),
    })
    .map(({ km, ventilator, placements24h, ...rest }) =>
      hospital(id, {
        ...rest,
        placements24h,
        placements72h: placements24h,
        position: north(km),
        capabilities: ventilator === 'unknown' ? new Map() : knows({ eq_ventilator: ventilator }),
      }),
    )
const anySlot = (id: string, hospitalId: string): fc.Arbitrary<RankSlot> =>
  fc
    .record({
      bedClass: fc.constantFrom(...CLASSES),
      isolation: fc.constantFrom(...SLOT_ISOLATIONS),
      share: fc.constantFrom(...SLOT_SHARES),
      state: fc.constantFrom('available', ...SLOT_STATES),
      ageMin: fc.integer({ min: 0, max: 700 }),
    })
    .map(({ ageMin, state, ...rest }) =>
      slot(id, hospitalId, {
        ...rest,
        state,
        opensInHours: state === 'surge' ? 2 : null,
        asOfMs: NOON_MS - ageMin * MINUTE_MS,
      }),
    )
const world = fc.integer({ min: 1, max: 10 }).chain((n) => {
  const ids = Array.from({ length: n }, (_, at) => `h${at}`)
  return fc.record({
    hospitals: fc.tuple(...ids.map(anyHospital)),
    slots: fc.tuple(...ids.flatMap((id) => [0, 1, 2].map((at) => anySlot(`${id}-${at}`, id)))),
  })
})
const anyRequest = fc
  .record({
    requestedClass: fc.constantFrom(...CLASSES),
    urgency: fc.constantFrom(...URGENCIES),
    oxygen: fc.constantFrom(...OXYGEN_SUPPORTS),
    needs: fc.subarray([...NEEDS], { maxLength: 1 }),
    outOfRegionConsent: fc.boolean(),
  })
  .map((rest) => request({ ...rest, regionsAsked: ['41', '11'] }))
const anyMode = fc.constantFrom('peace', 'war' as const)

test('whatever the order in which hospitals and slots are given, the ranking is the same to the last number', () => {
  fc.assert(
    fc.property(world, anyRequest, anyMode, fc.infiniteStream(fc.nat()), (given, asked, mode, chance) => {
      const shuffled = <T>(items: readonly T[]): T[] =>
        items
          .map((item) => ({ item, at: chance.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ item }) => item)
      const straight = rank(scene({ ...given, request: asked, mode }))
      const mixed = { hospitals: shuffled(given.hospitals), slots: shuffled(given.slots) }
      assert.deepEqual(rank(scene({ ...mixed, request: asked, mode })), straight)
    }),
    { numRuns: 200 },
  )
})

test('a hospital that cannot take the patient changes nothing in the order of the others', () => {
  fc.assert(
    fc.property(world, anyRequest, (given, asked) => {
      const before = order({ ...given, request: asked })
      const bystander = hospital('zz', { open: false, position: north(1), sidoCode: '50' })
      const after = order({
        hospitals: [...given.hospitals, bystander],
        slots: [...given.slots, slot('zz-1', 'zz', { bedClass: asked.requestedClass })],
        request: asked,
      })
      assert.deepEqual(after, before)
    }),
    { numRuns: 200 },
  )
})

test('a twin that is nearer, less burdened or better known ranks before its twin', () => {
  fc.assert(
    fc.property(world, anyRequest, fc.constantFrom('nearer', 'less burdened', 'better known'), (given, asked, how) => {
      const [first] = rank(scene({ ...given, request: asked })).candidates
      const original = given.hospitals.find(({ id }) => id === first?.hospitalId)
      if (first === undefined || original === undefined) return
      const [lat, lon] = [original.position.lat, original.position.lon]
      const better: RankHospital = {
        ...original,
        id: 'twin',
        ...(how === 'nearer' ? { position: { lat: lat - Math.min(0.05, lat - north(0).lat), lon } } : {}),
        ...(how === 'less burdened' ? { placements24h: 0, placements72h: 0 } : {}),
        ...(how === 'better known' ? { capabilities: knows({ eq_ventilator: 'yes' }) } : {}),
      }
      const copies = given.slots.filter(({ hospitalId }) => hospitalId === original.id)
      const twins = copies.map((one, at) => ({ ...one, id: `twin-${at}`, hospitalId: 'twin' }))
      const ranking = rank(
        scene({ hospitals: [...given.hospitals, better], slots: [...given.slots, ...twins], request: asked }),
      )
      const steps = (id: string) =>
        ranking.candidates.find(({ hospitalId }) => hospitalId === id)?.terms.map(({ step }) => step)
      const ids = ranking.candidates.map(({ hospitalId }) => hospitalId)
      if (steps('twin')?.join() === steps(original.id)?.join()) return
      assert.ok(ids.indexOf('twin') < ids.indexOf(original.id), `${how}: ${steps('twin')} / ${steps(original.id)}`)
    }),
    { numRuns: 300 },
  )
})

test('every hospital is either a candidate or told why not, never both and never neither', () => {
  fc.assert(
    fc.property(world, anyRequest, anyMode, (given, asked, mode) => {
      const { candidates, whyNot } = rank(scene({ ...given, request: asked, mode }))
      const named = [...candidates, ...whyNot].map(({ hospitalId }) => hospitalId)
      assert.deepEqual([...named].sort(), given.hospitals.map(({ id }) => id).sort())
      assert.ok(whyNot.every(({ reasons }) => reasons.length > 0))
    }),
    { numRuns: 200 },
  )
})

test('a slot that changed in a snapshot ranks as if the snapshot had been made anew', () => {
  fc.assert(
    fc.property(world, anyRequest, fc.nat(), (given, asked, pick) => {
      const old = given.slots[pick % given.slots.length]
      if (old === undefined) return
      const changed = { ...old, state: 'available', share: 'placeable', asOfMs: NOON_MS } as const
      const input = scene({ ...given, request: asked })
      assert.equal(replaceSlot(input.snapshot, changed), true)
      const anew = given.slots.map((one) => (one.id === old.id ? changed : one))
      assert.deepEqual(rank(input), rank(scene({ ...given, slots: anew, request: asked })))
    }),
    { numRuns: 200 },
  )
})

test('a slot that is new or has moved asks for a new snapshot, and one without a hospital is an error', () => {
  const { snapshot } = scene({ hospitals: [hospital('a'), hospital('b')], slots: [slot('1', 'a')] })
  assert.equal(replaceSlot(snapshot, slot('2', 'a')), false)
  assert.equal(replaceSlot(snapshot, slot('1', 'b')), false)
  assert.throws(() => prepare([], [slot('1', 'a')], [], DEFAULT_RANKING_CONFIG), /unknown hospital a/)
  assert.throws(
    () => prepare([hospital('a'), hospital('a')], [], [], DEFAULT_RANKING_CONFIG),
    /two hospitals with id a/,
  )
})

test('the classes of the properties are classes', () => {
  assert.ok(CLASSES.every((bedClass) => BED_CLASSES.includes(bedClass)))
})
