import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bedEndpoints as e } from '@dure/contract'
import { startCell } from '../cell.ts'
import { makeLogger } from '../platform/logger.ts'
import { must, type World, world } from '../testing/bed-world.ts'

/** Another process on the same database, at a later time: nothing of the first one's memory is there. */
const another = (w: World) =>
  startCell(w.test.cell.deps.config, {
    log: makeLogger('silent', undefined),
    connection: w.test.database.connection,
    listen: false,
    background: false,
    clock: w.test.clock,
  })

test('timers survive a restart: an unanswered offer and an unconfirmed hold end although their server is gone', async () => {
  await using w = await world({ hospitals: 2, slots: 1 })
  const [first] = w.hospitals
  assert.ok(first)
  const request = await w.matching()
  const offered = must(
    await w.desk.call(e.sendOffers, { params: { id: request.id }, body: { version: request.version } }),
  )
  const mine = offered.offers.find((one) => one.hospitalId === first.id)
  must(await first.desk.call(e.actOnOffer, { params: { id: mine?.id ?? '' }, body: { act: { event: 'accept' } } }))
  const silent = await w.matching()
  const asked = must(await w.desk.call(e.sendOffers, { params: { id: silent.id }, body: { version: silent.version } }))
  assert.equal(asked.offers.length, 1)

  await w.test.cell.close()
  w.test.clock.advance(31 * 60_000)
  await using next = await another(w)
  await next.timers.runDue(w.test.clock.now())
  const { db } = next.deps
  const holds = await db.sql('select state, end_reason from beds.hold')
  assert.deepEqual(holds, [{ state: 'expired', end_reason: 'hold_lost' }])
  const [offer] = await db.sql<{ state: string }>('select state from beds.offer where request_id = $1', [silent.id])
  assert.equal(offer?.state, 'expired')
  const again = await db.sql<{ hospital_id: string }>(
    `select hospital_id from beds.offer where request_id = $1 and round = 2`,
    [request.id],
  )
  assert.ok(again.length > 0, 'the patient who lost the bed is searched for again at once')
})

test('another server may rank by an older copy of the beds, but never promises from it', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  await using other = await another(w)
  const looking = await w.matching()
  const taken = await w.matching()
  const read = async () => {
    const { payload } = await other.http.fastify.inject({
      method: 'GET',
      url: `/api/requests/${looking.id}/candidates`,
      headers: w.desk.headers,
    })
    return (JSON.parse(payload) as { candidates: unknown[] }).candidates.length
  }
  assert.equal(await read(), 1)
  const offered = must(await w.desk.call(e.sendOffers, { params: { id: taken.id }, body: { version: taken.version } }))
  const accept = { params: { id: offered.offers[0]?.id ?? '' }, body: { act: { event: 'accept' } } } as const
  must((await w.hospitals[0]?.desk.call(e.actOnOffer, accept)) ?? { ok: false, error: 'none' })
  // The copy of the other server is older; the promise is not made from it.
  const late = await other.http.fastify.inject({
    method: 'POST',
    url: `/api/requests/${looking.id}/offers`,
    headers: { ...w.desk.headers, 'content-type': 'application/json' },
    payload: { version: looking.version },
  })
  assert.equal(late.statusCode, 201)
  const [offer] = (JSON.parse(late.payload) as { offers: { id: string }[] }).offers
  const second = await w.hospitals[0]?.desk.call(e.actOnOffer, {
    params: { id: offer?.id ?? '' },
    body: { act: { event: 'accept' } },
  })
  assert.equal(second?.ok === false && second.error.code, 'slot-taken')
})
