import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { bedEndpoints, channelEndpoints } from '@dure/contract'
import type { Browser, Page } from 'playwright-core'
import { ask, callAs, must, SEVERE, triaged } from './api.ts'
import { seriousFaults } from './axe.ts'
import { DESKTOP, enterAs, type Look, openPerson, PHONE, startBrowser, takePictures } from './browser.ts'
import { demoCell, deskOf, type RunningCell } from './cell.ts'
import { rawDevice, sealedOf } from './device.ts'

const DESK = 'demo-28-placement-1'

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

/** A severe patient, offered to one hospital with a free bed. Gives the code, the ids and the hospital's desk. */
const offered = async () => {
  const doctor = await callAs(cell.url, 'demo-28-er-1')
  const desk = await callAs(cell.url, DESK)
  const request = await triaged(doctor, desk, SEVERE)
  const { candidates } = must(await desk(bedEndpoints.listCandidates, { params: { id: request.id }, query: {} }))
  const best = candidates.find((one) => one.freeFitting > 1) ?? candidates[0]
  assert.ok(best)
  const asked = await ask(desk, request, best.hospitalId)
  return { code: request.code, id: request.id, hospitalName: best.hospitalName, offer: asked.offers[0] }
}

const stateOf = async (id: string) =>
  must(await (await callAs(cell.url, DESK))(bedEndpoints.getRequest, { params: { id } }))

/** Makes an offer look as old as if its first fifth were over: nobody waits a minute for a test. */
const age = async (offerId: string): Promise<void> => {
  await cell.cell.deps.db.sql(`update beds.offer set sent_at = sent_at - interval '4 minutes' where id = $1`, [offerId])
}

test('an unseen offer rings on the telephone of the demo, and “1” there takes the bed on every screen', async () => {
  const one = await offered()
  await age(one.offer?.id ?? '')
  const { page, faults } = await openPerson(browser, cell.url)
  await page.goto('/demo/phones')
  const phone = page.locator('.demo-phone', { hasText: `DURE ${one.code} ` })
  await phone.locator('.text-of-phone', { hasText: '1 수락 2 거절 3 전화' }).waitFor()
  assert.ok((await phone.textContent())?.includes(one.hospitalName))
  await phone.locator('input[name="reply"]').fill(`${one.code} 1`)
  await phone.locator('button[type="submit"]').click()
  await phone.locator('.text-of-phone', { hasText: '수락 접수' }).waitFor()
  const now = await stateOf(one.id)
  assert.equal(now.state, 'held')
  assert.equal(now.offers[0]?.channel, 'sms')
  assert.deepEqual(faults, [])
  await page.context().close()
})

test('with carrier A refusing the text comes by B, and the screen says so', async () => {
  const person = await openPerson(browser, cell.url)
  const { page } = person
  await page.goto('/demo/phones')
  await page.locator('[data-field="mood-a"] .chip', { hasText: '접수 거부' }).click()
  const one = await offered()
  await age(one.offer?.id ?? '')
  const phone = page.locator('.demo-phone', { hasText: `DURE ${one.code} ` })
  await phone
    .locator('.text-of-phone', { hasText: `DURE ${one.code}` })
    .first()
    .waitFor()
  const { out } = must(await (await callAs(cell.url, DESK))(channelEndpoints.listTexts, { query: {} }))
  const text = out.find((it) => it.text.startsWith(`DURE ${one.code} `))
  assert.deepEqual(
    text?.tries.map(({ carrier, state }) => `${carrier} ${state === 'failed' ? 'failed' : 'ok'}`),
    ['a failed', 'b ok'],
  )
  await enterAs(page, DESK)
  await page.goto('/channels')
  await page.locator('[data-carrier="a"][data-health="failing"]').waitFor()
  await page.goto('/demo/phones')
  await page.locator('[data-field="mood-a"] .chip', { hasText: '정상' }).click()
  await page.context().close()
})

test('a call is typed with the keyboard alone, and says who said it', async () => {
  const one = await offered()
  const { page, faults } = await openPerson(browser, cell.url)
  await enterAs(page, DESK)
  await page.goto('/phone')
  await page.locator('input[name="code"]').waitFor()
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'code')
  await page.keyboard.type(one.code)
  await page.locator('input[name="heardFrom"]').waitFor()
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'heardFrom')
  await page.keyboard.type('병상담당 김')
  await page.keyboard.press('Tab')
  await page.keyboard.type('2')
  await page.keyboard.press('Tab')
  await page.keyboard.type('1')
  await page.keyboard.press('Enter')
  await page.locator('.phone-done', { hasText: `${one.code} 기록함` }).waitFor()
  const [offer] = (await stateOf(one.id)).offers.filter(({ id }) => id === one.offer?.id)
  assert.equal(offer?.state, 'declined')
  assert.equal(offer?.declineReason, 'staff')
  assert.equal(offer?.channel, 'phone')
  assert.equal(offer?.heardFrom, '병상담당 김')
  assert.equal(
    await page.evaluate(() => document.activeElement?.getAttribute('name')),
    'code',
    'ready for the next call',
  )
  assert.deepEqual(faults, [])
  await page.context().close()
})

test('the dark sheet is kept on the device and opens when the server is gone; its file opens by itself; it prints on A4', async () => {
  const one = await offered()
  const { page, context, faults } = await openPerson(browser, cell.url)
  await enterAs(page, DESK)
  await page.goto('/dark-sheet')
  // The server keeps a sheet for some minutes; this one may be of before the request.
  await cell.cell.deps.db.sql(`update channels.dark_sheet set made_at = made_at - interval '10 minutes'`)
  await page.reload()
  const sheet = page.locator('.sheet-host')
  await sheet.getByText(one.code).first().waitFor()
  assert.deepEqual(faults, [], 'its style is none the policy refuses')
  assert.equal(
    await sheet
      .locator('thead th')
      .first()
      .evaluate((cell) => getComputedStyle(cell).backgroundColor),
    'rgb(230, 230, 230)',
  )
  const pdf = await page.pdf({ preferCSSPageSize: true })
  assert.ok(pdf.length > 10_000)
  const pictures = process.env.E2E_PICTURES
  const file = await context.request.get('/api/dark-sheet').then((answer) => answer.text())
  if (pictures !== undefined) {
    await mkdir(pictures, { recursive: true })
    await writeFile(`${pictures}/dark-sheet.pdf`, pdf)
    await writeFile(`${pictures}/dark-sheet.html`, file)
  }

  await context.route('**/api/**', (route) => route.abort())
  for (let tries = 0; (await sealedOf(page, 'sheet')) === 0 && tries < 50; tries += 1) await page.waitForTimeout(100)
  assert.equal(await sealedOf(page, 'sheet'), 1)
  assert.ok(!(await rawDevice(page)).includes(SEVERE.complaint))
  // Inside the app, without the server: away and back.
  await page.locator('.brand').click()
  await page.locator('.foot-link', { hasText: '비상 병상표' }).click()
  await sheet.getByText(one.code).first().waitFor()

  const alone = await browser.newContext({ offline: true })
  const bare = await alone.newPage()
  await bare.setContent(file)
  await bare.getByText(one.code).first().waitFor()
  await alone.close()
  await context.unroute('**/api/**')
  await context.close()
})

test('whoever signs out leaves no sheet on the device', async () => {
  const { page, context } = await openPerson(browser, cell.url)
  await enterAs(page, DESK)
  await page.goto('/dark-sheet')
  await page.locator('.sheet-host').waitFor()
  await page.locator('.person button').click()
  await page.locator('[data-person]').first().waitFor()
  for (let tries = 0; (await sealedOf(page, 'sheet')) > 0 && tries < 50; tries += 1) await page.waitForTimeout(100)
  assert.equal(await sealedOf(page, 'sheet'), 0)
  await context.close()
})

const LOOKS: readonly (Look & { readonly name: string })[] = [
  { name: 'desktop-ko', size: DESKTOP },
  { name: 'desktop-contrast-en', size: DESKTOP, contrast: true, language: 'en' },
  { name: 'phone-en', size: PHONE, language: 'en' },
  { name: 'phone-contrast-ko', size: PHONE, contrast: true },
]

const tooWide = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
    if (wide <= 0) return []
    const out = [...document.querySelectorAll('body *')].filter(
      (one) => one.getBoundingClientRect().right > innerWidth + 1,
    )
    return [`${wide} px too wide`, ...out.slice(0, 3).map((one) => one.outerHTML.slice(0, 150))]
  })

test('every screen of the channels passes axe and fits, on a phone and a desktop, in both languages and modes', async (t) => {
  const one = await offered()
  const hospitalDesk = await deskOf(cell, one.hospitalName)
  const screens = [
    { name: 'channels-desk', as: DESK, path: '/channels', ready: '.carrier' },
    { name: 'channels-hospital', as: hospitalDesk, path: '/channels', ready: '.number-head' },
    { name: 'phone', as: DESK, path: `/phone?code=${one.code}`, ready: 'input[name="heardFrom"]' },
    { name: 'dark-sheet', as: DESK, path: '/dark-sheet', ready: '.sheet-host' },
    { name: 'demo-phones', as: DESK, path: '/demo/phones', ready: '.demo-phone' },
  ]
  for (const { name: look, ...options } of LOOKS)
    await t.test(look, async () => {
      for (const who of new Set(screens.map(({ as }) => as))) {
        const { page, context, faults } = await openPerson(browser, cell.url, options)
        await enterAs(page, who)
        for (const screen of screens.filter(({ as }) => as === who)) {
          await page.goto(screen.path)
          await page.locator(screen.ready).first().waitFor()
          if (process.env.E2E_PICTURES !== undefined)
            await page.screenshot({ path: `${process.env.E2E_PICTURES}/${screen.name}.${look}.png`, fullPage: true })
          assert.deepEqual(await seriousFaults(page), [], screen.name)
          assert.deepEqual(await tooWide(page), [], screen.name)
        }
        assert.deepEqual(faults, [])
        await context.close()
      }
    })
})
