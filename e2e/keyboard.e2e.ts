import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bedEndpoints } from '@dure/contract'
import type { Browser, Page } from 'playwright-core'
import { ask, callAs, must } from './api.ts'
import { enterAs, openPerson, startBrowser, takePictures } from './browser.ts'
import { demoCell, deskOf, type RunningCell } from './cell.ts'

let cell: RunningCell
let browser: Browser
before(async () => {
  cell = await demoCell()
  browser = await startBrowser()
})
after(async () => {
  await takePictures(browser)
  await browser.close()
  await cell[Symbol.asyncDispose]()
})

/** Hands on the keyboard only; counts every press. */
const keyboardOf = (page: Page) => {
  let presses = 0
  const press = async (key: string) => {
    presses += 1
    await page.keyboard.press(key)
  }
  const isOn = (selector: string) => page.evaluate((one) => document.activeElement?.matches(one) === true, selector)
  /** Tab until the focus is there. */
  const tabTo = async (selector: string) => {
    for (let steps = 0; steps < 60; steps += 1) {
      if (await isOn(selector)) return
      await press('Tab')
    }
    throw new Error(`the focus never reached ${selector}`)
  }
  const chosen = (word: string) =>
    page.evaluate((one) => document.activeElement?.closest('.chip')?.textContent?.includes(one) === true, word)
  /** Into a group of choices by Tab, to the choice by arrows. */
  const choose = async (field: string, word: string) => {
    await tabTo(`[data-field="${field}"] input`)
    for (let steps = 0; steps < 20; steps += 1) {
      if (await chosen(word)) {
        await press('Space')
        return
      }
      await press('ArrowDown')
    }
    throw new Error(`no choice ${word} in ${field}`)
  }
  const type = async (selector: string, text: string) => {
    await tabTo(selector)
    presses += text.length
    await page.keyboard.type(text)
  }
  return { press, tabTo, choose, type, presses: () => presses }
}

test('a request is made and answered with the keyboard alone', async (t) => {
  const doctor = await openPerson(browser, cell.url)
  await enterAs(doctor.page, 'demo-28-er-1')
  const keys = keyboardOf(doctor.page)
  await keys.press('n')
  await doctor.page.locator('.request-form').waitFor()
  await keys.type('[data-field="ageYears"] input', '54')
  await keys.choose('sex', '남')
  await keys.type('[data-field="complaint"] input', '흉부외상')
  await keys.choose('isolationNeed', '음압')
  await keys.choose('oxygen', '고유량')
  await keys.choose('requestedClass', '위중증')
  await keys.type('[data-field="callbackPhone"] input', '0320000501')
  await keys.press('Control+Enter')
  await doctor.page.waitForURL(/\/requests\/(?!new)/)
  t.diagnostic(`${keys.presses()} key presses`)
  await doctor.page.locator('.timeline-entry').first().waitFor()
  const focused = await doctor.page.evaluate(() => document.activeElement?.tagName)
  assert.equal(focused, 'H1', 'the focus is on the heading of the page that was reached')

  const desk = await callAs(cell.url, 'demo-28-placement-1')
  const id = new URL(doctor.page.url()).pathname.split('/').at(-1) ?? ''
  const made = must(await desk(bedEndpoints.getRequest, { params: { id } }))
  const act = { event: 'triage', severity: 'critical', urgency: 'immediate' } as const
  const judged = must(await desk(bedEndpoints.actOnRequest, { params: { id }, body: { act, version: made.version } }))
  const found = must(await desk(bedEndpoints.listCandidates, { params: { id }, query: {} })).candidates
  const best = found[0]
  assert.ok(best)

  const hospital = await openPerson(browser, cell.url)
  await enterAs(hospital.page, await deskOf(cell, best.hospitalName))
  await ask(desk, judged, best.hospitalId)
  // It is said aloud to people who do not look.
  await hospital.page.locator('#live-urgent', { hasText: made.code }).waitFor({ state: 'attached' })
  await hospital.page.locator('.offer-card .answer-row').waitFor()
  const hands = keyboardOf(hospital.page)
  await hands.tabTo('.answer-row .look-primary')
  await hands.press('Enter')
  await hospital.page.getByRole('dialog').waitFor()
  await hands.tabTo('[role="dialog"] button[type="submit"]')
  await hands.press('Enter')
  await hospital.page.locator('.hold').waitFor()
  assert.deepEqual([...doctor.faults, ...hospital.faults], [])
})

test('the skip link is the first stop and leads to the content', async () => {
  const { page } = await openPerson(browser, cell.url)
  await enterAs(page, 'demo-28-er-1')
  await page.goto('/board')
  await page.locator('h1').waitFor()
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement?.className), 'skip-link')
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'main')
})

test('one tap changes the language of the whole page, its numbers and its lang', async () => {
  const { page, faults } = await openPerson(browser, cell.url)
  await enterAs(page, 'demo-28-placement-1')
  await page.goto('/board')
  await page.locator('h1', { hasText: '지역 현황' }).waitFor()
  await page.getByRole('button', { name: 'English' }).click()
  await page.locator('h1', { hasText: 'The region in figures' }).waitFor()
  assert.equal(await page.locator('html').getAttribute('lang'), 'en')
  // Names of places, people and beds are data and stay as they are.
  assert.doesNotMatch(await page.locator('.headline').innerText(), /[가-힣]/)
  await page.reload()
  await page.locator('h1', { hasText: 'The region in figures' }).waitFor()
  assert.deepEqual(faults, [])
})
