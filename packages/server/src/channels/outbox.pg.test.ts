import assert from 'node:assert/strict'
import { test } from 'node:test'
import { channelEndpoints as e } from '@dure/contract'
import { must } from '../testing/bed-world.ts'
import { beat } from './heartbeat.service.ts'
import { chaseOverdue, queueText, sendDue } from './outbox.service.ts'
import { type PhoneWorld, PROBE, phoneWorld } from './world.testing.ts'

const TO = '01077770001'

const queue = (p: PhoneWorld, reason = 'r1', lifeMs = 3_600_000, phone = TO): Promise<boolean> =>
  p.channels.db.tx((tx) => {
    const now = p.w.test.clock.now()
    const expiresAt = new Date(now.getTime() + lifeMs)
    const ask = { reason, purpose: 'alert', phone, numberId: null, text: `시험 ${reason}`, expiresAt } as const
    return queueText(p.channels, tx, ask, now)
  })

const stateOf = async (p: PhoneWorld, reason = 'r1'): Promise<{ state: string; carriers: string }> => {
  const [row] = await p.channels.db.sql<{ state: string; carriers: string }>(
    `select m.state, coalesce(string_agg(t.carrier || ':' || t.state, ' ' order by t.id), '') as carriers
       from channels.message m left join channels.message_try t on t.message_id = m.id
      where m.reason = $1 group by m.id`,
    [reason],
  )
  return row ?? { state: 'none', carriers: '' }
}

const later = (p: PhoneWorld, ms: number): void => p.w.test.clock.advance(ms)

test('a text goes from queued to delivered, and the same reason is one text', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  assert.equal(await queue(p), true)
  assert.equal(await queue(p), false)
  assert.equal((await stateOf(p)).state, 'queued')
  await sendDue(p.channels)
  assert.equal((await stateOf(p)).state, 'accepted')
  assert.equal(p.carriers.taken.length, 1)
  assert.equal(await p.report(p.carriers.taken[0]), 200)
  assert.deepEqual(await stateOf(p), { state: 'delivered', carriers: 'a:delivered' })
  await p.report(p.carriers.taken[0], 'no')
  assert.equal((await stateOf(p)).state, 'delivered', 'delivered is final')
})

test('a carrier that does not take it is followed by the other one at once', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  for (const mood of ['refuses', 'hangs-up'] as const) {
    p.carriers.mood.a = mood
    await queue(p, mood)
    await sendDue(p.channels)
    assert.deepEqual(await stateOf(p, mood), { state: 'accepted', carriers: 'a:failed b:accepted' })
  }
})

test('after three failures a carrier is not tried first any more, and after half a minute it is', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  p.carriers.mood.a = 'refuses'
  for (const reason of ['1', '2', '3']) {
    await queue(p, reason)
    await sendDue(p.channels)
  }
  await queue(p, '4')
  await sendDue(p.channels)
  assert.equal((await stateOf(p, '4')).carriers, 'b:accepted')
  const { carriers } = must(await p.w.desk.call(e.channelHealth, {}))
  assert.equal(carriers.find(({ key }) => key === 'a')?.health, 'failing')
  p.carriers.mood.a = 'well'
  later(p, 31_000)
  await queue(p, '5')
  await sendDue(p.channels)
  assert.equal((await stateOf(p, '5')).carriers, 'a:accepted')
})

test('with both carriers down it is tried again with growing pauses until it has expired', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  p.carriers.mood.a = 'refuses'
  p.carriers.mood.b = 'refuses'
  await queue(p, 'r1', 30_000)
  await sendDue(p.channels)
  assert.deepEqual(await stateOf(p), { state: 'queued', carriers: 'a:failed b:failed' })
  assert.equal(await sendDue(p.channels), 0, 'not at once again')
  p.carriers.mood.b = 'well'
  later(p, 6_000)
  await sendDue(p.channels)
  assert.equal((await stateOf(p)).state, 'accepted')

  p.carriers.mood.b = 'refuses'
  await queue(p, 'r2', 30_000)
  await sendDue(p.channels)
  later(p, 31_000)
  await sendDue(p.channels)
  assert.equal((await stateOf(p, 'r2')).state, 'failed', 'an old question is not asked any more')
})

test('a number that does not exist is not tried again, and the carrier is not blamed', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  p.carriers.mood.a = 'bad-number'
  await queue(p)
  await sendDue(p.channels)
  assert.deepEqual(await stateOf(p), { state: 'failed', carriers: 'a:failed' })
  const { carriers } = must(await p.w.desk.call(e.channelHealth, {}))
  assert.equal(carriers.find(({ key }) => key === 'a')?.failuresInRow ?? 0, 0)
})

test('a text without a report is sent through the other carrier; a late report still counts', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  await queue(p)
  await sendDue(p.channels)
  later(p, 121_000)
  assert.equal(await chaseOverdue(p.channels), 1)
  assert.equal((await stateOf(p)).state, 'queued')
  await sendDue(p.channels)
  assert.deepEqual(await stateOf(p), { state: 'accepted', carriers: 'a:unknown b:accepted' })
  await p.report(p.carriers.taken[0])
  assert.deepEqual(await stateOf(p), { state: 'delivered', carriers: 'a:delivered b:accepted' })
})

test('without a report from either the state is unknown, which is not delivered', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  await queue(p)
  for (let round = 0; round < 2; round += 1) {
    await sendDue(p.channels)
    later(p, 121_000)
    await chaseOverdue(p.channels)
  }
  assert.deepEqual(await stateOf(p), { state: 'unknown', carriers: 'a:unknown b:unknown' })
})

test('what a process was handing over when it died is handed over by another', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  await queue(p)
  await p.channels.db.sql(`update channels.message set state = 'handed_over', state_since = $1`, [p.w.test.clock.now()])
  await sendDue(p.channels)
  assert.equal(p.carriers.taken.length, 0)
  later(p, 61_000)
  await chaseOverdue(p.channels)
  await sendDue(p.channels)
  assert.equal(p.carriers.taken.length, 1)
})

test('many processes send each text once', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  for (let at = 0; at < 40; at += 1) await queue(p, `m${at}`, 3_600_000, `0107777${1000 + at}`)
  await Promise.all([sendDue(p.channels), sendDue(p.channels), sendDue(p.channels)])
  assert.equal(p.carriers.taken.length, 40)
})

test('a telephone gets its texts in the order they were queued, whoever sends them and whatever a carrier does', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  const other = '01077770002'
  const texts = Array.from({ length: 12 }, (_, at) => `m${at}`)
  p.carriers.mood.a = 'hangs-up'
  for (const text of texts) for (const phone of [TO, other]) await queue(p, `${text} ${phone}`, 3_600_000, phone)
  await Promise.all([sendDue(p.channels), sendDue(p.channels), sendDue(p.channels)])
  for (const phone of [TO, other])
    assert.deepEqual(
      p.textsTo(phone),
      texts.map((text) => `시험 ${text} ${phone}`),
    )
})

test('what a dead process was handing over does not hold back later texts to the same telephone', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  await queue(p, 'first')
  await p.channels.db.sql(`update channels.message set state = 'handed_over', state_since = $1`, [p.w.test.clock.now()])
  await queue(p, 'second')
  assert.equal(await sendDue(p.channels), 0, 'the first may still be on its way')
  later(p, 10_000)
  await sendDue(p.channels)
  assert.deepEqual(p.textsTo(TO), ['시험 second'])
})

test('a gateway that takes everything and delivers nothing is noticed, shown, avoided, and trusted again when heard', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  const probes = (key: 'a' | 'b') => p.carriers.taken.filter(({ to, carrier }) => to === PROBE[key] && carrier === key)
  const healthOf = async (key: string) =>
    must(await p.w.desk.call(e.channelHealth, {})).carriers.find((one) => one.key === key)?.health
  await beat(p.channels)
  await sendDue(p.channels)
  await p.report(probes('a')[0])
  await p.report(probes('b')[0])
  assert.equal(await healthOf('a'), 'good')

  later(p, 5 * 60_000)
  await beat(p.channels)
  await sendDue(p.channels)
  await p.report(probes('b')[1])
  later(p, 91_000)
  await beat(p.channels)
  assert.equal(await healthOf('a'), 'silent')
  assert.equal(await healthOf('b'), 'good')
  await queue(p)
  await sendDue(p.channels)
  assert.equal((await stateOf(p)).carriers, 'b:accepted', 'nothing is entrusted to it')
  await p.w.test.cell.sequence()
  const ops = await p.channels.db.sql<{ kind: string }>(`select kind from platform.oplog where kind like 'carrier-%'`)
  assert.deepEqual(
    ops.map(({ kind }) => kind),
    ['carrier-silent'],
  )

  later(p, 61_000)
  await beat(p.channels)
  await sendDue(p.channels)
  await p.inbound(PROBE.a, probes('a').at(-1)?.text ?? '')
  assert.equal(await healthOf('a'), 'good')
})

test('a report that comes before the carrier’s answer is not lost', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  await queue(p)
  const early = { carrier: 'a', to: TO, text: '', ref: 'their-name' }
  assert.equal(await p.report(early), 200)
  const [row] = await p.channels.db.sql<{ ref: string }>(`select ref from channels.early_report`)
  assert.equal(row?.ref, 'their-name')
})
