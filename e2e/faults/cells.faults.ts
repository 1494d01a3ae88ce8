import { after, before, type TestContext, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { enterAs, openPerson, startBrowser, takePictures } from '../browser.ts'
import { FIGURES, type Figures } from './figures.ts'
import { fullCut, killedUnderLoad, partialCut, restoredFromBackup } from './scenes.ts'
import { isNamespaced, owner, startWorld, type World } from './world.ts'

// Four processes, four databases, mutual TLS over ways that are cut for real.
let world: World
let browser: Browser
before(async () => {
  world = await startWorld({ namespacesOf: isNamespaced ? owner : undefined })
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

test('fully cut off, a region places its own patients and says "region only"; healed, all agree', async (t) => {
  const person = await openPerson(browser, world.base('11'))
  await enterAs(person.page, 'demo-11-placement-1')
  const ladder = (rung: string) => person.page.locator(`[data-ladder="${rung}"]`).waitFor({ timeout: 30_000 })
  await ladder('all')
  tell(t, await fullCut(world, { whileCut: () => ladder('only') }))
  await ladder('all')
  await person.context.close()
})

for (const how of ['refused', 'silent'] as const)
  test(`cut from each other (${how}), two regions still place across: a third one relays`, async (t) => {
    tell(t, await partialCut(world, how))
  })

test('a cell killed under load loses nothing that it acknowledged, and does nothing twice', async (t) => {
  tell(t, await killedUnderLoad(world))
})

test('a database restored from an old backup gets back what it had acknowledged since', async (t) => {
  tell(t, await restoredFromBackup(world))
})
