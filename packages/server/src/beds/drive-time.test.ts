import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { modelDriveTimes, NO_ROAD, type RoadPlace, roadIndex, roadPeriod } from './drive-time.ts'
import { distanceM, unitVector } from './geo.ts'

const place = (lat: number, lon: number, sidoCode = '28', sigunguCode: string | null = null): RoadPlace => ({
  position: { lat, lon },
  sidoCode,
  sigunguCode,
})
const NOON_MS = Date.UTC(2022, 10, 2, 3)
const drive = (from: RoadPlace, to: RoadPlace, nowMs = NOON_MS) =>
  modelDriveTimes(from, roadIndex([to]), nowMs).seconds[0] ?? 0

test('distances agree with the haversine formula to a metre all over Korea', () => {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const haversine = (a: [number, number], b: [number, number]) => {
    const [dLat, dLon] = [radians(b[0] - a[0]), radians(b[1] - a[1])]
    const h = Math.sin(dLat / 2) ** 2 + Math.cos(radians(a[0])) * Math.cos(radians(b[0])) * Math.sin(dLon / 2) ** 2
    return 2 * 6_371_009 * Math.asin(Math.sqrt(h))
  }
  const point = fc.tuple(fc.double({ min: 33, max: 39, noNaN: true }), fc.double({ min: 124, max: 132, noNaN: true }))
  fc.assert(
    fc.property(point, point, (a, b) => {
      const ours = distanceM(unitVector({ lat: a[0], lon: a[1] }), unitVector({ lat: b[0], lon: b[1] }))
      assert.ok(Math.abs(ours - haversine(a, b)) <= 1, `${ours} / ${haversine(a, b)}`)
    }),
  )
})

test('Incheon to Busan is some 330 km as the crow flies', () => {
  const km = distanceM(unitVector({ lat: 37.4563, lon: 126.7052 }), unitVector({ lat: 35.1796, lon: 129.0756 })) / 1_000
  assert.ok(km > 325 && km < 335, `${km}`)
})

test('the model answers in whole seconds, these, on every machine', () => {
  const times = [place(37.45, 126.7), place(37.5, 126.75), place(37.9, 127.2, '51')].map((to) =>
    drive(place(37.45, 126.7), to),
  )
  assert.deepEqual(times, FIXED)
})
/** 5 km of streets at 24 km/h and the rest at 53 km/h, each × 1.417. */
const FIXED = [0, 1_264, 6_995]

test('the evening peak is slowest, the night quickest, and the weekend knows no peak', () => {
  const [from, to] = [place(37.45, 126.7), place(37.55, 126.8)]
  const at = (day: number, hour: number) => drive(from, to, Date.UTC(2022, 10, day, hour - 9))
  assert.ok(at(2, 18) > at(2, 8) && at(2, 8) > at(2, 12) && at(2, 12) > at(2, 23))
  assert.equal(at(5, 18), at(5, 12))
})

test('hours are those of Korea, and the borders belong to the later period', () => {
  const korean = (hour: number, minute = 0) => roadPeriod(Date.UTC(2022, 10, 2, hour - 9, minute))
  assert.deepEqual(
    [korean(5, 59), korean(6), korean(7), korean(9), korean(17), korean(19), korean(22)],
    ['night', 'day', 'morning_peak', 'day', 'evening_peak', 'day', 'night'],
  )
  assert.equal(roadPeriod(Date.UTC(2022, 10, 4, 23)), 'day', 'Saturday 08:00 in Korea is still Friday in Greenwich')
})

test('farther is never quicker on the same roads', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 300 }), (a, b) => {
      const [near, far] = [Math.min(a, b), Math.max(a, b)]
      const from = place(34.5, 127.5, '44')
      assert.ok(drive(from, place(34.5 + near / 111, 127.5, '44')) <= drive(from, place(34.5 + far / 111, 127.5, '44')))
    }),
  )
})

test('no road leads to Jeju, Ulleung or Ongjin, and roads do within them', () => {
  const mainland = place(37.45, 126.7)
  for (const island of [
    place(33.5, 126.5, '50'),
    place(37.5, 130.9, '47', '47940'),
    place(37.9, 124.7, '28', '28720'),
  ]) {
    assert.equal(drive(mainland, island), NO_ROAD)
    assert.equal(drive(island, mainland), NO_ROAD)
    assert.notEqual(drive(island, island), NO_ROAD)
  }
})
