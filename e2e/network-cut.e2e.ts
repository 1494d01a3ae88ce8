import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { bedEndpoints, type Call, type RequestView } from '@dure/contract'
import type { Browser, Page } from 'playwright-core'
import { ask, must, triaged } from './api.ts'
import { type BehindLine, cellBehindLine } from './behind-line.ts'
import { enterAs, openPerson } from './browser.ts'
import { deskOf, type RunningCell } from './cell.ts'
import { onDisk } from './device.ts'
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

/** A patient for whom one hospital is asked, and that hospital's screen. */
const asked = async (): Promise<{ request: RequestView; page: Page }> => {
  const request = await triaged(doctor, desk)
  const found = must(await desk(bedEndpoints.listCandidates, { params: { id: request.id }, query: {} })).candidates
  const best = found.find((one) => one.freeFitting > 1) ?? found[0]
  assert.ok(best)
  await ask(desk, request, best.hospitalId)
  const { page } = await openPerson(browser, line.url)
  await enterAs(page, await deskOf(cell, best.hospitalName))
  await page.locator('.offer-card', { hasText: request.code }).locator('.answer-row').waitFor()
  return { request, page }
}

const acceptances = async (request: RequestView): Promise<number> => {
  const { entries } = must(await desk(bedEndpoints.timeline, { params: { id: request.id } }))
  return entries.filter((entry) => entry.kind === 'offer_accept').length
}

const openAnswer = async (page: Page, code: string) => {
  await page.locator('.offer-card', { hasText: code }).getByRole('button', { name: '수용', exact: true }).click()
  const button = page.getByRole('dialog').locator('button[type="submit"]')
  await button.waitFor()
  return button
}

test('an acceptance pressed twice while the line is cut waits on the device, is said to wait, and acts once when it heals', async () => {
  const { request, page } = await asked()
  const button = await openAnswer(page, request.code)
  line.set('cut')
  await button.dblclick({ force: true })
  await page.locator('.connection-line:is([data-connection="reconnecting"], [data-connection="offline"])').waitFor()
  assert.match(await page.locator('.connection-line').innerText(), /부터/)
  await page.getByRole('dialog').getByText('기기에 보관됨').waitFor()
  await page.locator('.stale-note').waitFor()
  assert.equal(await acceptances(request), 0)

  // The cell hears the question and its answer is lost: the dangerous half of every outage.
  line.set('lose-answers')
  for (let tries = 0; tries < 60 && (await acceptances(request)) === 0; tries += 1) await page.waitForTimeout(500)
  assert.equal(await acceptances(request), 1)
  assert.notEqual(await page.locator('.connection-line').getAttribute('data-connection'), 'connected')

  line.set('open')
  await page.getByRole('dialog').waitFor({ state: 'detached', timeout: 45_000 })
  await page.locator('.connection-line[data-connection="connected"]').waitFor()
  await page.locator('.hold').waitFor()
  assert.equal(await acceptances(request), 1)
  const after = must(await desk(bedEndpoints.getRequest, { params: { id: request.id } }))
  assert.equal(after.state, 'held')
})

test('an acceptance that could not be sent survives a reload of the page and is sent afterwards, once', async () => {
  const { request, page } = await asked()
  await page.route('**/api/offers/*/acts', (route) => route.abort())
  const button = await openAnswer(page, request.code)
  await button.click()
  await page.getByRole('dialog').getByText('기기에 보관됨').waitFor()
  await page.reload()
  await page.locator('.tray-button', { hasText: '1 대기' }).waitFor()
  assert.equal(await acceptances(request), 0)
  await page.unroute('**/api/offers/*/acts')
  await page.locator('.tray-button', { hasText: '대기' }).waitFor({ state: 'detached', timeout: 45_000 })
  await page.locator('.hold', { hasText: '병상 확보' }).first().waitFor()
  assert.equal(await acceptances(request), 1)
})

test('what is typed into a request survives a reload', async () => {
  const { page } = await openPerson(browser, line.url)
  await enterAs(page, 'demo-28-er-1')
  await page.goto('/requests/new')
  await page.locator('[data-field="complaint"] input').fill('흉통, 식은땀')
  const chosenAt = Date.now()
  await page.locator('[data-field="isolationNeed"] .chip', { hasText: '비말' }).click()
  await onDisk(page, 'draft', chosenAt)
  await page.reload()
  assert.equal(await page.locator('[data-field="complaint"] input').inputValue(), '흉통, 식은땀')
  await page.locator('[data-field="isolationNeed"] .chip[data-selected]', { hasText: '비말' }).waitFor()
  await page.getByText('되살렸습니다').waitFor()
})
