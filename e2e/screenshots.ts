// node e2e/screenshots.ts            the pictures of docs/screenshots
// node e2e/screenshots.ts FOLDER     every screen at both sizes, in both languages and modes, to be looked at
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { DESKTOP, enterAs, type Look, openPerson, PHONE, startBrowser } from './browser.ts'
import { demoCell, type RunningCell } from './cell.ts'
import { workingRegion } from './scene.ts'
import { type Screen, screensOf } from './screens.ts'

interface Picture extends Look {
  readonly screen: string
  readonly file: string
  readonly whole?: boolean
}

/** A few that show the work; the README uses them. */
const KEPT: readonly Picture[] = [
  { screen: 'desk-looking', file: 'placement-desk', size: DESKTOP },
  { screen: 'desk-offered', file: 'placement-desk-en-high-contrast', size: DESKTOP, language: 'en', contrast: true },
  { screen: 'hospital-desk', file: 'hospital-desk', size: DESKTOP },
  { screen: 'request-form', file: 'request-form-phone', size: PHONE },
  { screen: 'request', file: 'request', size: DESKTOP },
  { screen: 'hospital-desk', file: 'hospital-desk-phone-en', size: PHONE, language: 'en' },
  { screen: 'board', file: 'board', size: DESKTOP },
]

const EVERY: readonly (Look & { name: string })[] = [
  { name: 'desktop-ko', size: DESKTOP },
  { name: 'desktop-en-contrast', size: DESKTOP, language: 'en', contrast: true },
  { name: 'phone-ko', size: PHONE },
  { name: 'phone-en-contrast', size: PHONE, language: 'en', contrast: true },
]

const take = async (browser: Browser, cell: RunningCell, screen: Screen, picture: Picture, folder: string) => {
  const { page, context } = await openPerson(browser, cell.url, picture)
  if (screen.as !== null) await enterAs(page, screen.as)
  await page.goto(screen.path)
  await page.locator(screen.ready).first().waitFor()
  await page.locator('.connection-line:not([data-connection="connecting"])').waitFor()
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path: join(folder, `${picture.file}.png`), fullPage: picture.whole ?? false })
  await context.close()
}

const folder = process.argv[2] ?? fileURLToPath(new URL('../docs/screenshots', import.meta.url))
await mkdir(folder, { recursive: true })
await using cell = await demoCell()
const screens = screensOf(await workingRegion(cell))
const wanted: readonly Picture[] =
  process.argv[2] === undefined
    ? KEPT
    : screens.flatMap(({ name }) =>
        EVERY.map((look) => ({ ...look, screen: name, file: `${name}-${look.name}`, whole: true })),
      )
const browser = await startBrowser()
for (const picture of wanted) {
  const screen = screens.find(({ name }) => name === picture.screen)
  if (screen !== undefined) await take(browser, cell, screen, picture, folder)
}
await browser.close()
process.stdout.write(`${wanted.length} pictures in ${folder}\n`)
