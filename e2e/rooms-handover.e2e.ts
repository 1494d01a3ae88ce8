import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Call, rosterEndpoints } from '@dure/contract'
import type { Browser, Page } from 'playwright-core'
import { callAs, must, SEVERE, triaged } from './api.ts'
import { axeFaults, sticksOut } from './axe.ts'
import { DESKTOP, enterAs, type Look, openPerson, PHONE, startBrowser, takePictures } from './browser.ts'
import { demoCell, type RunningCell } from './cell.ts'

const [FIRST, NEXT] = ['demo-28-placement-1', 'demo-28-placement-2'] as const
const HOUR_MS = 3_600_000

let cell: RunningCell
let browser: Browser
let desk: Call
before(async () => {
  cell = await demoCell()
  browser = await startBrowser()
  desk = await callAs(cell.url, FIRST)
})
after(async () => {
  await takePictures(browser)
  await browser.close()
  await cell[Symbol.asyncDispose]()
})

const shiftOf = async (personId: string, name: string, fromHours: number, hours: number) => {
  const now = Date.now()
  const body = {
    ...{
      place: { kind: 'desk' as const, id: '28' },
      duty: 'placement' as const,
      personId,
      name,
      phone: '032-000-0700',
    },
    startsAt: new Date(now + fromHours * HOUR_MS).toISOString(),
    endsAt: new Date(now + (fromHours + hours) * HOUR_MS).toISOString(),
  }
  return must(await desk(rosterEndpoints.addShift, { body }))
}

/** Walks with Tab until what has the focus is this; fails when the whole page was walked. */
const tabTo = async (page: Page, selector: string, most = 120): Promise<void> => {
  for (let steps = 0; steps < most; steps += 1) {
    await page.keyboard.press('Tab')
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector)) return
  }
  assert.fail(`Tab does not lead to ${selector}`)
}

/** Has the focus a frame that can be seen? */
const focusIsSeen = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const { outlineStyle, boxShadow } = getComputedStyle(document.activeElement ?? document.body)
    return outlineStyle !== 'none' || boxShadow !== 'none'
  })

const clean = async (page: Page, where: string): Promise<void> =>
  assert.deepEqual([await axeFaults(page), await sticksOut(page)], [[], false], where)

const picture = async (page: Page, name: string): Promise<void> => {
  const folder = process.env.E2E_PICTURES
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}

test('a shift is handed over and taken over by keyboard alone, with the open requests listed as they are', async () => {
  const request = await triaged(await callAs(cell.url, 'demo-28-er-1'), desk)
  const shift = await shiftOf(FIRST, '김배정', -7, 8)
  const first = await openPerson(browser, cell.url)
  await enterAs(first.page, FIRST)
  const next = await openPerson(browser, cell.url)
  await enterAs(next.page, NEXT)
  await next.page.goto('/desk')
  await next.page.locator('.queue-row').first().waitFor()

  await first.page.goto('/roster')
  await first.page.locator(`.shift[data-shift="${shift.id}"]:visible`).first().waitFor()
  await tabTo(first.page, `.shift[data-shift="${shift.id}"]`)
  assert.ok(await focusIsSeen(first.page))
  await first.page.keyboard.press('Enter')
  await first.page.getByRole('dialog').getByRole('heading', { name: '인계' }).waitFor()
  await tabTo(first.page, '[role="dialog"] select[name="to"]')
  const chosen = () => first.page.locator('[role="dialog"] select[name="to"] option:checked').innerText()
  for (let steps = 0; steps < 10 && (await chosen()) !== '이배정'; steps += 1)
    await first.page.keyboard.press('ArrowDown')
  assert.equal(await chosen(), '이배정')
  await tabTo(first.page, '[role="dialog"] textarea[name="note"]')
  await first.page.keyboard.type('3번 요청 보호자와 통화함')
  await first.page.keyboard.press('Tab')
  assert.equal(await first.page.evaluate(() => document.activeElement?.textContent), '인계하기')
  await picture(first.page, 'handover-dialog')
  await first.page.keyboard.press('Enter')
  await first.page.getByRole('dialog').waitFor({ state: 'detached' })
  await first.page.locator('.handover[data-handover="open"]', { hasText: '이배정' }).waitFor()

  // The next one is told on whatever page is open, and gets there by the line that tells it.
  await next.page.locator('[data-watch="handovers"]').waitFor()
  await tabTo(next.page, '[data-watch="handovers"]')
  await next.page.keyboard.press('Enter')
  const waiting = next.page.locator('.handover[data-handover="open"]')
  await waiting.waitFor()
  const text = await waiting.innerText()
  for (const part of [request.code, SEVERE.complaint, '3번 요청 보호자와 통화함', '김배정'])
    assert.ok(text.includes(part), `${part} is in ${text}`)
  await picture(next.page, 'handover-waiting')
  await tabTo(next.page, '.handover .button')
  assert.equal(await next.page.evaluate(() => document.activeElement?.textContent), '인수했습니다')
  await next.page.keyboard.press('Enter')
  await next.page.locator('.handover[data-handover="taken"]').waitFor()
  await next.page.locator('[data-watch="handovers"]').waitFor({ state: 'detached' })
  await first.page.locator('.handover[data-handover="taken"]', { hasText: '인수함' }).waitFor()
  const [handover] = must(await desk(rosterEndpoints.listHandovers)).handovers
  assert.equal(handover?.acknowledgedBy, '이배정')
  assert.deepEqual([first.faults, next.faults], [[], []])
  await first.context.close()
  await next.context.close()
})

const LOOKS: readonly (Look & { readonly name: string })[] = [
  { name: 'desktop-ko', size: DESKTOP },
  { name: 'phone-ko', size: PHONE },
  { name: 'phone-en', size: PHONE, language: 'en' },
  { name: 'desktop-en', size: DESKTOP, language: 'en' },
]

for (const look of LOOKS)
  test(`handovers, and the holidays of the week they fall into, are on the roster: ${look.name}`, async () => {
    // A holiday is some weeks away on most days of the year: walk there.
    const year = new Date(Date.now() + 9 * HOUR_MS).getUTCFullYear()
    const years = await Promise.all(
      [year, year + 1].map(async (one) =>
        must(await desk(rosterEndpoints.holidays, { query: { year: String(one) as never } })),
      ),
    )
    const today = new Date(Date.now() + 9 * HOUR_MS).toISOString().slice(0, 10)
    const holiday = years.flatMap(({ days }) => days).find(({ day }) => day >= today)
    assert.ok(holiday, 'the list knows a holiday to come')
    const { page, context, faults } = await openPerson(browser, cell.url, look)
    await enterAs(page, FIRST)
    await page.goto('/roster')
    await page.locator('.handover').first().waitFor()
    await clean(page, 'this week')
    await picture(page, `roster-${look.name}`)
    const weeks = Math.floor(
      (Date.parse(`${holiday.day}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / (7 * 24 * HOUR_MS),
    )
    for (let week = 0; week < weeks; week += 1) await page.locator('.roster-steps button').nth(1).click()
    const day = page.locator('.week-day', { hasText: holiday.names[0] ?? '' })
    await day.first().waitFor({ state: 'attached' })
    if (look.size === PHONE) await page.locator('.week-choose button').nth(dayInWeek(holiday.day, today)).click()
    await day.first().locator('.tag').first().waitFor()
    await clean(page, 'the week of the holiday')
    await picture(page, `holiday-${look.name}`)
    assert.deepEqual(faults, [])
    await context.close()
  })

/** The shown week begins with today's weekday. */
const dayInWeek = (day: string, today: string): number =>
  Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / (24 * HOUR_MS)) % 7
