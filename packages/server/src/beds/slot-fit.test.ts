import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from '@dure/contract'
import fc from 'fast-check'
import { criteriaOf, slotFails } from './candidate-filters.ts'
import { WHY_NOT_BIT } from './candidate-reasons.ts'
import { modelDriveTimes } from './drive-time.ts'
import { REQUEST_EVENT_ACTORS } from './placement-actors.ts'
import { REQUEST_EVENTS } from './placement-table.ts'
import { DEFAULT_RANKING_CONFIG } from './ranking-config.ts'
import { prepare } from './ranking-snapshot.ts'
import type { SlotRow } from './rows.ts'
import { fitFaults, fittingOrder } from './slot-fit.ts'

const PLACE = { position: { lat: 37.45, lon: 126.7 }, sidoCode: '28', sigunguCode: null }
const NOW_MS = Date.UTC(2026, 0, 5)

const slot: fc.Arbitrary<SlotRow> = fc
  .record({
    bed_class: fc.constantFrom(...v.BED_CLASSES),
    isolation: fc.constantFrom(...v.SLOT_ISOLATIONS),
    share: fc.constantFrom(...v.SLOT_SHARES),
    room_sex: fc.constantFrom(...v.ROOM_SEXES),
    min_age_years: fc.option(fc.nat({ max: 90 })),
    max_age_years: fc.option(fc.nat({ max: 90 })),
    cohort_pathogen: fc.option(fc.constantFrom(...v.PATHOGENS)),
    id: fc.uuid(),
  })
  .map((drawn) => ({
    ...drawn,
    hospital_id: 'H',
    label: drawn.id,
    state: 'available',
    blocked_reason: null,
    opens_in_hours: null,
    as_of: new Date(NOW_MS),
    source: 'web',
    doubted_at: null,
    fencing: '0',
    version: 1,
  }))

const request = fc.record({
  requested_class: fc.constantFrom(...v.BED_CLASSES),
  isolation_need: fc.constantFrom(...v.ISOLATION_NEEDS),
  pathogen: fc.option(fc.constantFrom(...v.PATHOGENS)),
  sex: fc.constantFrom(...v.SEXES),
  age_years: fc.nat({ max: 100 }),
  urgency: fc.constantFrom(...v.URGENCIES),
})
type Drawn = typeof request extends fc.Arbitrary<infer R> ? R : never

const OF_THE_PLACE =
  WHY_NOT_BIT['class-too-low'] |
  WHY_NOT_BIT['isolation-missing'] |
  WHY_NOT_BIT['cohort-of-other-pathogen'] |
  WHY_NOT_BIT['age-outside-limits'] |
  WHY_NOT_BIT['room-of-other-sex']

/** What the ranking says of the same place. */
const rankingFaults = (asked: Drawn, row: SlotRow): number => {
  const hospital = {
    ...PLACE,
    id: 'H',
    open: true,
    diverted: false,
    capabilities: new Map(),
    placements24h: 0,
    placements72h: 0,
  }
  const ranked = {
    id: row.id,
    hospitalId: 'H',
    bedClass: row.bed_class,
    isolation: row.isolation,
    share: row.share,
    state: row.state,
    roomSex: row.room_sex,
    minAgeYears: row.min_age_years,
    maxAgeYears: row.max_age_years,
    cohortPathogen: row.cohort_pathogen,
    opensInHours: null,
    asOfMs: NOW_MS,
    source: row.source,
  }
  const snapshot = prepare([hospital], [ranked], [], DEFAULT_RANKING_CONFIG)
  const c = criteriaOf({
    request: {
      id: 'R',
      origin: PLACE,
      originHospitalId: null,
      requestedClass: asked.requested_class,
      isolationNeed: asked.isolation_need,
      pathogen: asked.pathogen,
      needs: [],
      oxygen: 'room_air',
      ageYears: asked.age_years,
      sex: asked.sex,
      urgency: asked.urgency,
      stability: 'stable',
      outOfRegionConsent: false,
      regionsAsked: ['28'],
      openOfferHospitalIds: [],
      declines: [],
      phoneVerifiedHospitalIds: [],
      continuityHospitalIds: [],
    },
    snapshot,
    driveTimes: modelDriveTimes(PLACE, snapshot.road, NOW_MS),
    nowMs: NOW_MS,
    mode: 'peace',
    config: DEFAULT_RANKING_CONFIG,
  })
  return slotFails(c, snapshot, 0, 0)
}

test('a place that is given fits exactly when the ranking would have shown it', () => {
  fc.assert(
    fc.property(request, slot, (asked, row) => {
      assert.equal(fitFaults(asked, row).length === 0, (rankingFaults(asked, row) & OF_THE_PLACE) === 0)
    }),
    { numRuns: 3_000 },
  )
})

test('an unnamed acceptance takes no bed that the hospital keeps for itself, and a duty bed only for who needs one at once', () => {
  fc.assert(
    fc.property(request, fc.array(slot, { maxLength: 12 }), (asked, rows) => {
      const order = fittingOrder(asked, rows)
      assert.ok(order.every((row) => row.share !== 'own_use' && fitFaults(asked, row).length === 0))
      assert.ok(asked.urgency === 'immediate' || order.every((row) => row.share === 'placeable'))
      assert.deepEqual(
        fittingOrder(asked, [...rows].reverse()),
        order,
        'the order in which they are given means nothing',
      )
    }),
  )
})

test('people can do every event that is not the system’s alone, and no other', () => {
  const consequences = ['offer_sent', 'offers_exhausted', 'hold_granted', 'hold_lost']
  const byPeople = REQUEST_EVENTS.filter((event) => !consequences.includes(event))
  assert.deepEqual([...v.REQUEST_ACTS].sort(), [...byPeople].sort())
  for (const act of byPeople) assert.ok(REQUEST_EVENT_ACTORS[act].some((actor) => actor !== 'system'))
})
