import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { bedEndpoints, type Call, type RequestView, roomEndpoints, rosterEndpoints } from '@dure/contract'
import type { Browser, Page } from 'playwright-core'
import { ask, must, triaged } from './api.ts'
import { type BehindLine, cellBehindLine } from './behind-line.ts'
import { enterAs, openPerson } from './browser.ts'
import { deskOf, type RunningCell } from './cell.ts'
import type { Line } from './line.ts'

let line: Line
let cell: RunningCell
let browser: Browser
let doctor: Call
let desk: Call
let all: BehindLine
before(async () => {
  all = await cellBehindLine()
  ;({ line, cell, browser, doctor, desk } = all)
})
beforeEach(() => line.set('open'))
after(() => all[Symbol.asyncDispose]())

/** A patient for whom one hospital is asked. */
const asked = async (): Promise<{ request: RequestView; hospitalDesk: string; roomId: string }> => {
  const request = await triaged(doctor, desk)
  const found = must(await desk(bedEndpoints.listCandidates, { params: { id: request.id }, query: {} })).candidates
  const best = found.find((one) => one.freeFitting > 1) ?? found[0]
  assert.ok(best)
  await ask(desk, request, best.hospitalId)
  const room = must(await desk(roomEndpoints.roomOfRequest, { params: { id: request.id } }))
  return { request, hospitalDesk: await deskOf(cell, best.hospitalName), roomId: room.id }
}

const inRoom = async (personId: string, roomId: string, url = cell.url) => {
  const person = await openPerson(browser, url)
  await enterAs(person.page, personId)
  await person.page.goto(`/rooms/${roomId}`)
  await person.page.locator('.composer textarea').waitFor()
  return person
}

const write = async (page: Page, text: string) => {
  await page.locator('.composer textarea').fill(text)
  await page.locator('.composer textarea').press('Enter')
}

const messages = async (roomId: string, text: string): Promise<number> => {
  const { items } = must(await desk(roomEndpoints.roomTimeline, { params: { id: roomId }, query: { limit: 200 } }))
  return items.filter((item) => item.type === 'message' && item.body.kind === 'text' && item.body.text === text).length
}

test('a request has its room: desk and hospital talk, the hospital accepts from the card, an acknowledgement is asked and given', async () => {
  const { request, hospitalDesk, roomId } = await asked()
  const placement = await openPerson(browser, cell.url)
  await enterAs(placement.page, 'demo-28-placement-1')
  await placement.page.goto(`/requests/${request.id}`)
  await placement.page.getByRole('link', { name: '대화방 열기' }).click()
  await placement.page.waitForURL(`**/rooms/${roomId}`)
  await placement.page.locator('.room-card[data-card="request"]').first().waitFor()
  const hospital = await inRoom(hospitalDesk, roomId)

  await write(placement.page, '흉부외과 수술 가능합니까?')
  await hospital.page.locator('.message', { hasText: '흉부외과 수술 가능합니까?' }).waitFor()
  await write(hospital.page, '가능합니다. 음압 중환자실 준비하겠습니다.')
  await placement.page.locator('.message', { hasText: '준비하겠습니다' }).waitFor()
  await placement.page.locator('.receipt-counts', { hasText: '읽음 1' }).waitFor()

  const offer = hospital.page.locator('.room-card[data-card="offer"]')
  await offer.getByRole('button', { name: '수용', exact: true }).click()
  await hospital.page.getByRole('dialog').locator('button[type="submit"]').click()
  await hospital.page.getByRole('dialog').waitFor({ state: 'detached' })
  await placement.page.locator('.room-card[data-card="hold"]').waitFor()
  assert.equal(must(await desk(bedEndpoints.getRequest, { params: { id: request.id } })).state, 'held')
  await offer.getByRole('button', { name: '수용', exact: true }).waitFor({ state: 'detached' })

  await placement.page.getByLabel('확인 요청').selectOption('10')
  await write(placement.page, '구급차 15분 뒤 도착합니다.')
  const wanted = hospital.page.locator('.message', { hasText: '15분 뒤' })
  await wanted.getByRole('button', { name: '확인했습니다' }).click()
  await placement.page.locator('.message', { hasText: '15분 뒤' }).locator('[data-ack="acknowledged"]').waitFor()
  assert.deepEqual([placement.faults, hospital.faults], [[], []])
  await placement.context.close()
  await hospital.context.close()
})

test('a script in a message and in the name of a file is only ever text', async () => {
  const { hospitalDesk, roomId } = await asked()
  const script = '<img src=x onerror="window.stolen=1"><script>window.stolen=1</script>'
  const writer = await inRoom('demo-28-placement-1', roomId)
  const reader = await inRoom(hospitalDesk, roomId)
  await write(writer.page, script)
  const name = '"><img src=x onerror=window.stolen=1>.txt'
  const file = { name, mimeType: 'text/plain', buffer: Buffer.from('활력징후 기록') }
  await writer.page.locator('.composer input[type="file"]').setInputFiles(file)
  await writer.page.locator('.attachments .status').waitFor()
  await writer.page.locator('.composer button[type="submit"]').click()
  await reader.page.locator('.message-file').waitFor()
  assert.equal(await reader.page.locator('.message-text').first().innerText(), script)
  assert.match(await reader.page.locator('.message-file').innerText(), /onerror=window\.stolen=1/)
  assert.equal(await reader.page.evaluate(() => 'stolen' in window), false)
  assert.equal(await reader.page.locator('.room-timeline img').count(), 0)

  const page = { name: '검사.png', mimeType: 'image/png', buffer: Buffer.from('<html><script>1</script></html>') }
  await writer.page.locator('.composer input[type="file"]').setInputFiles(page)
  await writer.page.locator('.attachments [role="alert"]').waitFor()
  await writer.context.close()
  await reader.context.close()
})

test('files brought at once all arrive, and one that can never go says why and does not hold the others back', async () => {
  const { roomId } = await asked()
  const { page, context } = await inRoom('demo-28-placement-1', roomId)
  const text = (name: string, words: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(words) })
  const names = ['하나.txt', '둘.txt', '셋.txt']
  await page
    .locator('.composer input[type="file"]')
    .setInputFiles([
      ...names.map((name) => text(name, '기록')),
      text('빈.txt', ''),
      text('많은.txt', '기록'),
      text('여섯.txt', '기록'),
    ])
  await page.locator('.attachments li', { hasText: '빈 파일입니다' }).waitFor()
  await page.locator('.attachments li', { hasText: '한 번에 5개까지만' }).waitFor()
  await page.locator('.composer button[type="submit"]:enabled').click()
  await page.locator('.message-file').nth(3).waitFor()
  const shown = (await page.locator('.message-file').allInnerTexts()).map((one) => one.split(' ')[0])
  assert.deepEqual(shown.toSorted(), [...names, '많은.txt'].toSorted())
  await context.close()
})

test('what is written while the line is cut waits in sight, survives a reload, and arrives once and in order', async () => {
  const { roomId } = await asked()
  const { page, context } = await inRoom('demo-28-placement-1', roomId, line.url)
  line.set('cut')
  await write(page, '첫째 글')
  await write(page, '둘째 글')
  await page.locator('.room-waiting li', { hasText: '둘째 글' }).waitFor()
  assert.equal(await messages(roomId, '첫째 글'), 0)
  line.set('lose-answers')
  for (let tries = 0; tries < 60 && (await messages(roomId, '첫째 글')) === 0; tries += 1)
    await page.waitForTimeout(500)
  line.set('open')
  await page.reload()
  await page.locator('.message:not(.is-waiting)', { hasText: '둘째 글' }).waitFor({ timeout: 45_000 })
  await page.locator('.room-waiting').waitFor({ state: 'detached' })
  assert.deepEqual([await messages(roomId, '첫째 글'), await messages(roomId, '둘째 글')], [1, 1])
  const texts = await page.locator('.message-text').allInnerTexts()
  assert.deepEqual(texts.slice(-2), ['첫째 글', '둘째 글'])
  await context.close()
})

test('somebody without an account comes in by a link and a code, once, and sees only this room', async () => {
  const { roomId } = await asked()
  const { page, context } = await inRoom('demo-28-placement-1', roomId)
  await page.getByRole('button', { name: '초대' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('[data-field="forName"] input').fill('보건소 김역학')
  await dialog.locator('button[type="submit"]').click()
  const link = new URL(await dialog.locator('[data-field="link"] input').inputValue())
  const code = await dialog.locator('.invite-code').innerText()
  await dialog.getByRole('button', { name: '닫기' }).click()

  const guest = await openPerson(browser, cell.url)
  await guest.page.goto(`${link.pathname}${link.hash}`)
  await guest.page.locator('[data-field="name"] input').fill('김역학')
  await guest.page.locator('[data-field="code"] input').fill(code)
  await guest.page.locator('button[type="submit"]').click()
  await guest.page.locator('.composer textarea').waitFor()
  assert.equal(new URL(guest.page.url()).hash, '')
  await write(guest.page, '접촉자 명단 보냈습니다.')
  await page.locator('.message', { hasText: '접촉자 명단' }).waitFor()
  await write(page, '고맙습니다.')
  await guest.page.locator('.message', { hasText: '고맙습니다' }).waitFor()

  const again = await openPerson(browser, cell.url)
  await again.page.goto(`${link.pathname}${link.hash}`)
  await again.page.locator('[data-field="name"] input').fill('다른 사람')
  await again.page.locator('[data-field="code"] input').fill(code)
  await again.page.locator('button[type="submit"]').click()
  await again.page.locator('[role="alert"]', { hasText: '새 링크' }).waitFor()
  for (const one of [context, guest.context, again.context]) await one.close()
})

test('a room is opened by keyboard for a desk and a hospital; one is taken in, one leaves, and it is closed', async () => {
  const opener = await openPerson(browser, cell.url)
  const { page } = opener
  await enterAs(page, 'demo-28-placement-1')
  await page.goto('/rooms')
  await page.getByRole('button', { name: '새 방 열기' }).press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.locator('[data-field="title"] input').fill('요양원 집단 발생')
  await dialog.locator('[data-field="purpose"] textarea').fill('40명을 나누어 옮깁니다')
  const field = dialog.getByRole('combobox', { name: '누구와' })
  const take = async (words: string, name: string) => {
    await field.fill(words)
    const named = { has: page.locator('strong', { hasText: name }) }
    await dialog.getByRole('option').filter(named).first().waitFor()
    const current = dialog.locator('[role="option"][aria-selected="true"]').filter(named)
    for (let tries = 0; tries < 20 && (await current.count()) === 0; tries += 1) await field.press('ArrowDown')
    await field.press('Enter')
    await dialog.locator('.party-chips li', { hasText: name }).waitFor()
  }
  await take('경기', '경기 상황실')
  await take('이배정', '이배정')
  await dialog.getByRole('button', { name: '방 열기' }).press('Enter')
  await page.waitForURL(/\/rooms\/[0-9a-f-]{36}$/)
  await page.locator('.room-purpose', { hasText: '40명' }).waitFor()
  await page.locator('.room-line', { hasText: '방을 열었습니다' }).waitFor()
  const roomId = page.url().split('/').at(-1) ?? ''

  const colleague = await inRoom('demo-28-placement-2', roomId)
  await write(colleague.page, '명단 확인했습니다')
  await page.locator('.message', { hasText: '명단 확인했습니다' }).waitFor()

  await page.getByRole('button', { name: '참여자' }).click()
  await take('1병원', '두레제1병원')
  await dialog.getByRole('button', { name: '1곳 넣기' }).click()
  await dialog.locator('.members li', { hasText: '두레제1병원' }).first().waitFor()

  await colleague.page.getByRole('button', { name: '참여자' }).click()
  const own = colleague.page.getByRole('dialog')
  assert.equal(await own.getByRole('button', { name: '방 끝내기' }).count(), 0)
  await own.getByRole('button', { name: '방에서 나가기' }).click()
  await own.getByRole('button', { name: '방에서 나가기' }).click()
  await colleague.page.waitForURL('**/rooms')
  await dialog.locator('[data-party="person:demo-28-placement-2"]').waitFor({ state: 'detached' })

  await dialog.getByRole('button', { name: '방 끝내기' }).click()
  await dialog.getByRole('button', { name: '방 끝내기' }).click()
  await page.locator('.composer-closed', { hasText: '끝난 방입니다' }).waitFor()
  await page.locator('.room-line', { hasText: '방을 끝냈습니다' }).waitFor()
  // Whoever has just left may have asked once more, and was told that the room is not theirs: the browser calls that an error.
  const faults = colleague.faults.filter((fault) => !fault.includes('status of 404'))
  assert.deepEqual([opener.faults, faults], [[], []])
  await opener.context.close()
  await colleague.context.close()
})

test('who is on call is answered with a telephone, and a swap is done when both have agreed', async () => {
  const now = Date.now()
  const shift = (personId: string, name: string, from: number, hours: number) => ({
    ...{ place: { kind: 'desk' as const, id: '28' }, duty: 'placement' as const, personId, name },
    phone: '032-000-0700',
    startsAt: new Date(now + from * 3_600_000).toISOString(),
    endsAt: new Date(now + (from + hours) * 3_600_000).toISOString(),
  })
  const own = must(await desk(rosterEndpoints.addShift, { body: shift('demo-28-placement-1', '김배정', -1, 9) }))
  const other = must(await desk(rosterEndpoints.addShift, { body: shift('demo-28-placement-2', '이배정', 8, 8) }))
  const over = must(await desk(rosterEndpoints.addShift, { body: shift('demo-28-placement-2', '이배정', -9, 8) }))
  const first = await openPerson(browser, cell.url)
  await enterAs(first.page, 'demo-28-placement-1')
  await first.page.goto('/roster')
  await first.page.locator('.on-call-person a[href^="tel:"]', { hasText: '032-000-0700' }).waitFor()
  await first.page.locator(`.shift[data-shift="${own.id}"]:visible`).first().click()
  const choice = first.page.getByRole('dialog').locator('[data-field="swap"] select')
  assert.equal(await choice.locator(`option[value="shift:${over.id}"]`).count(), 0)
  await choice.selectOption(`shift:${other.id}`)
  await first.page.getByRole('button', { name: '교대 제안' }).click()
  await first.page.locator('.swap[data-swap="proposed"]').waitFor()

  const second = await openPerson(browser, cell.url)
  await enterAs(second.page, 'demo-28-placement-2')
  await second.page.goto('/roster')
  await second.page.locator('.swap').getByRole('button', { name: '동의' }).click()
  await second.page.locator('.swap[data-swap="agreed"]').waitFor()
  await first.context.close()
  await second.context.close()
})
