import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Listed, matchHpids, type Registered } from './hpid-match.ts'

const PLACE = { lat: 37.5938, lon: 127.0518 }
/** About 11 m a ten-thousandth of a degree. */
const northOf = (metres: number) => ({ ...PLACE, lat: PLACE.lat + metres / 111_195 })
const listed = (over: Partial<Listed> = {}): Listed => ({
  ...{ hpid: 'A1100001', name: '경희대학교병원', phone: '02-958-8114', ...PLACE },
  ...over,
})
const registered = (over: Partial<Registered> = {}): Registered => ({
  ...{ id: 'H1', name: '학교법인 경희학원 경희대학교병원', phones: ['02-958-8114'], ...PLACE },
  ...over,
})
const linksOf = (one: readonly Listed[], other: readonly Registered[]) =>
  matchHpids(one, other).links.map(({ hpid, hospitalId }) => `${hpid} ${hospitalId}`)

test('a hospital is linked by its telephone where its owner’s name makes another name of it', () => {
  assert.deepEqual(linksOf([listed()], [registered()]), ['A1100001 H1'])
  assert.deepEqual(linksOf([listed({ phone: '02 9588114' })], [registered()]), ['A1100001 H1'])
  assert.deepEqual(linksOf([listed({ phone: null })], [registered()]), [])
})

test('a hospital is linked by its name where it has another telephone, whatever spaces and owners stand in it', () => {
  const other = registered({ name: '의료법인 나은 병원 (신관)', phones: ['032-000-0000'] })
  assert.deepEqual(linksOf([listed({ name: '나은병원' })], [other]), ['A1100001 H1'])
})

test('a namesake half a kilometre away is another hospital', () => {
  const far = registered({ name: '경희대학교병원', ...northOf(520) })
  assert.deepEqual(linksOf([listed()], [far]), [])
  assert.deepEqual(linksOf([listed()], [registered({ ...far, ...northOf(480) })]), ['A1100001 H1'])
})

test('two that could be meant are for a person to decide, on either side', () => {
  const two = matchHpids([listed()], [registered(), registered({ id: 'H2' })])
  assert.deepEqual(two.links, [])
  assert.deepEqual(two.doubtful, [{ hpid: 'A1100001', name: '경희대학교병원', hospitalIds: ['H1', 'H2'] }])
  const twice = matchHpids([listed(), listed({ hpid: 'A1100002' })], [registered()])
  assert.deepEqual([twice.links.length, twice.doubtful.length], [0, 2])
})

test('an hpid is linked once and a hospital is linked once, in whatever order they come', () => {
  const place = fc.record({
    lat: fc.double({ min: 37.49, max: 37.51, noNaN: true }),
    lon: fc.double({ min: 126.99, max: 127.01, noNaN: true }),
  })
  const name = fc.constantFrom('가병원', '나병원', '다병원')
  const one = fc.array(fc.tuple(place, name), { maxLength: 30 })
  fc.assert(
    fc.property(one, one, (some, others) => {
      const list = some.map(([at, named], nth) =>
        listed({ hpid: `A${1_000_000 + nth}`, name: named, phone: null, ...at }),
      )
      const known = others.map(([at, named], nth) => registered({ id: `H${nth}`, name: named, phones: [], ...at }))
      const { links } = matchHpids(list, known)
      assert.equal(new Set(links.map(({ hpid }) => hpid)).size, links.length)
      assert.equal(new Set(links.map(({ hospitalId }) => hospitalId)).size, links.length)
      const turned = matchHpids(list.toReversed(), known.toReversed()).links
      const written = (all: typeof links) => all.map(({ hpid, hospitalId }) => `${hpid} ${hospitalId}`).sort()
      assert.deepEqual(written(turned), written(links))
    }),
  )
})
