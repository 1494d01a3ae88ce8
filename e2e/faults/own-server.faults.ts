import { after, before, type TestContext, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { placeOf } from '../../packages/server/src/demo-cells/nation.service.ts'
import { enterAs, openPerson, startBrowser, takePictures } from '../browser.ts'
import { CHEST_TRAUMA, fillEssentials } from '../steps.ts'
import { FIGURES, type Figures } from './figures.ts'
import { databaseKilled, diskFull } from './own-server.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'
import { isNamespaced, owner, startWorld, type World } from './world.ts'

// One of four cells runs its own embedded PostgreSQL, as a cell alone does; as root it lies on a small disk.
const CODE = '41'
const DISK_MB = 320
const isRoot = process.getuid?.() === 0

let world: World
let browser: Browser
let disk: SmallDisk | undefined
let place = ''
before(async () => {
  world = await startWorld({
    namespacesOf: isNamespaced ? owner : undefined,
    ownServer: [CODE],
    before: async (dataDir) => {
      place = placeOf({ dataDir, set: 'cells' }, CODE)
      if (isRoot) disk = await mountSmallDisk(place, DISK_MB, owner)
    },
  })
  browser = await startBrowser()
})
after(async () => {
  if (browser !== undefined) {
    await takePictures(browser)
    await browser.close()
  }
  await world?.close()
})

const tell = (t: TestContext, figures: Figures): void => t.diagnostic(`${FIGURES}${JSON.stringify(figures)}`)

test('a database killed under load is started again by its cell, and nothing acknowledged is lost', async (t) => {
  tell(t, await databaseKilled(world, CODE, place))
})

test('a full disk: writes are refused as such, reading and the other cells go on, and with room again it resumes by itself', async (t) => {
  if (disk === undefined) {
    t.diagnostic('not played: a small disk of its own needs root')
    return
  }
  const { page, context } = await openPerson(browser, world.base(CODE))
  await enterAs(page, `demo-${CODE}-er-1`)
  await page.locator('.nav a', { hasText: '병상 요청' }).click()
  await fillEssentials(page, CHEST_TRAUMA)
  const onScreen = async () => {
    await page.locator('.form-foot button[type="submit"]').click()
    await page.getByText('서버의 저장 공간 부족').first().waitFor({ timeout: 60_000 })
    const pictures = process.env.E2E_PICTURES
    if (pictures !== undefined) await page.screenshot({ path: `${pictures}/full-disk.png` })
  }
  tell(t, await diskFull(world, CODE, { disk, place, onScreen }))
  // What was pressed while there was no room has been sent again by the device, and is a request now.
  await page.waitForURL(/\/requests\/(?!new)/, { timeout: 60_000 })
  await context.close()
})
