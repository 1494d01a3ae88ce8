import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { bedEndpoints, type Call, listDemoPeople } from '@dure/contract'
import type { Browser } from 'playwright-core'
import { DEMO_CELLS } from '../packages/server/src/demo-cells/cells.ts'
import { type Nation, startNation } from '../packages/server/src/demo-cells/nation.service.ts'
import { temporaryFolder } from '../packages/server/src/testing/database.ts'
import { ask, callAs, must, triaged } from './api.ts'
import { enterAs, openPerson, startBrowser, takePictures } from './browser.ts'
import { sealedOf } from './device.ts'

let folder: string
let firstPort: number
let nation: Nation
let browser: Browser

/** Ports in a row that nobody uses: the signed list has to name them before the cells run. */
const freePorts = async (count: number): Promise<number> => {
  for (let first = 9_400; first < 9_900; first += count + 1) {
    const servers = Array.from({ length: count }, () => createServer())
    const taken = await Promise.all(
      servers.map(
        (server, offset) =>
          new Promise<boolean>((resolve) => {
            server.once('error', () => resolve(true))
            server.listen(first + offset, '127.0.0.1', () => resolve(false))
          }),
      ),
    )
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    if (taken.every((one) => !one)) return first
  }
  throw new Error('no free ports')
}

before(async () => {
  folder = await temporaryFolder()
  firstPort = await freePorts(DEMO_CELLS.length)
  nation = await startNation({
    dataDir: folder,
    pgBin: process.env.PGBIN,
    host: '127.0.0.1',
    firstPort,
    controlPort: 9_399,
    set: 'cells',
    fresh: true,
  })
  browser = await startBrowser()
})
after(async () => {
  await takePictures(browser)
  await browser.close()
  await nation.close()
  await rm(folder, { recursive: true, force: true })
})

const urlOf = (code: string): string => {
  const cell = DEMO_CELLS.find((one) => one.code === code)
  return `http://${cell?.host}.localhost:${firstPort + (cell?.offset ?? 0)}`
}
const apiOf = (code: string): string => `http://127.0.0.1:${nation.member(code).port()}`

const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 240; tries += 1) {
    if (await holds().catch(() => false)) return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  assert.fail(`never: ${what}`)
}

const deskIn = async (call: Call, hospitalName: string): Promise<string> => {
  const { people } = must(await call(listDemoPeople))
  const found = people.find((one) => one.roles.includes('hospital_desk') && one.facilityName === hospitalName)
  assert.ok(found)
  return found.id
}

test('when the own cell is lost and Seoul stands in, a hospital of Incheon answers from its own open screen, there', async (t) => {
  const doctor = await callAs(apiOf('28'), 'demo-28-er-1')
  const desk = await callAs(apiOf('28'), 'demo-28-placement-1')
  const request = await triaged(doctor, desk)
  const found = must(await desk(bedEndpoints.listCandidates, { params: { id: request.id }, query: {} })).candidates
  const best = found.find((one) => one.freeFitting > 1 && !('sido' in one && one.sido !== '28')) ?? found[0]
  assert.ok(best)
  await ask(desk, request, best.hospitalId)

  const person = await openPerson(browser, urlOf('28'), { installed: true })
  const { page } = person
  await enterAs(page, await deskIn(desk, best.hospitalName))
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await page.goto('/hospital')
  await page.locator('.offer-card', { hasText: request.code }).locator('.answer-row').waitFor()
  await until('the list of servers is on the device', () =>
    page.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          const open = indexedDB.open('dure-store')
          open.onsuccess = () => {
            const get = open.result.transaction('facts').objectStore('facts').get('servers')
            get.onsuccess = () => resolve(get.result !== undefined)
          }
        }),
    ),
  )
  await until('what is needed is at hand', async () => (await sealedOf(page, 'query')) >= 8)
  await until('Seoul knows the request', async () => {
    const rows = await nation.databases.ask<{ n: string }>(
      nation.database('11'),
      `select count(*) as n from platform.oplog where origin = '28' and body::text like '%' || $1 || '%'`,
      [request.id],
    )
    return Number(rows[0]?.n ?? 0) > 1
  })

  await nation.member('28').kill()
  const lost = performance.now()
  await page.locator('.connection-line:is([data-connection="reconnecting"], [data-connection="offline"])').waitFor()
  assert.equal(await page.locator('.other-server').count(), 0, 'nobody stands in yet: it is not claimed')
  await nation.standIn('11', '28')
  await page.locator('.other-server[data-server="11"]').waitFor({ timeout: 60_000 })
  await page.locator('.connection-line[data-connection="connected"]').waitFor({ timeout: 60_000 })
  t.diagnostic(
    `at the neighbour ${((performance.now() - lost) / 1000).toFixed(1)} s after the kill, standing in included`,
  )

  const card = page.locator('.offer-card', { hasText: request.code })
  await card.getByRole('button', { name: '수용', exact: true }).click()
  await page.getByRole('dialog').locator('button[type="submit"]').click()
  await page.getByRole('dialog').waitFor({ state: 'detached', timeout: 60_000 })
  const seoul = await callAs(apiOf('11'), 'demo-28-placement-1')
  await until(
    'it is held',
    async () => must(await seoul(bedEndpoints.getRequest, { params: { id: request.id } })).state === 'held',
  )

  await nation.member('28').start()
  await nation.comeBack('28')
  await page.locator('.other-server').waitFor({ state: 'detached', timeout: 60_000 })
  await page.locator('.connection-line[data-connection="connected"]').waitFor({ timeout: 60_000 })
  await person.context.close()
})
