import assert from 'node:assert/strict'
import { createECDH, randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { bedEndpoints as b, channelEndpoints as e } from '@dure/contract'
import { must, refusedAs } from '../testing/bed-world.ts'
import type { TestPerson } from '../testing/cell.ts'
import { PUSH_PAYLOAD, pushDue } from './push.service.ts'
import { isPushAddress } from './push-hosts.ts'
import { notifyNew } from './unseen.service.ts'
import { type PhoneWorld, phoneWorld } from './world.testing.ts'

const require = createRequire(import.meta.url)
const ece = require('http_ece') as {
  decrypt(body: Buffer, options: { version: string; privateKey: unknown; authSecret: string }): Buffer
}

interface Received {
  readonly path: string
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: Buffer
}

/** A push service on this machine: keeps what it receives and answers with the status it is told. */
const pushService = async () => {
  const received: Received[] = []
  const answer = { status: 201, retryAfter: '' }
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) })
      if (answer.retryAfter !== '') response.setHeader('retry-after', answer.retryAfter)
      response.writeHead(answer.status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    received,
    answer,
    host,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** A browser's half of a subscription. */
const device = (host: string, name: string) => {
  const keys = createECDH('prime256v1')
  const p256dh = keys.generateKeys().toString('base64url')
  const auth = randomBytes(16).toString('base64url')
  return { keys, body: { endpoint: `http://${host}/${name}`, keys: { p256dh, auth }, label: name } }
}

const offer = async (p: PhoneWorld, hospitalId: string) => {
  const request = await p.w.matching()
  const body = { version: request.version, hospitalIds: [hospitalId] }
  must(await p.w.desk.call(b.sendOffers, { params: { id: request.id }, body }))
  await notifyNew(p.channels)
  return request
}

const devicesOf = async (person: TestPerson) => must(await person.call(e.listPushSubscriptions, {})).subscriptions

const setUp = async () => {
  const push = await pushService()
  const p = await phoneWorld({ hospitals: 1, slots: 3, cell: { env: { DURE_PUSH_HOSTS: push.host } } })
  const [hospital] = p.w.hospitals
  assert.ok(hospital)
  const phone = device(push.host, 'phone')
  must(await hospital.desk.call(e.subscribePush, { body: phone.body }))
  return { push, p, hospital, phone }
}

test('a new offer wakes the device of the hospital’s desk once, encrypted, signed, and says nothing', async () => {
  const { push, p, hospital, phone } = await setUp()
  await using _ = push
  await using __ = p
  const request = await offer(p, hospital.id)
  assert.equal(await notifyNew(p.channels), 0, 'once')
  assert.equal(await pushDue(p.channels), 1)
  const [one] = push.received
  assert.ok(one)
  assert.equal(one.path, '/phone')
  assert.equal(one.headers['content-encoding'], 'aes128gcm')
  assert.equal(one.headers.ttl, '300')
  const { publicKey } = must(await hospital.desk.call(e.getPushKey, {}))
  assert.match(String(one.headers.authorization), new RegExp(`^vapid t=[\\w-]+\\.[\\w-]+\\.[\\w-]+, ?k=${publicKey}`))
  const text = ece
    .decrypt(one.body, { version: 'aes128gcm', privateKey: phone.keys, authSecret: phone.body.keys.auth })
    .toString()
  assert.equal(text, PUSH_PAYLOAD)
  for (const secret of [request.code, request.id, hospital.id, request.patient.ageBand])
    assert.ok(!text.includes(secret))
  assert.ok((await devicesOf(hospital.desk))[0]?.lastSentAt)
})

test('a subscription the service says is gone is forgotten; another answer is not an end', async () => {
  const { push, p, hospital } = await setUp()
  await using _ = push
  await using __ = p
  push.answer.status = 500
  await offer(p, hospital.id)
  await pushDue(p.channels)
  assert.equal((await devicesOf(hospital.desk)).length, 1)
  assert.equal(await pushDue(p.channels), 0, 'not at once again')
  push.answer.status = 201
  p.w.test.clock.advance(6_000)
  assert.equal(await pushDue(p.channels), 1)
  for (const status of [410, 404]) {
    const extra = device(push.host, `old-${status}`)
    must(await hospital.desk.call(e.subscribePush, { body: extra.body }))
    push.answer.status = status
    await offer(p, hospital.id)
    await pushDue(p.channels)
    assert.equal((await devicesOf(hospital.desk)).length, 0)
  }
})

test('a service that asks for time gets it, and what is too old is not sent', async () => {
  const { push, p, hospital } = await setUp()
  await using _ = push
  await using __ = p
  push.answer.status = 429
  push.answer.retryAfter = '30'
  await offer(p, hospital.id)
  await pushDue(p.channels)
  p.w.test.clock.advance(29_000)
  assert.equal(await pushDue(p.channels), 0)
  p.w.test.clock.advance(300_000)
  const before = push.received.length
  assert.equal(await pushDue(p.channels), 1)
  assert.equal(push.received.length, before, 'it has expired')
})

test('only push services are written to, and a device is removed by its own person only', async () => {
  const { push, p, hospital } = await setUp()
  await using _ = push
  await using __ = p
  const { body } = device(push.host, 'x')
  for (const endpoint of [
    'http://169.254.169.254/latest/meta-data',
    'https://example.com/push/aaaaaaaaaaaa',
    `http://user:pw@${push.host}/x`,
    'https://fcm.googleapis.com.evil.example/aa',
    'file:///etc/passwd',
  ])
    assert.equal(refusedAs(await p.w.desk.call(e.subscribePush, { body: { ...body, endpoint } })), 'invalid-input')
  const weak = { ...body, keys: { ...body.keys, p256dh: 'A'.repeat(87) } }
  assert.equal(refusedAs(await p.w.desk.call(e.subscribePush, { body: weak })), 'invalid-input')
  const [mine] = await devicesOf(hospital.desk)
  const params = { id: mine?.id ?? '' }
  assert.equal(refusedAs(await p.w.desk.call(e.unsubscribePush, { params })), 'not-found')
  must(await hospital.desk.call(e.unsubscribePush, { params }))
  assert.equal((await devicesOf(hospital.desk)).length, 0)
})

test('the known services are the browsers’ own', () => {
  for (const good of [
    'https://fcm.googleapis.com/fcm/send/abc',
    'https://updates.push.services.mozilla.com/wpush/v2/abc',
    'https://web.push.apple.com/abc',
    'https://wns2-by3p.notify.windows.com/w/?token=x',
  ])
    assert.ok(isPushAddress(good, []), good)
  for (const bad of [
    'https://notify.windows.com.evil/x',
    'http://fcm.googleapis.com/x',
    'https://fcm.googleapis.com:8443/x',
    'x',
  ])
    assert.ok(!isPushAddress(bad, []), bad)
})

test('the cell keeps its pair of keys in its data folder, for its eyes only', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  const [hospital] = p.w.hospitals
  const first = must((await hospital?.desk.call(e.getPushKey, {})) ?? assert.fail())
  const file = join(p.w.test.cell.deps.config.dataDir, 'vapid.json')
  assert.equal(JSON.parse(await readFile(file, 'utf8')).publicKey, first.publicKey)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
})
