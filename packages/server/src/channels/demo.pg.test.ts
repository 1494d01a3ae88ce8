import assert from 'node:assert/strict'
import { test } from 'node:test'
import { demoChannelEndpoints as e } from '@dure/contract'
import { must, refusedAs } from '../testing/bed-world.ts'
import { testCell } from '../testing/cell.ts'

test('a cell that is no demo has no telephones to play', async () => {
  await using test = await testCell()
  for (const [method, url] of [
    ['GET', '/api/demo/phones'],
    ['POST', '/api/demo/phones/replies'],
    ['POST', '/api/demo/carriers/a'],
  ] as const) {
    const headers = { 'x-dure': '1', 'content-type': 'application/json' }
    const answer = await test.inject({ method, url, headers, ...(method === 'POST' ? { payload: '{}' } : {}) })
    assert.equal(answer.statusCode, 404, url)
  }
  const ids = test.cell.http.endpoints.map(({ id }) => id)
  for (const { id } of Object.values(e)) assert.ok(!ids.includes(id), id)
})

test('the demo has them, and says when no carrier takes a text', async () => {
  await using test = await testCell({ env: { DURE_DEMO: '1' } })
  const { phones, carriers } = must(await test.call(e.demoPhones, {}))
  assert.deepEqual(
    phones.map(({ registered }) => registered),
    [false],
    'the stranger’s is always there',
  )
  assert.deepEqual(carriers, [], 'they begin with the cell’s own work')
  const reply = await test.call(e.demoReply, { body: { phone: '010-0000-9999', text: '4821 1' } })
  assert.equal(refusedAs(reply), 'not-found')
  const mood = await test.call(e.demoCarrierMood, { params: { carrier: 'a' }, body: { mood: 'silent' } })
  assert.equal(refusedAs(mood), 'not-found')
})
