import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { bedEndpoints, type Call, type RequestView, type SlotView } from '@dure/contract'
import type { Browser, Locator, Page } from 'playwright-core'
import { addressOf, DEMO_CELLS, portOf } from '../../packages/server/src/demo-cells/cells.ts'
import { type Nation, startNation } from '../../packages/server/src/demo-cells/nation.service.ts'
import { deskOf } from '../../packages/server/src/demo-cells/people.service.ts'
import { temporaryFolder } from '../../packages/server/src/testing/database.ts'
import { eventually } from '../../packages/server/src/testing/process.ts'
import { ask, callAs, must, triaged } from '../api.ts'
import { enterAs, openPerson, type Person, startBrowser, takePictures, takePicturesOf } from '../browser.ts'
import { sealedOf } from '../device.ts'
import { chip } from '../steps.ts'

/** Generous: four cells and a browser share what processors there are. */
const LIMIT_MS = 90_000
/** Incheon is lost; Seoul, first of its neighbours to be asked, stands in. */
const [HOME, NEIGHBOUR] = ['28', '11'] as const

let folder: string
let firstPort: number
let nation: Nation
let browser: Browser
let hospital: Person
let hospitalId: string

/** Ports in a row that nobody uses: the signed list has to name them before the cells run. */
const freePorts = async (count: number): Promise<number> => {
  for (let first = 9_400; first < 9_900; first += count) {
    const servers = Array.from({ length: count }, () => createServer())
    const free = await Promise.all(
      servers.map(
        (server, offset) =>
          new Promise<boolean>((resolve) => {
            server.once('error', () => resolve(false))
            server.listen(first + offset, '127.0.0.1', () => resolve(true))
          }),
      ),
    )
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    if (free.every(Boolean)) return first
  }
  throw new Error('no free ports')
}

before(async () => {
  folder = await temporaryFolder()
  firstPort = await freePorts(DEMO_CELLS.length + 1)
  nation = await startNation({
    ...{ dataDir: folder, pgBin: process.env.PGBIN, host: 'localhost', firstPort },
    ...{ controlPort: firstPort + DEMO_CELLS.length, set: 'cells', fresh: true },
  })
  browser = await startBrowser()
})
after(async () => {
  if (browser !== undefined) {
    await takePictures(browser)
    await browser.close()
  }
  await nation?.close()
  await rm(folder, { recursive: true, force: true })
})

/** As people type it; a session of each cell has a cookie name of its own. */
const urlOf = (code: string): string => {
  const offset = DEMO_CELLS.find((one) => one.code === code)?.offset ?? 0
  return addressOf('localhost', portOf(firstPort, offset))
}
const as = (code: string, who: string): Promise<Call> => callAs(nation.member(code).base(), who)

/** A question that may fail meanwhile, as long as the answer comes. */
const until = (what: string, holds: () => Promise<boolean>): Promise<void> =>
  eventually(what, () => holds().catch(() => false), LIMIT_MS)

const at = async (page: Page, neighbour: string | null): Promise<void> => {
  if (neighbour === null) await page.locator('.other-server').waitFor({ state: 'detached', timeout: LIMIT_MS })
  else await page.locator(`.other-server[data-server="${neighbour}"]`).waitFor({ timeout: LIMIT_MS })
  await page.locator('.connection-line[data-connection="connected"]').waitFor({ timeout: LIMIT_MS })
}

const picture = (page: Page, name: string): Promise<void> => takePicturesOf(page, `line-${name}`)

const cardOf = (page: Page, { code }: RequestView): Locator => page.locator('.offer-card', { hasText: code })

const accept = async (page: Page, request: RequestView): Promise<void> => {
  await cardOf(page, request).getByRole('button', { name: '수용', exact: true }).click()
  await page.getByRole('dialog').locator('button[type="submit"]').click()
  await page.getByRole('dialog').waitFor({ state: 'detached', timeout: LIMIT_MS })
}

const slotsAt = async (desk: Call, hospitalId: string): Promise<readonly SlotView[]> =>
  must(await desk(bedEndpoints.listSlots, { params: { id: hospitalId } })).slots

const stateAt = async (code: string): Promise<string | undefined> =>
  (await nation.ask<{ state: string }>(code, 'select state from platform.cell'))[0]?.state

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

const comeHome = async (): Promise<void> => {
  await until('Incheon knows who writes', async () => (await stateAt(HOME)) === 'stood-in')
  await until('Incheon takes its log back', async () => (await nation.comeBack(HOME)) === null)
  await until('Incheon writes', async () => (await stateAt(HOME)) === 'writing')
}

test('the cell is lost and Seoul stands in: an open screen of an Incheon hospital goes there by itself, is asked anew, accepts, and comes home', async (t) => {
  const desk = await as(HOME, 'demo-28-placement-1')
  const request = await triaged(await as(HOME, 'demo-28-er-1'), desk)
  const input = { params: { id: request.id }, query: {} }
  const best = must(await desk(bedEndpoints.listCandidates, input)).candidates.find(
    ({ freeFitting }) => freeFitting > 1,
  )
  assert.ok(best, 'a hospital has beds to spare')
  hospitalId = best.hospitalId
  await ask(desk, request, hospitalId)

  hospital = await openPerson(browser, urlOf(HOME), { installed: true })
  const { page } = hospital
  await enterAs(page, await deskOf(nation.member(HOME).base(), hospitalId))
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await page.goto('/hospital')
  await cardOf(page, request).locator('.answer-row').waitFor()
  await until('the list of servers is on the device', () => isListed(page))
  await until('what is needed is at hand', async () => (await sealedOf(page, 'query')) >= 8)
  await until('Seoul knows the request', async () => {
    const told = await nation.ask(NEIGHBOUR, `select from beds.told_request where id = $1 and state = 'offered'`, [
      request.id,
    ])
    return told.length === 1
  })
  await picture(page, 'home')

  await nation.member(HOME).kill()
  const lost = performance.now()
  await page.locator('.connection-line:is([data-connection="reconnecting"], [data-connection="offline"])').waitFor()
  assert.equal(await page.locator('.other-server').count(), 0, 'nobody stands in yet: it is not claimed')
  assert.equal(await nation.standIn(NEIGHBOUR, HOME), null)
  await at(page, NEIGHBOUR)
  t.diagnostic(
    `at the neighbour ${((performance.now() - lost) / 1000).toFixed(1)} s after the loss, standing in included`,
  )
  await page.locator('h1', { hasText: best.hospitalName }).waitFor({ timeout: LIMIT_MS })

  // Who was asked did not travel: the old question is gone, and no bed is believed before its hospital speaks.
  await cardOf(page, request).waitFor({ state: 'detached', timeout: LIMIT_MS })
  const there = await as(NEIGHBOUR, 'demo-28-placement-1')
  const free = async () => (await slotsAt(there, hospitalId)).filter(({ state }) => state === 'available')
  assert.ok((await free()).every(({ freshness }) => freshness === 'expired'))
  await page.locator('.slot', { hasText: '너무 오래됨' }).first().waitFor({ timeout: LIMIT_MS })
  await picture(page, 'neighbour')
  await page.locator('.still-true button').click()
  await until('its beds are believed', async () => (await free()).every(({ freshness }) => freshness === 'fresh'))

  const waiting = must(await there(bedEndpoints.getRequest, { params: { id: request.id } }))
  assert.equal(waiting.state, 'matching')
  await ask(there, waiting, hospitalId)
  await accept(page, request)
  const held = must(await there(bedEndpoints.getRequest, { params: { id: request.id } }))
  assert.deepEqual([held.state, held.hold?.hospitalId], ['held', hospitalId])

  const edited = (await free())[0]
  assert.ok(edited)
  await page.locator('.slot', { hasText: edited.label }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: '소독 시작', exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached', timeout: LIMIT_MS })

  // Its own word is read and said there, and goes home with the rest.
  const word = page.locator('.own-word')
  await word.locator('.status-word', { hasText: '환자를 받고 있음' }).waitFor({ timeout: LIMIT_MS })
  await word.getByRole('button', { name: '수용 중단' }).click()
  await chip(page, 'reason', '의료진 부족').click()
  await page.getByRole('dialog').locator('button[type="submit"]').click()
  await page.getByRole('dialog').waitFor({ state: 'detached', timeout: LIMIT_MS })
  await word.locator('.stops', { hasText: '의료진 부족' }).waitFor({ timeout: LIMIT_MS })
  await picture(page, 'neighbour-word')

  await nation.member(HOME).start()
  await comeHome()
  await at(page, null)
  await word.locator('.stops', { hasText: '의료진 부족' }).waitFor({ timeout: LIMIT_MS })
  await word.getByRole('button', { name: '수용 재개' }).click()
  await word.locator('.status-word', { hasText: '환자를 받고 있음' }).waitFor({ timeout: LIMIT_MS })
  const back = await as(HOME, 'demo-28-placement-1')
  await until('the accepted bed is home', async () => {
    const { state, hold } = must(await back(bedEndpoints.getRequest, { params: { id: request.id } }))
    return state === 'held' && hold?.slotId === held.hold?.slotId
  })
  await until('the edited bed is home', async () =>
    (await slotsAt(back, hospitalId)).some(({ id, state }) => id === edited.id && state === 'cleaning'),
  )
  await page.locator('.slot', { hasText: request.code }).waitFor({ timeout: LIMIT_MS })
  await picture(page, 'back')
})

test('the own cell answers, but a neighbour stands in for it: what is pressed there is done by the neighbour, and the screen goes along', async (t) => {
  const { page } = hospital
  nation.cutOff(HOME)
  assert.equal(await nation.standIn(NEIGHBOUR, HOME), null)
  nation.healAll()
  await until('Incheon knows who writes', async () => (await stateAt(HOME)) === 'stood-in')
  assert.equal(await page.locator('.other-server').count(), 0, 'its own cell still answers')
  await page.locator('.still-true button').click()
  await at(page, NEIGHBOUR)
  const there = await as(NEIGHBOUR, 'demo-28-placement-1')
  await until('the beds are believed at the neighbour', async () =>
    (await slotsAt(there, hospitalId)).every(({ state, freshness }) => state !== 'available' || freshness === 'fresh'),
  )
  await comeHome()
  // Whatever is pressed at the neighbour now is decided at home, without a wait for the next look there.
  const given = performance.now()
  await page.locator('.still-true button').click()
  await at(page, null)
  t.diagnostic(`at home ${((performance.now() - given) / 1000).toFixed(1)} s after the region was given back`)
  await hospital.context.close()
})
