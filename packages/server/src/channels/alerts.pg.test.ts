import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Tx } from '../platform/db.ts'
import { type Alert, alertByPush, alertByText, alertByVoice, type Reached } from './alerts.service.ts'
import { insertNumber, saveConfirmed } from './numbers.sql.ts'
import { sendDue } from './outbox.service.ts'
import type { PhoneNumber } from './phone-number.ts'
import { type PhoneWorld, phoneWorld } from './world.testing.ts'

const OWN = '01055550001' as PhoneNumber
const ROSTER = '010-5555-0002'

const send = (p: PhoneWorld, by: typeof alertByText, given: Partial<Alert> & Pick<Alert, 'people'>): Promise<Reached> =>
  p.channels.db.tx((tx: Tx) => {
    const now = p.w.test.clock.now()
    const alert = { reason: 'room-ack:M1:0', code: '4821', expiresAt: new Date(now.getTime() + 600_000), ...given }
    return by(p.channels, tx, alert, now)
  })

const withNumber = async (p: PhoneWorld) => {
  const person = await p.w.test.person({ role: 'placement_desk' })
  const now = p.w.test.clock.now()
  await p.channels.db.tx(async (tx) => {
    const number = {
      id: 'N1',
      phone: OWN,
      kind: 'person',
      personId: person.id,
      facilityId: null,
      label: '휴대폰',
    } as const
    await insertNumber(tx, { ...number, registeredBy: person.id }, now)
    await saveConfirmed(tx, 'N1', OWN, now)
  })
  return person
}

test('an alert goes to the confirmed telephone, once per try, and tells a code and nothing more', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  const person = await withNumber(p)
  assert.equal(await send(p, alertByText, { people: [person.id], phones: [ROSTER] }), 1)
  assert.equal(await send(p, alertByText, { people: [person.id] }), 0)
  assert.equal(
    await send(p, alertByText, { people: [person.id], reason: 'room-ack:M1:1' }),
    1,
    'the next try is another',
  )
  await sendDue(p.channels)
  assert.equal(p.textsTo(OWN).length, 2)
  assert.equal(p.textsTo(OWN)[0], 'DURE 4821 확인을 기다립니다. 화면을 열거나 배정반에 전화하세요')
  assert.equal(p.textsTo('01055550002').length, 0, 'the roster’s number is for those who registered none')
})

test('somebody on call without an account is reached by the roster’s number', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  assert.equal(await send(p, alertByText, { people: [], phones: [ROSTER, '119', 'x'] }), 1)
  await sendDue(p.channels)
  assert.equal(p.textsTo('01055550002').length, 1)
})

test('a way that does not reach somebody says so', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  const person = await p.w.test.person({ role: 'placement_desk' })
  assert.equal(await send(p, alertByText, { people: [person.id] }), 0)
  assert.equal(await send(p, alertByPush, { people: [person.id] }), 0)
  assert.equal(await send(p, alertByVoice, { people: [person.id], phones: [ROSTER] }), 0, 'no carrier reads out')
})
