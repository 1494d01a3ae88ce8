import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { roomEndpoints } from '@dure/contract'
import type { Browser, Page } from 'playwright-core'
import { eventually } from '../packages/server/src/testing/process.ts'
import { callAs, must } from './api.ts'
import { enterAs, openPerson, startBrowser, takePictures, takePicturesOf } from './browser.ts'
import { onDisk } from './device.ts'
import { cellOfTwoServers, type TwoServers } from './two-servers.ts'

/** Two servers and a browser share what processors there are. */
const LIMIT_MS = 60_000
const DESK = 'demo-28-placement-1'

let servers: TwoServers
let browser: Browser
before(async () => {
  servers = await cellOfTwoServers()
  browser = await startBrowser()
})
after(async () => {
  if (browser !== undefined) {
    await takePictures(browser)
    await browser.close()
  }
  await servers?.[Symbol.asyncDispose]()
})

const picture = (page: Page, name: string): Promise<void> => takePicturesOf(page, `failover-${name}`)

const isListed = (page: Page): Promise<boolean> =>
  page.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        const open = indexedDB.open('dure-store')
        open.onsuccess = () => {
          const get = open.result.transaction('facts').objectStore('facts').get('servers')
          get.onsuccess = () => resolve(get.result !== undefined)
        }
      }),
  )

/** A picture that is a picture: 1 × 1. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const write = async (page: Page, text: string): Promise<void> => {
  await page.locator('.composer textarea').fill(text)
  await page.locator('.composer textarea').press('Enter')
}

test('the server of an open page is killed: the page goes on at the second without a reload, loses nothing that was being written, and says where it is', async (t) => {
  const colleague = await callAs(servers.second.url, 'demo-28-placement-2')
  const body = {
    ...{ id: crypto.randomUUID(), title: '두 서버', purpose: '하나가 꺼집니다' },
    parties: [{ kind: 'person' as const, personId: DESK }],
  }
  const { id } = must(await colleague(roomEndpoints.openRoom, { body }))
  const textsThere = async (text: string): Promise<number> => {
    const { items } = must(await colleague(roomEndpoints.roomTimeline, { params: { id }, query: { limit: 100 } }))
    return items.filter((one) => one.type === 'message' && one.body.kind === 'text' && one.body.text === text).length
  }
  const { page, context } = await openPerson(browser, servers.first.url, { installed: true })
  await enterAs(page, DESK)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await page.goto(`/rooms/${id}`)
  await write(page, '꺼지기 전')
  await page.locator('.message:not(.is-waiting)', { hasText: '꺼지기 전' }).waitFor()
  await eventually('the list of servers is on the device', () => isListed(page), LIMIT_MS)
  await page.evaluate(() => {
    ;(globalThis as { untouched?: boolean }).untouched = true
  })
  const field = page.locator('.composer textarea')
  await field.fill('쓰던 글')

  await servers.first.kill()
  const killed = performance.now()
  await page.locator('.connection-line:is([data-connection="reconnecting"], [data-connection="offline"])').waitFor()
  assert.equal(await page.locator('.other-server').count(), 0, 'no other server is claimed before there is one')
  assert.equal(await field.inputValue(), '쓰던 글')
  await field.press('Enter')
  const other = page.locator('.other-server', { hasText: new URL(servers.second.url).host })
  await other.waitFor({ timeout: LIMIT_MS })
  await page.locator('.connection-line[data-connection="connected"]').waitFor({ timeout: LIMIT_MS })
  t.diagnostic(`at the second server ${((performance.now() - killed) / 1000).toFixed(1)} s after the first was killed`)
  await page.locator('.message:not(.is-waiting)', { hasText: '쓰던 글' }).waitFor({ timeout: LIMIT_MS })
  assert.equal(await textsThere('쓰던 글'), 1)

  // Both ways, at the second: what a colleague writes arrives by itself, and so does a picture.
  const posted = { id: crypto.randomUUID(), body: { kind: 'text' as const, text: '둘째에서 봅니다' } }
  must(await colleague(roomEndpoints.postMessage, { params: { id }, body: posted }))
  await page.locator('.message', { hasText: '둘째에서 봅니다' }).waitFor({ timeout: LIMIT_MS })
  const png = { name: '사진.png', mimeType: 'image/png', buffer: PNG }
  await page.locator('.composer input[type="file"]').setInputFiles(png)
  await page.locator('.attachments .status').waitFor()
  await page.locator('.composer button[type="submit"]').click()
  await page.locator('.message-file[data-file="here"] img').waitFor({ timeout: LIMIT_MS })
  assert.equal(await page.evaluate(() => (globalThis as { untouched?: boolean }).untouched), true, 'never reloaded')
  await picture(page, 'second')

  // Opened anew while the first is still gone, with something begun: the device knows where it was working.
  const since = Date.now()
  await field.fill('다음 글')
  await onDisk(page, 'draft', since)
  await page.reload()
  await other.waitFor({ timeout: LIMIT_MS })
  await page.locator('.message', { hasText: '둘째에서 봅니다' }).waitFor({ timeout: LIMIT_MS })
  assert.equal(await field.inputValue(), '다음 글')
  await page.evaluate(() => {
    ;(globalThis as { untouched?: boolean }).untouched = true
  })

  await servers.first.start()
  await page.locator('.other-server').waitFor({ state: 'detached', timeout: LIMIT_MS })
  await page.locator('.connection-line[data-connection="connected"]').waitFor({ timeout: LIMIT_MS })
  assert.equal(await field.inputValue(), '다음 글')
  await field.press('Enter')
  await page.locator('.message:not(.is-waiting)', { hasText: '다음 글' }).waitFor({ timeout: LIMIT_MS })
  for (const text of ['꺼지기 전', '쓰던 글', '다음 글']) assert.equal(await textsThere(text), 1, text)
  assert.equal(await page.evaluate(() => (globalThis as { untouched?: boolean }).untouched), true, 'never reloaded')
  await context.close()
})
