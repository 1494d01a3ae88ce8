import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exchangeEndpoints } from '@dure/contract'
import { appendOp } from '../platform/oplog.ts'
import { must, refusedAs } from '../testing/bed-world.ts'
import { testCell } from '../testing/cell.ts'
import { makeSealingKeys, openSealed, sealFor } from './sealing.service.ts'

test('the record is searched by kind, subject and time, page by page, and each op is shown once', async () => {
  await using test = await testCell()
  const { db } = test.cell.deps
  for (let index = 0; index < 25; index += 1) {
    test.clock.advance(1_000)
    await db.tx((tx) =>
      appendOp(tx, {
        kind: index % 2 === 0 ? 'even-said' : 'odd-said',
        subject: `S${index % 5}`,
        body: { index },
        audience: {},
        at: test.clock.now(),
      }),
    )
  }
  while ((await test.cell.sequence()) > 0);
  const person = await test.person({ role: 'admin' })
  const seen: unknown[] = []
  let cursor: string | undefined
  for (let page = 0; page < 10; page += 1) {
    const query = { kind: 'even-said', limit: 4, ...(cursor === undefined ? {} : { cursor }) }
    const answer = must(await person.call(exchangeEndpoints.listOps, { query }))
    seen.push(...answer.ops.map(({ body }) => body.index))
    if (answer.next === null) break
    cursor = answer.next
  }
  assert.deepEqual(seen, [24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0])
  const one = must(await person.call(exchangeEndpoints.listOps, { query: { subject: 'S3', limit: 3 } }))
  assert.deepEqual(
    one.ops.map(({ body }) => body.index),
    [23, 18, 13],
  )
  const bad = await person.call(exchangeEndpoints.listOps, { query: { cursor: 'x' } })
  assert.equal(refusedAs(bad), 'invalid-input')
  const requester = await test.person({ role: 'requester', facilityId: 'H' })
  assert.equal(refusedAs(await requester.call(exchangeEndpoints.listOps, { query: {} })), 'not-allowed')
})

test('a cell that stands alone says so, and is ready', async () => {
  await using test = await testCell()
  const person = await test.person()
  const cells = must(await person.call(exchangeEndpoints.listCells, {}))
  assert.deepEqual([cells.self, cells.state, cells.writes], ['28', 'writing', ['28']])
  assert.deepEqual(
    cells.cells.map(({ cell, link, writer }) => [cell, link, writer]),
    [['28', 'self', '28']],
  )
  const ready = (await test.inject({ url: '/readyz' })).json()
  assert.deepEqual([ready.status, ready.cell, ready.alarms], ['ready', 'writing', []])
})

test('what is sealed opens for those it is sealed for, beside what it belongs to, and for nobody else', async () => {
  await using test = await testCell()
  const { db, config } = test.cell.deps
  const keys = makeSealingKeys(config.dataDir)
  const sealed = await sealFor(db, ['28'], '홍길동 1968-01-02', 'ASK-1')
  assert(sealed !== null)
  assert.equal(await openSealed(keys, sealed, 'ASK-1'), '홍길동 1968-01-02')
  assert.equal(await openSealed(keys, sealed, 'ASK-2'), null)
  assert.equal(await openSealed(makeSealingKeys(`${config.dataDir}/other`), sealed, 'ASK-1'), null)
  const envelope = JSON.parse(Buffer.from(sealed, 'base64url').toString('utf8'))
  const flipped = Buffer.from(envelope.text, 'base64url')
  flipped.writeUInt8(flipped.readUInt8(0) ^ 1, 0)
  const changed = { ...envelope, text: flipped.toString('base64url') }
  assert.equal(await openSealed(keys, Buffer.from(JSON.stringify(changed)).toString('base64url'), 'ASK-1'), null)
  assert.equal(sealed.includes('홍길동') || Buffer.from(sealed, 'base64url').toString('utf8').includes('1968'), false)
  assert.equal(await sealFor(db, ['28', '11'], 'x', ''), null)
})
