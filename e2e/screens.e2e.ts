import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { seriousFaults } from './axe.ts'
import { DESKTOP, enterAs, type Look, openPerson, PHONE, startBrowser, takePictures } from './browser.ts'
import { demoCell, type RunningCell } from './cell.ts'
import { type Scene, workingRegion } from './scene.ts'
import { screensOf } from './screens.ts'

let cell: RunningCell
let browser: Browser
let scene: Scene
before(async () => {
  cell = await demoCell()
  scene = await workingRegion(cell)
  browser = await startBrowser()
})
after(async () => {
  await takePictures(browser)
  await browser.close()
  await cell[Symbol.asyncDispose]()
})

const LOOKS: readonly (Look & { readonly name: string })[] = [
  { name: 'desktop, light, Korean', size: DESKTOP },
  { name: 'desktop, high contrast, English', size: DESKTOP, contrast: true, language: 'en' },
  { name: 'phone, light, English', size: PHONE, language: 'en' },
  { name: 'phone, high contrast, Korean', size: PHONE, contrast: true },
]

/** Elements that stick out of the page sideways, or text that is cut off in its box. */
const overflows = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
    if (wide <= 0) return []
    const out = [...document.querySelectorAll('body *')].filter(
      (one) => one.getBoundingClientRect().right > innerWidth + 1 && one.closest('.table-scroll') === null,
    )
    return [`${wide} px too wide`, ...out.slice(0, 3).map((one) => one.outerHTML.slice(0, 150))]
  })

/** Buttons, links and fields too small for a finger. Links inside running text are exempt (WCAG 2.5.8). */
const smallTargets = (page: Page, least: number): Promise<string[]> =>
  page.evaluate((least) => {
    const targets = [
      ...document.querySelectorAll<HTMLElement>(
        'button, .chip, select, input:not([type=radio]):not([type=checkbox]), nav a, a.button, summary',
      ),
    ]
    return targets
      .filter((one) => one.checkVisibility() && one.closest('.visually-hidden') === null)
      .map((one) => ({ one, box: one.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 1 && (box.height < least - 0.5 || box.width < Math.min(least, 24)))
      .map(({ one, box }) => `${Math.round(box.width)}×${Math.round(box.height)} ${one.outerHTML.slice(0, 120)}`)
  }, least)

/** What opens on top of a screen: who opens it, where, by which buttons. */
const dialogsOf = (): readonly { name: string; as: string; path: string; buttons: readonly string[] }[] => [
  { name: 'answer', as: scene.hospitalDesk, path: '/hospital', buttons: ['.answer-row .look-danger'] },
  { name: 'conditions', as: scene.hospitalDesk, path: '/hospital', buttons: ['.answer-row .look-secondary'] },
  { name: 'bed', as: scene.hospitalDesk, path: '/hospital', buttons: ['details[open] .slot'] },
  { name: 'add a bed', as: scene.hospitalDesk, path: '/hospital', buttons: ['.card-head .button'] },
  {
    name: 'phone answer',
    as: 'demo-28-placement-1',
    path: `/desk?request=${scene.offered}`,
    buttons: ['.offer .act-detours button'],
  },
  {
    name: 'cancel',
    as: 'demo-28-placement-1',
    path: `/desk?request=${scene.looking}`,
    buttons: ['.act-panel summary', '.act-panel .act-detours button:has-text("요청 취소")'],
  },
  { name: 'mode', as: 'demo-28-placement-1', path: '/desk', buttons: ['.desk-tools button'] },
  {
    name: 'correct',
    as: 'demo-28-er-1',
    path: `/requests/${scene.held}`,
    buttons: ['.card-head .button'],
  },
  { name: 'stop', as: scene.hospitalDesk, path: '/hospital', buttons: ['.own-word .look-danger', '.dialog summary'] },
  {
    name: 'what is possible',
    as: 'demo-28-placement-1',
    path: `/hospitals/${scene.hospitalId}`,
    buttons: ['.own-word .act-detours button:last-child'],
  },
  {
    name: 'call',
    as: 'demo-28-placement-1',
    path: `/desk?request=${scene.looking}`,
    buttons: ['.ask-first button'],
  },
  { name: 'sent', as: 'demo-28-er-1', path: '/', buttons: ['.tray-button'] },
]

for (const look of [
  { name: 'desktop, light', size: DESKTOP },
  { name: 'phone, high contrast', size: PHONE, contrast: true },
])
  test(`every dialog is accessible and fits: ${look.name}`, async (t) => {
    for (const dialog of dialogsOf()) {
      const { page, context, faults } = await openPerson(browser, cell.url, look)
      await enterAs(page, dialog.as)
      await page.goto(dialog.path)
      for (const button of dialog.buttons) await page.locator(button).first().click()
      await page.getByRole('dialog').waitFor()
      await t.test(dialog.name, async () => {
        assert.deepEqual(await seriousFaults(page), [])
        assert.deepEqual(await overflows(page), [])
        assert.deepEqual(faults, [])
      })
      await context.close()
    }
  })

for (const look of LOOKS) {
  test(`every screen is accessible, fits, and logs no error: ${look.name}`, async (t) => {
    const open = new Map<string, Awaited<ReturnType<typeof openPerson>>>()
    for (const screen of screensOf(scene)) {
      const key = screen.as ?? 'nobody'
      let person = open.get(key)
      if (person === undefined) {
        person = await openPerson(browser, cell.url, look)
        if (screen.as !== null) await enterAs(person.page, screen.as)
        open.set(key, person)
      }
      const { page, faults } = person
      await page.goto(screen.path)
      await page.locator(screen.ready).first().waitFor()
      await page.locator('.spinner').first().waitFor({ state: 'detached' })
      await t.test(screen.name, async () => {
        assert.deepEqual(await seriousFaults(page), [])
        assert.deepEqual(await overflows(page), [])
        assert.deepEqual(await smallTargets(page, look.size === PHONE ? 44 : 24), [])
        assert.deepEqual(faults, [])
        assert.equal(await page.locator('html').getAttribute('lang'), look.language ?? 'ko')
      })
    }
    for (const { context } of open.values()) await context.close()
  })
}
