import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { bedEndpoints as b, channelEndpoints as e } from '@dure/contract'
import { must } from '../testing/bed-world.ts'
import { makeSheets } from './dark-sheet.service.ts'
import { ALL_NEED_WORDS, needWord } from './dark-sheet-words.ts'
import { phoneWorld } from './world.testing.ts'

const IDENTITY = { name: '남궁길동', birthDate: '1968-03-02', phone: '010-9876-5432', address: '가정로 77' } as const
const FREE_TEXT = '늑골 골절과 기흉'

test('the sheet has codes, age bands, needs, beds and telephones, and nothing that tells who a patient is', async () => {
  await using p = await phoneWorld({ hospitals: 2, slots: 2 })
  const [first, second] = p.w.hospitals
  assert.ok(first && second)
  const request = await p.w.matching({ complaint: FREE_TEXT, needs: ['thoracic_surgery'], note: '아들에게 연락' })
  must(await p.w.requester.call(b.setIdentity, { params: { id: request.id }, body: IDENTITY }))
  const body = { version: request.version, hospitalIds: [first.id] }
  must(await p.w.desk.call(b.sendOffers, { params: { id: request.id }, body }))

  const html = must(await p.w.desk.call(e.darkSheet, { query: {} }))
  for (const part of [request.code, '50-59', '위중증', '음압', '흉부외과', first.name, '032-000-0000', '2/2'])
    assert.ok(html.includes(part), part)
  for (const secret of [...Object.values(IDENTITY), FREE_TEXT, '아들', request.patient.pseudonym, '>57<'])
    assert.ok(!html.includes(secret), secret)
  assert.ok(!/<script|src=|href=|https?:/i.test(html), 'nothing runs and nothing is fetched')

  const own = must(await first.desk.call(e.darkSheet, { query: {} }))
  assert.ok(own.includes(request.code))
  const other = must(await second.desk.call(e.darkSheet, { query: {} }))
  assert.ok(!other.includes(`>${request.code}<`), 'a hospital that was not asked sees no code of it')
  assert.match(must(await p.w.desk.call(e.darkSheet, { query: { lang: 'en' } })), /Open requests \(1\)/)
})

test('it is answered as a page with a policy of its own, kept for three minutes, then made anew', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  const answer = await p.w.desk.inject({ method: 'GET', url: '/api/dark-sheet' })
  assert.match(String(answer.headers['content-type']), /^text\/html/)
  assert.match(String(answer.headers['content-security-policy']), /default-src 'none'; style-src 'sha256-/)
  const request = await p.w.matching()
  const again = async () => must(await p.w.desk.call(e.darkSheet, { query: {} }))
  assert.ok(!(await again()).includes(request.code))
  p.w.test.clock.advance(3 * 60_000)
  assert.ok((await again()).includes(request.code))
})

test('the region’s sheet lies in the data folder, for the day on which not even the database answers', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  const request = await p.w.matching()
  const folder = p.w.test.cell.deps.config.dataDir
  assert.equal(await makeSheets(p.channels, folder), 2)
  assert.ok((await readFile(join(folder, 'dark-sheet', 'region.ko.html'), 'utf8')).includes(request.code))
})

test('a figure too old to place by is marked, and does not put its hospital at the top', async () => {
  await using p = await phoneWorld({ hospitals: 2, slots: 2 })
  const [first, second] = p.w.hospitals
  assert.ok(first && second)
  const { db } = p.w.test.cell.deps
  await db.sql(`update beds.slot set as_of = as_of - interval '2 days' where hospital_id = $1`, [first.id])
  await db.sql(`update beds.slot set state = 'blocked', blocked_reason = 'staff' where id = $1`, [second.slotIds[0]])
  const html = must(await p.w.desk.call(e.darkSheet, { query: {} }))
  assert.match(html, /<span class="none">[^<]*2\/2\?<\/span>/)
  assert.match(html, /<b>[^<]*1\/2<\/b>/)
  assert.ok(html.includes('? = 오래된 수치입니다'))
  assert.ok(html.indexOf(`row">${second.name}`) < html.indexOf(`row">${first.name}`))
})

test('markup in a hospital’s name stays text', async () => {
  await using p = await phoneWorld({ hospitals: 1 })
  const { deps } = p.w.test.cell
  await deps.db.sql(`update facilities.hospital set name = '<img src=x onerror=alert(1)>' where id = 'H-001'`)
  const html = must(await p.w.desk.call(e.darkSheet, { query: {} }))
  assert.ok(!html.includes('<img'))
})

test('every need has an English word', () => {
  for (const word of ALL_NEED_WORDS) assert.doesNotMatch(needWord(word, 'en'), /[가-힣]/, word)
})
