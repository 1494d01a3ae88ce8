import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type NoticeInput, nationEndpoints } from '@dure/contract'
import { must, refusedAs } from '../testing/bed-world.ts'
import { type Cells, startCells } from '../testing/linked-cells.ts'

const NOTICE: NoticeInput = {
  weight: 'urgent',
  title: '메신저 장애',
  body: '두레 화면에서 배정을 계속하십시오.',
  titleEn: 'Messenger out of order',
  bodyEn: 'Go on placing in Dure.',
}
const { publishNotice, listNotices, withdrawNotice, acknowledgeNotice } = nationEndpoints

const nationOf = (cells: Cells) => cells.of('00').person({ role: 'national_desk', name: '중앙 상황실' })
const listAt = async (cells: Cells, code: string) =>
  must(await (await cells.of(code).person({ role: 'requester' })).call(listNotices, {}))

test('a notice of the national desk reaches every region, in both languages, and only the national cell publishes', async () => {
  await using cells = await startCells(['00', '28', '11'])
  const published = must(await (await nationOf(cells)).call(publishNotice, { body: NOTICE }))
  await cells.settle()
  for (const code of ['28', '11', '00']) {
    const { notices } = await listAt(cells, code)
    assert.deepEqual(
      notices.map(({ id, publishedBy, titleEn }) => [id, publishedBy, titleEn]),
      [[published.id, '중앙 상황실', 'Messenger out of order']],
    )
  }
  const elsewhere = await cells.of('28').person({ role: 'national_desk' })
  assert.equal(refusedAs(await elsewhere.call(publishNotice, { body: NOTICE })), 'not-allowed')
})

test('a desk acknowledges once for all its people, and the national desk sees how many have', async () => {
  await using cells = await startCells(['00', '28'])
  const nation = await nationOf(cells)
  const { id } = must(await nation.call(publishNotice, { body: NOTICE }))
  await cells.settle()
  const one = await cells.of('28').person({ role: 'placement_desk', name: '김배정' })
  const other = await cells.of('28').person({ role: 'placement_desk', name: '이배정' })
  const deskless = await cells.of('28').person({ role: 'admin' })
  assert.equal(must(await one.call(acknowledgeNotice, { params: { id } })).acknowledged?.by, '김배정')
  cells.clock.advance(60_000)
  assert.equal(must(await other.call(acknowledgeNotice, { params: { id } })).acknowledged?.by, '김배정')
  assert.equal(refusedAs(await deskless.call(acknowledgeNotice, { params: { id } })), 'not-allowed')
  assert.equal(must(await deskless.call(listNotices, {})).hasDesk, false)
  await cells.settle()
  const [seen] = must(await nation.call(listNotices, {})).notices
  assert.deepEqual(
    seen?.acknowledgements.map(({ sido, desks }) => [sido, desks]),
    [['28', 1]],
  )
  assert.equal(seen?.acknowledged, null)
})

test('a notice that takes the place of another withdraws it everywhere; one withdrawn is over everywhere', async () => {
  await using cells = await startCells(['00', '28'])
  const nation = await nationOf(cells)
  const first = must(await nation.call(publishNotice, { body: NOTICE }))
  const second = must(await nation.call(publishNotice, { body: { ...NOTICE, title: '정정', replaces: first.id } }))
  assert.equal(
    refusedAs(await nation.call(publishNotice, { body: { ...NOTICE, replaces: first.id } })),
    'invalid-input',
  )
  await cells.settle()
  const now = await listAt(cells, '28')
  assert.deepEqual(
    [now.notices.map(({ id }) => id), now.past.map(({ replacedBy }) => replacedBy)],
    [[second.id], [second.id]],
  )
  must(await nation.call(withdrawNotice, { params: { id: second.id } }))
  await cells.settle()
  const after = await listAt(cells, '28')
  assert.deepEqual(after.notices, [])
  assert.deepEqual(
    after.past.map(({ id, withdrawnBy }) => [id, withdrawnBy]).toSorted(),
    [
      [first.id, '중앙 상황실'],
      [second.id, '중앙 상황실'],
    ].toSorted(),
  )
})

test('cut off, a region still shows what it has, since when it hears nothing, and acknowledges; healed, the nation knows', async () => {
  await using cells = await startCells(['00', '28'])
  const nation = await nationOf(cells)
  const first = must(await nation.call(publishNotice, { body: NOTICE }))
  await cells.settle()
  const heardAt = cells.clock.now().toISOString()
  cells.cutFromAll('28')
  must(await nation.call(publishNotice, { body: { ...NOTICE, title: '둘째' } }))
  cells.clock.advance(3_600_000)
  await cells.settle()
  const desk = await cells.of('28').person({ role: 'placement_desk' })
  const alone = must(await desk.call(listNotices, {}))
  assert.deepEqual([alone.notices.map(({ id }) => id), alone.heardAt], [[first.id], heardAt])
  must(await desk.call(acknowledgeNotice, { params: { id: first.id } }))
  cells.heal()
  await cells.settle()
  assert.equal((await listAt(cells, '28')).notices.length, 2)
  const back = must(await nation.call(listNotices, {})).notices.find(({ id }) => id === first.id)
  assert.equal(back?.acknowledgements[0]?.desks, 1)
})
