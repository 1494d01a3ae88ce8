import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { codeOf, issuerKey, LUNCH_HOUR, newPair, nodeCrypto, stripWorld } from '../test/strip-fixture.ts'
import { concat } from './bytes.ts'
import { encodeCbor } from './cbor-encode.ts'
import { unwrap } from './result.ts'
import { birthText, deviceKeyOf, hasClass, isStripSignedBy, issueStrip, readStrip, stripInterval } from './strip.ts'
import { issueStrips, type PlannedStrip, personGridHour, personPid, planStrips } from './strip-plan.ts'

test('a strip reads back as it was issued, and only its issuer’s key fits', async () => {
  const { strip, claims, issuerPair, crypto } = await stripWorld()
  const read = unwrap(readStrip(strip))
  assert.deepEqual(read.claims, claims)
  assert.equal(await isStripSignedBy(crypto, read, issuerPair.publicKey), true)
  assert.equal(await isStripSignedBy(crypto, read, (await newPair()).publicKey), false)
  assert.equal(birthText(read.claims.birth), '02-29')
  assert.equal(hasClass(read.claims, 'strict') && !hasClass(read.claims, 'minor'), true)
})

test('a strip says nothing of health: classes, a masked name, a day of birth without year, a key', async () => {
  const { strip } = await stripWorld()
  const { claims } = unwrap(readStrip(strip))
  assert.deepEqual(Object.keys(claims).sort(), ['birth', 'classes', 'deviceKey', 'fromHour', 'hours', 'name', 'pid'])
  assert.ok(strip.length <= 146, `${strip.length} bytes`)
})

test('no bit of a strip can be changed', async () => {
  const { strip, issuerPair, crypto } = await stripWorld()
  for (let bit = 0; bit < strip.length * 8; bit++) {
    const changed = strip.slice()
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const read = readStrip(changed)
    const isAccepted = read.ok && (await isStripSignedBy(crypto, read.value, issuerPair.publicKey))
    assert.equal(isAccepted, false, `bit ${bit}`)
  }
})

test('a strip of another version is not called invalid: the checker is too old for it', async () => {
  const { strip, claims } = await stripWorld()
  const newer = concat(strip.subarray(0, 68), encodeCbor([2, claims.fromHour, 'anything']))
  assert.equal(codeOf(readStrip(newer)), 'strip-version')
})

test('claims out of bounds are refused by the reader and are a bug for the issuer', async () => {
  const { issuer, claims, crypto } = await stripWorld()
  const bad = [
    { hours: 0 },
    { hours: 49 },
    { classes: 0 },
    { pid: new Uint8Array(5) },
    { name: '*'.repeat(33) },
    { birth: { month: 2, day: 30 } },
    { birth: { month: 13, day: 1 } },
    { deviceKey: new Uint8Array(33) },
    { fromHour: 1.5 },
  ]
  for (const change of bad) await assert.rejects(issueStrip(crypto, { ...claims, ...change }, issuer), RangeError)
  const { fromHour, pid, name, deviceKey } = claims
  for (const items of [
    [1, fromHour, 49, 1, pid, name, 0, deviceKey],
    [1, fromHour, 24, 1, pid, name, 230, deviceKey],
    [1, fromHour, 24, 1, pid, name, 0],
    [1, '', 24, 1, pid, name, 0, deviceKey],
  ])
    assert.equal(codeOf(readStrip(concat(new Uint8Array(68), encodeCbor(items)))), 'strip-malformed')
})

test('only a P-256 key can be a device key', async () => {
  const edwards = unwrap(await nodeCrypto.generateKey('Ed25519', true))
  assert.equal(deviceKeyOf(edwards.publicJwk), undefined)
  assert.equal(deviceKeyOf({}), undefined)
  assert.equal(deviceKeyOf(issuerKey(await newPair()).jwk)?.length, 33)
})

test('nothing read as a strip throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => assert.equal(typeof readStrip(bytes).ok, 'boolean')),
  )
})

const FOREVER = { fromHour: 0, untilHour: 4_000_000 }

test('28 strips are planned for 28 days, each of 24 hours and two of overlap', () => {
  const plan = planStrips({ nowHour: LUNCH_HOUR, gridHour: 7, entitlements: [{ classes: 3, ...FOREVER }] })
  assert.equal(plan.length, 28)
  assert.ok(plan.every((strip, i) => strip.hours === 26 && strip.fromHour === (plan[0]?.fromHour ?? 0) + 24 * i))
  assert.ok((plan[0]?.fromHour ?? 0) <= LUNCH_HOUR && (plan[0]?.fromHour ?? 0) > LUNCH_HOUR - 24)
  assert.equal((plan[0]?.fromHour ?? 0) % 24, 7)
})

test('two devices of a person that renew at different hours get strips of the same days and pids', async () => {
  const secret = new Uint8Array(32).fill(9)
  const person = new TextEncoder().encode('person 1')
  const gridHour = await personGridHour(nodeCrypto, secret, person)
  const days = (nowHour: number) =>
    planStrips({ nowHour, gridHour, entitlements: [{ classes: 1, ...FOREVER }] }).map((strip) => strip.dayHour)
  const [phone, tablet] = [days(LUNCH_HOUR), days(LUNCH_HOUR + 30)]
  const shared = phone.filter((day) => tablet.includes(day))
  assert.ok(shared.length >= 26)
  const pid = (day: number) => personPid(nodeCrypto, secret, person, day)
  assert.deepEqual(await pid(shared[0] ?? 0), await pid(shared[0] ?? 0))
  assert.notDeepEqual(await pid(shared[0] ?? 0), await pid(shared[1] ?? 0))
})

const hour = fc.integer({ min: 0, max: 300 })
const entitlement = fc
  .record({ classes: fc.integer({ min: 1, max: 15 }), fromHour: hour, length: fc.integer({ min: 1, max: 200 }) })
  .map(({ classes, fromHour, length }) => ({ classes, fromHour, untilHour: fromHour + length }))

test('a strip never outlasts what its holder is entitled to, and no hour of an entitlement is left without', () => {
  fc.assert(
    fc.property(fc.array(entitlement, { maxLength: 5 }), hour, fc.nat(23), (entitlements, nowHour, gridHour) => {
      const plan = planStrips({ nowHour, gridHour, days: 10, entitlements })
      const granted = (at: number) =>
        entitlements
          .filter((one) => one.fromHour <= at && at < one.untilHour)
          .reduce((bits, one) => bits | one.classes, 0)
      const shown = (at: number) =>
        plan
          .filter((strip) => strip.fromHour <= at && at < strip.fromHour + strip.hours)
          .reduce((bits, strip) => bits | strip.classes, 0)
      for (let at = nowHour; at < nowHour + 200; at++) assert.equal(shown(at), granted(at), `hour ${at}`)
    }),
  )
})

test('a batch is signed strip by strip and every one verifies', async () => {
  const { issuer, issuerPair, claims, crypto } = await stripWorld()
  const plan: PlannedStrip[] = planStrips({
    nowHour: LUNCH_HOUR,
    gridHour: 3,
    entitlements: [{ classes: 3, ...FOREVER }],
  })
  const pidOf = (dayHour: number) => personPid(crypto, new Uint8Array(32), new Uint8Array(8), dayHour)
  const strips = unwrap(
    await issueStrips(crypto, plan, { name: claims.name, deviceKey: claims.deviceKey }, issuer, pidOf),
  )
  assert.equal(strips.length, 28)
  for (const [i, bytes] of strips.entries()) {
    const strip = unwrap(readStrip(bytes))
    assert.equal(await isStripSignedBy(crypto, strip, issuerPair.publicKey), true)
    assert.equal(stripInterval(strip.claims).from, (plan[i]?.fromHour ?? 0) * 3_600_000)
    assert.equal(strip.claims.birth, undefined)
  }
  assert.equal(new Set(strips.map((bytes) => unwrap(readStrip(bytes)).claims.pid.join())).size, 28)
})
