import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { test } from 'node:test'
import { bedEndpoints, signUpEndpoints as e, getMe } from '@dure/contract'
import { appendOp } from '../platform/oplog.ts'
import { hospitalId, must, ORIGIN_ID, refusedAs, type World } from '../testing/bed-world.ts'
import { browser, enteredByLink, peopleWorld, personOf } from '../testing/people-world.ts'
import { installRegionKey, LINK_DAYS, LIST_FRESH_H, requestRegionKey, signRegion } from './authority.service.ts'
import { trustNationalKey } from './authority.sql.ts'
import { proofText, rawPublicKey, signLink } from './chain.ts'
import type { People } from './people.service.ts'
import { lazyPeopleSecrets } from './secrets.service.ts'

const HOUR = 3_600_000

/** The slice's own hands in a test cell, as a command of the operator has them. */
const handsOf = (w: World): People => {
  const { db, clock, ids, log, config } = w.test.cell.deps
  const nobody = async () => null
  return {
    ...{ db, clock, ids, log, config, entry: undefined as never, names: async () => new Map() },
    ...{ findPlaces: async () => [], isPlace: async () => true, request: nobody, codes: async () => new Map() },
    secrets: lazyPeopleSecrets(config.dataDir),
    publish: (tx, kind, body, at) => appendOp(tx, { kind, subject: config.region, body, audience: {}, at }),
  }
}

/** Gives a cell a region key that the nation has signed. */
const certified = async (w: World, nation: KeyObject): Promise<void> => {
  const people = handsOf(w)
  const now = w.test.clock.now()
  await trustNationalKey(people.db, rawPublicKey(nation), 'test', now)
  const request = await requestRegionKey(people, now)
  assert.equal(await installRegionKey(people, signRegion(nation, request, now), now), undefined)
}

const nationKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey

/** A key that never leaves this device, as WebCrypto makes one. */
const device = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const prove = (cell: string, challenge: string) =>
    sign('sha256', proofText(cell, challenge), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
  return { deviceKey: { x, y }, prove }
}

type Device = ReturnType<typeof device>

const enrolled = async (w: World, key: Device, roles = ['requester'] as const) => {
  const person = await personOf(w, roles, ORIGIN_ID, '이응급')
  const one = await enteredByLink(w.test, person)
  const made = must(await one.call(e.enrolDevice, { body: { deviceKey: key.deviceKey, label: '내 전화' } }))
  return { person, one, ...made }
}

const present = async (w: World, credential: string, key: Device, one = browser(w.test)) => {
  const { challenge, cell } = must(await one.call(e.startCredentialSignIn))
  return one.call(e.signInWithCredential, { body: { credential, challenge, signature: key.prove(cell, challenge) } })
}

const two = async (nation: KeyObject) => {
  const home = await peopleWorld()
  await certified(home, nation)
  const away = await peopleWorld({ cell: { env: { DURE_REGION: '11' } } })
  await certified(away, nation)
  const close = async () => [await home[Symbol.asyncDispose](), await away[Symbol.asyncDispose]()]
  return { home, away, close }
}

test('a cut-off cell lets in a doctor of another region without asking anyone: for a short while, and marked as such', async () => {
  const { home, away, close } = await two(nationKey())
  try {
    const key = device()
    const { credential } = await enrolled(home, key)
    const guest = browser(away.test)
    const me = must(await present(away, credential, key, guest))
    assert.deepEqual([me.name, me.roles, me.region, me.facilityId], ['이응급', ['requester'], '28', ORIGIN_ID])
    assert.equal(me.session?.kind, 'credential')
    const ends = new Date(me.session?.endsAt ?? 0).getTime() - away.test.clock.now().getTime()
    assert.equal(ends, HOUR, 'region 28 was never heard here, so it is an hour')
    must(await guest.call(bedEndpoints.board))
    assert.equal(refusedAs(await guest.call(e.startPasskeyRegistration)), 'not-allowed')
    assert.equal(
      refusedAs(await guest.call(e.enrolDevice, { body: { deviceKey: key.deviceKey, label: 'x' } })),
      'not-allowed',
    )
    away.test.clock.advance(HOUR)
    assert.equal(refusedAs(await guest.call(getMe)), 'sign-in-needed')
  } finally {
    await close()
  }
})

test('without the device’s key the credential opens nothing, and an answer for one cell nothing at another', async () => {
  const { home, away, close } = await two(nationKey())
  try {
    const [key, thief] = [device(), device()]
    const { credential } = await enrolled(home, key)
    assert.equal(refusedAs(await present(away, credential, thief)), 'sign-in-refused')
    const { challenge } = must(await away.test.call(e.startCredentialSignIn))
    const forHome = { credential, challenge, signature: key.prove('28', challenge) }
    assert.equal(refusedAs(await away.test.call(e.signInWithCredential, { body: forHome })), 'sign-in-refused')
    const forAway = { credential, challenge, signature: key.prove('11', challenge) }
    assert.equal(refusedAs(await away.test.call(e.signInWithCredential, { body: forAway })), 'sign-in-refused', 'spent')
    must(await present(away, credential, key))
  } finally {
    await close()
  }
})

test('a cell believes the nation it was told of, and no other', async () => {
  const { home, away, close } = await two(nationKey())
  const other = await peopleWorld({ cell: { env: { DURE_REGION: '41' } } })
  try {
    await certified(other, nationKey())
    const key = device()
    const { credential } = await enrolled(other, key)
    assert.equal(refusedAs(await present(away, credential, key)), 'sign-in-refused')
    await using nobody = await peopleWorld({ cell: { env: { DURE_REGION: '26' } } })
    const mine = device()
    const { credential: good } = await enrolled(home, mine)
    assert.equal(refusedAs(await present(nobody, good, mine)), 'sign-in-refused', 'trusts nobody yet')
    must(await present(away, good, mine))
  } finally {
    await other[Symbol.asyncDispose]()
    await close()
  }
})

test('a stolen facility key is revoked by its region, and the neighbour that heard refuses what it signed', async () => {
  const { home, away, close } = await two(nationKey())
  try {
    const key = device()
    const { credential, one } = await enrolled(home, key)
    const admin = await personOf(home, ['admin'], null)
    const before = must(await home.test.call(e.readRevocations)).lists[0] ?? ''
    const { keys } = must(await admin.call(e.listAuthorityKeys))
    const facility = keys.find(({ facilityId }) => facilityId === ORIGIN_ID)
    assert.equal(facility?.credentials, 1)
    const why = '노트북을 도난당했습니다'
    must(await admin.call(e.revokeAuthorityKey, { params: { id: facility?.id ?? '' }, body: { why } }))
    assert.equal(refusedAs(await present(home, credential, key)), 'sign-in-refused', 'at home at once')

    must(await present(away, credential, key))
    const [list = ''] = must(await home.test.call(e.readRevocations)).lists
    const head = await personOf(away, ['placement_desk', 'desk_lead'], null)
    const taken = must(await head.call(e.importRevocations, { body: { list } }))
    assert.deepEqual([taken.region, taken.count], ['28', 1])
    assert.equal(refusedAs(await present(away, credential, key)), 'sign-in-refused')
    assert.equal(
      refusedAs(await head.call(e.importRevocations, { body: { list: before } })),
      'wrong-state',
      'no way back',
    )
    assert.equal(refusedAs(await head.call(e.importRevocations, { body: { list: `${list}x` } })), 'invalid-input')

    const again = must(await one.call(e.enrolDevice, { body: { deviceKey: key.deviceKey, label: '내 전화' } }))
    const guest = must(await present(away, again.credential, key))
    const hours = (new Date(guest.session?.endsAt ?? 0).getTime() - away.test.clock.now().getTime()) / HOUR
    assert.equal(hours, 4, 'the new key’s are good, and the list is fresh')
    away.test.clock.advance((LIST_FRESH_H + 1) * HOUR)
    const stale = must(await present(away, again.credential, key))
    assert.equal((new Date(stale.session?.endsAt ?? 0).getTime() - away.test.clock.now().getTime()) / HOUR, 1)
  } finally {
    await close()
  }
})

test('keys rotate: the new one signs, and what the old one signed stays good until it runs out', async () => {
  const { home, away, close } = await two(nationKey())
  try {
    const key = device()
    const { credential } = await enrolled(home, key)
    const admin = await personOf(home, ['admin'], null)
    must(await admin.call(e.rotateFacilityKey, { body: { facilityId: ORIGIN_ID } }))
    const later = device()
    const next = await enrolled(home, later)
    assert.notEqual(credential.split('~')[1], next.credential.split('~')[1])
    must(await present(away, credential, key))
    must(await present(away, next.credential, later))
    home.test.clock.advance(LINK_DAYS.staff * 24 * HOUR + 600_000)
    away.test.clock.advance(LINK_DAYS.staff * 24 * HOUR + 600_000)
    assert.equal(refusedAs(await present(away, credential, key)), 'sign-in-refused', 'run out')
  } finally {
    await close()
  }
})

test('a region’s key is replaced by one the nation signs, and nothing stops meanwhile', async () => {
  const nation = nationKey()
  const { home, away, close } = await two(nation)
  try {
    const key = device()
    const { credential } = await enrolled(home, key)
    const people = handsOf(home)
    const now = home.test.clock.now()
    const request = await requestRegionKey(people, now)
    const meanwhile = device()
    must(await present(away, (await enrolled(home, meanwhile)).credential, meanwhile))
    const foreign = signRegion(nationKey(), request, now)
    assert.match((await installRegionKey(people, foreign, now)) ?? '', /no national key/)
    assert.equal(await installRegionKey(people, signRegion(nation, request, now), now), undefined)
    const after = device()
    must(await present(away, (await enrolled(home, after)).credential, after))
    must(await present(away, credential, key))
    // The nation revokes the first region key: everything under it is void, the second stands.
    const first = JSON.parse(Buffer.from(credential.split('.')[0] ?? '', 'base64url').toString()) as { id: string }
    const at = Math.floor(now.getTime() / 1000)
    const list = signLink({ v: 1, kind: 'revocations', region: '00', number: 1, at, ids: [first.id] }, nation)
    const head = await personOf(away, ['admin'], null)
    must(await head.call(e.importRevocations, { body: { list } }))
    assert.equal(refusedAs(await present(away, credential, key)), 'sign-in-refused')
  } finally {
    await close()
  }
})

test('what is answered for at home stays at home: no credential makes a sponsor, a lead or an admin elsewhere', async () => {
  const { home, away, close } = await two(nationKey())
  try {
    const key = device()
    const person = await personOf(home, ['requester', 'sponsor'], ORIGIN_ID)
    const one = await enteredByLink(home.test, person)
    const { credential } = must(await one.call(e.enrolDevice, { body: { deviceKey: key.deviceKey, label: '내 전화' } }))
    assert.deepEqual(must(await present(away, credential, key)).roles, ['requester'])
    const here = browser(home.test)
    must(await present(home, credential, key, here))
    assert.deepEqual(must(await here.call(getMe)).roles, ['requester'], 'at home too: nobody was asked')
    assert.equal(refusedAs(await here.call(e.listColleagues)), 'not-allowed')
    const admin = await enteredByLink(home.test, await personOf(home, ['admin'], null))
    assert.equal(
      refusedAs(await admin.call(e.enrolDevice, { body: { deviceKey: key.deviceKey, label: 'x' } })),
      'not-allowed',
    )
  } finally {
    await close()
  }
})

test('a device that was lost is revoked by its owner, and a disabled person’s devices with the person', async () => {
  await using home = await peopleWorld()
  await certified(home, nationKey())
  const [lost, kept] = [device(), device()]
  const { one, id, credential, person } = await enrolled(home, lost)
  const other = must(await one.call(e.enrolDevice, { body: { deviceKey: kept.deviceKey, label: '병원 컴퓨터' } }))
  must(await one.call(e.revokeCredential, { params: { id } }))
  assert.equal(refusedAs(await present(home, credential, lost)), 'sign-in-refused')
  must(await present(home, other.credential, kept))
  const sponsor = await personOf(home, ['requester', 'sponsor'], ORIGIN_ID)
  const why = '퇴사하였습니다'
  must(await sponsor.call(e.disableColleague, { params: { id: person.id }, body: { why } }))
  assert.equal(refusedAs(await present(home, other.credential, kept)), 'sign-in-refused')
  const [list = ''] = must(await home.test.call(e.readRevocations)).lists
  const content = JSON.parse(Buffer.from(list.split('~')[1]?.split('.')[0] ?? '', 'base64url').toString()) as {
    ids: string[]
  }
  assert.equal(content.ids.length, 2)
})

test('a guest of a hospital’s desk sees what its own hospital was asked, and not the neighbour’s patients', async () => {
  const { home, away, close } = await two(nationKey())
  try {
    const key = device()
    const person = await personOf(home, ['hospital_desk'], hospitalId(0), '병상 김')
    const one = await enteredByLink(home.test, person)
    const { credential } = must(await one.call(e.enrolDevice, { body: { deviceKey: key.deviceKey, label: '원무' } }))
    const request = await away.matching()
    const guest = browser(away.test)
    must(await present(away, credential, key, guest))
    const seen = await guest.call(bedEndpoints.getRequest, { params: { id: request.id } })
    assert.equal(refusedAs(seen), 'not-allowed')
  } finally {
    await close()
  }
})

test('before the nation has signed, a region gives out no credentials, and says so', async () => {
  await using w = await peopleWorld()
  const one = await enteredByLink(w.test, await personOf(w, ['requester'], ORIGIN_ID))
  const answer = await one.call(e.enrolDevice, { body: { deviceKey: device().deviceKey, label: 'x' } })
  assert.equal(refusedAs(answer), 'wrong-state')
  const admin = await personOf(w, ['admin'], null)
  assert.equal(must(await admin.call(e.listAuthorityKeys)).ready, false)
})
