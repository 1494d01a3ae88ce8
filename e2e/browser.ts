import sparticuz from '@sparticuz/chromium'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

export const PHONE = { width: 390, height: 844 } as const
export const DESKTOP = { width: 1440, height: 900 } as const

export interface Person {
  readonly page: Page
  readonly context: BrowserContext
  /** Everything the console called an error, and every script fault, since the page was opened. */
  readonly faults: readonly string[]
}

export interface Look {
  readonly size?: { readonly width: number; readonly height: number }
  readonly language?: 'ko' | 'en'
  readonly contrast?: boolean
  /** With the program kept on the device, as people have it. Without, a journey sees every request and every build at once. */
  readonly installed?: boolean
}

/** A headless Chromium from the registry's package; unpacked once a machine, about two seconds. */
export const startBrowser = async (): Promise<Browser> =>
  chromium.launch({
    executablePath: await sparticuz.executablePath(),
    // Not the package's own arguments: its --single-process lets contexts share their local storage.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--font-render-hinting=none',
      '--hide-scrollbars',
    ],
    headless: true,
    // Where no language is set, Chromium gives a file with a Korean name another one.
    env: { ...process.env, LANG: 'C.UTF-8' },
  })

/** A browser of its own for one person: own cookies, own storage. Korean text needs the app's own fonts and nothing else. */
export const openPerson = async (browser: Browser, base: string, look: Look = {}): Promise<Person> => {
  const size = look.size ?? DESKTOP
  const context = await browser.newContext({
    baseURL: base,
    viewport: size,
    hasTouch: size.width < 600,
    locale: 'ko-KR',
    timezoneId: 'Asia/Seoul',
    reducedMotion: 'reduce',
    serviceWorkers: look.installed === true ? 'allow' : 'block',
  })
  await context.addInitScript(
    ({ language, contrast }) => {
      if (localStorage.getItem('dure.language') === null) localStorage.setItem('dure.language', language)
      if (localStorage.getItem('dure.setting.contrast') === null)
        localStorage.setItem('dure.setting.contrast', contrast ? 'on' : 'off')
    },
    { language: look.language ?? 'ko', contrast: look.contrast ?? false },
  )
  const page = await context.newPage()
  // Generous: two cores that also run the server and the database may be slow; nobody waits longer than it takes.
  page.setDefaultTimeout(45_000)
  const faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  page.on('pageerror', (fault) => faults.push(String(fault)))
  if (process.env.E2E_PICTURES !== undefined)
    page.on('console', (message) => process.stderr.write(`${message.type()}: ${message.text().slice(0, 500)}\n`))
  return { page, context, faults }
}

/** Signs in as a person of the demo region. */
export const enterAs = async (page: Page, personId: string): Promise<void> => {
  await page.goto('/sign-in')
  await page.locator(`[data-person="${personId}"]`).click()
  await page.locator('.person-name').waitFor({ state: 'attached' })
  await page.locator('.connection-line[data-connection="connected"]').waitFor()
  await page.locator('h1').waitFor()
}

/** With E2E_PICTURES=folder, a page on a desktop and a phone: to be looked at. */
export const takePicturesOf = async (page: Page, name: string): Promise<void> => {
  const folder = process.env.E2E_PICTURES
  if (folder === undefined) return
  for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    await page.setViewportSize(viewport)
    await page.screenshot({ path: `${folder}/${name}-${size}.png` })
  }
  await page.setViewportSize(DESKTOP)
}

/** With E2E_PICTURES=folder, what each open page shows at the end: the first thing to look at when a journey fails. */
export const takePictures = async (browser: Browser): Promise<void> => {
  const folder = process.env.E2E_PICTURES
  if (folder === undefined) return
  const pages = browser.contexts().flatMap((context) => context.pages())
  for (const [index, page] of pages.entries())
    await page.screenshot({ path: `${folder}/${index}.png`, fullPage: true }).catch(() => undefined)
}
