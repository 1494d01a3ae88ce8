import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bedEndpoints, type Call, type RequestView, roomEndpoints } from '@dure/contract'
import type { Browser, Page } from 'playwright-core'
import { ask, callAs, must, triaged } from './api.ts'
import { axeFaults, sticksOut } from './axe.ts'
import { DESKTOP, enterAs, type Look, openPerson, PHONE, startBrowser, takePictures } from './browser.ts'
import { demoCell, deskOf, type RunningCell } from './cell.ts'

const DOCTOR = 'demo-28-er-1'
const DESK = 'demo-28-placement-1'

let cell: RunningCell
let browser: Browser
let doctor: Call
let desk: Call
before(async () => {
  cell = await demoCell()
  browser = await startBrowser()
  doctor = await callAs(cell.url, DOCTOR)
  desk = await callAs(cell.url, DESK)
})
after(async () => {
  await takePictures(browser)
  await browser.close()
  await cell[Symbol.asyncDispose]()
})

const roomOf = async ({ id }: RequestView): Promise<string> =>
  must(await desk(roomEndpoints.roomOfRequest, { params: { id } })).id

const now = async ({ id }: RequestView): Promise<RequestView> =>
  must(await desk(bedEndpoints.getRequest, { params: { id } }))

const inRoom = async (personId: string, roomId: string, look: Look = {}) => {
  const person = await openPerson(browser, cell.url, look)
  await enterAs(person.page, personId)
  await person.page.goto(`/rooms/${roomId}`)
  await person.page.locator('.room-card').first().waitFor()
  return person
}

/** The newest card of a kind: what happened last. */
const card = (page: Page, kind: string) => page.locator(`.room-card[data-card="${kind}"]`).last()

/** Presses a button of a card; with `fill`, types its form and sends it. */
const press = async (page: Page, kind: string, word: string, fill?: () => Promise<void>): Promise<void> => {
  const one = page.locator(`.room-card[data-card="${kind}"]`, {
    has: page.getByRole('button', { name: word, exact: true }),
  })
  await one.getByRole('button', { name: word, exact: true }).click()
  if (fill === undefined) return
  await fill()
  await page.getByRole('dialog').locator('button[type="submit"]').click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

const choose = (page: Page, name: string, value: string) =>
  page.getByRole('dialog').locator(`[data-field="${name}"] select`).selectOption(value)
const type = (page: Page, name: string, text: string) =>
  page.getByRole('dialog').locator(`[data-field="${name}"] :is(input, textarea)`).fill(text)

const seoulTime = (ms: number): string =>
  new Intl.DateTimeFormat('ko-KR', {
    timeZone: 'Asia/Seoul',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  }).format(ms)

/** Both minutes, for a clock that turns between the press and the look. */
const arrivesIn = (minutes: number): RegExp => {
  const at = Date.now() + minutes * 60_000
  return new RegExp(`(${seoulTime(at - 60_000)}|${seoulTime(at)}|${seoulTime(at + 60_000)}) 도착 예정`)
}

const LOOKS: readonly (Look & { readonly name: string })[] = [
  { name: 'desktop-ko', size: DESKTOP },
  { name: 'desktop-en', size: DESKTOP, language: 'en' },
  { name: 'phone-ko', size: PHONE },
  { name: 'phone-en', size: PHONE, language: 'en' },
]

/** Axe in every look; with E2E_PICTURES=folder, pictures to be looked at. */
const looked = async (name: string, personId: string, roomId: string): Promise<void> => {
  for (const look of LOOKS) {
    const { page, context, faults } = await inRoom(personId, roomId, look)
    const folder = process.env.E2E_PICTURES
    if (folder !== undefined) await page.screenshot({ path: `${folder}/cards-${name}-${look.name}.png` })
    assert.deepEqual([await axeFaults(page), await sticksOut(page), faults], [[], false, []], look.name)
    await context.close()
  }
}

test('transport, arrival and taking over are cards: each button does the transition itself, and the next card stands in everybody’s room', async () => {
  const request = await triaged(doctor, desk)
  const found = must(await desk(bedEndpoints.listCandidates, { params: { id: request.id }, query: {} })).candidates
  const best = found.find((one) => one.freeFitting > 1) ?? found[0]
  assert.ok(best)
  await ask(desk, request, best.hospitalId)
  const roomId = await roomOf(request)
  const hospitalDesk = await deskOf(cell, best.hospitalName)
  const hospital = await inRoom(hospitalDesk, roomId)
  const er = await inRoom(DOCTOR, roomId)
  await press(hospital.page, 'offer', '수용', async () => {})
  await card(er.page, 'hold').waitFor()
  await press(er.page, 'hold', '배정 확정')
  await card(hospital.page, 'confirmed').waitFor()
  assert.equal((await now(request)).state, 'confirmed')

  await press(er.page, 'confirmed', '이송 준비', async () => {
    await choose(er.page, 'transport', 'ambulance_119')
    await type(er.page, 'etaMinutes', '25')
    await type(er.page, 'crew', '구급대원 박')
  })
  const planned = card(hospital.page, 'eta')
  await planned.getByText('구급대원 박').waitFor()
  assert.match(await planned.innerText(), /119 구급차/)
  assert.match(await planned.innerText(), arrivesIn(25))
  assert.equal((await now(request)).state, 'transport_arranged')

  await press(er.page, 'eta', '출발', async () => type(er.page, 'etaMinutes', '15'))
  await hospital.page.locator('.room-card[data-card="eta"]').nth(1).waitFor()
  assert.match(await card(hospital.page, 'eta').innerText(), arrivesIn(15))
  assert.equal((await now(request)).state, 'in_transit')
  assert.equal(await er.page.locator('.room-card').getByRole('button', { name: '도착', exact: true }).count(), 0)

  await press(hospital.page, 'eta', '도착')
  await card(er.page, 'handover').getByText('도착').first().waitFor()
  assert.equal((await now(request)).state, 'arrived')
  // Done once.
  await hospital.page.getByRole('button', { name: '도착', exact: true }).waitFor({ state: 'detached' })
  await press(hospital.page, 'handover', '입원 처리')
  await er.page.locator('.room-card[data-card="handover"]').nth(1).waitFor()
  assert.equal((await now(request)).state, 'admitted')

  const { entries } = must(await desk(bedEndpoints.timeline, { params: { id: request.id } }))
  const done = ['confirm', 'arrange_transport', 'depart', 'arrive', 'admit']
  assert.deepEqual(
    entries.map(({ kind }) => kind).filter((kind) => done.includes(kind)),
    done,
    'the record of the request is what the cards show',
  )
  await looked('handover', DOCTOR, roomId)
  assert.deepEqual([hospital.faults, er.faults], [[], []])
  await hospital.context.close()
  await er.context.close()
})

test('no bed is a card with what is done meanwhile and when beds are looked for again, and its button looks again at once', async () => {
  const request = await triaged(doctor, desk)
  const roomId = await roomOf(request)
  const { page, context, faults } = await inRoom(DESK, roomId)
  const er = await inRoom(DOCTOR, roomId)
  await press(page, 'triage', '병원 찾기 시작')
  await page.locator('.room-card[data-card="triage"] summary', { hasText: '다른 조치' }).click()
  await press(page, 'triage', '병상 없음 선언', async () => {
    await type(page, 'interimPlan', '응급실에서 고유량 산소 유지')
    await type(page, 'retryInMinutes', '20')
  })
  const there = card(er.page, 'no_bed')
  await there.getByText('응급실에서 고유량 산소 유지').waitFor()
  assert.match(await there.innerText(), /에 다시 찾음/)
  assert.equal((await now(request)).state, 'no_bed')
  await looked('no-bed', DESK, roomId)

  await press(page, 'no_bed', '다시 찾기')
  await er.page.locator('.room-card[data-card="no_bed"]').nth(1).waitFor()
  // Beds were there after all: the hospitals are asked at once, and that is a card too.
  await er.page.locator('.room-card[data-card="offer"]').first().waitFor()
  assert.equal((await now(request)).state, 'offered')
  const { entries } = must(await desk(bedEndpoints.timeline, { params: { id: request.id } }))
  assert.equal(entries.filter(({ kind }) => kind === 'retry').length, 1)
  await page.getByRole('button', { name: '다시 찾기', exact: true }).waitFor({ state: 'detached' })
  assert.deepEqual([faults, er.faults], [[], []])
  await context.close()
  await er.context.close()
})
