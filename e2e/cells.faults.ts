import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type ControlAct, type ControlView, client, controlEndpoints } from '@dure/contract'
import type { Browser, Page } from 'playwright-core'
import { isAgreed, untilAgreed } from '../packages/server/src/demo-cells/agreement.service.ts'
import { DEMO_CELLS } from '../packages/server/src/demo-cells/cells.ts'
import { startControl } from '../packages/server/src/demo-cells/control.service.ts'
import { type Nation, startNation } from '../packages/server/src/demo-cells/nation.service.ts'
import {
  askRegion,
  judged,
  placeAtHome,
  type Region,
  regionAt,
  untilConfirmed,
} from '../packages/server/src/demo-cells/placing.service.ts'
import { temporaryFolder } from '../packages/server/src/testing/database.ts'
import { eventually } from '../packages/server/src/testing/process.ts'
import { must } from './api.ts'
import { DESKTOP, enterAs, openPerson, PHONE, startBrowser, takePictures } from './browser.ts'

// Four processes, four databases, mutual TLS over links that are cut for real.
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const LIMIT_MS = 60_000

let folder: string
let nation: Nation
let control: Awaited<ReturnType<typeof startControl>>
let browser: Browser
before(async () => {
  folder = await temporaryFolder()
  control = await startControl('localhost', 0)
  nation = await startNation({
    dataDir: join(folder, '.dure'),
    pgBin: process.env.PGBIN,
    host: 'localhost',
    firstPort: 0,
    controlPort: control.port,
    set: 'cells',
    fresh: false,
  })
  control.leads(nation, (code) => baseOf(code))
  browser = await startBrowser()
})
after(async () => {
  await takePictures(browser)
  await browser.close()
  await nation.close()
  await control.close()
  await rm(folder, { recursive: true, force: true })
})

const baseOf = (code: string): string => `http://127.0.0.1:${nation.member(code).port()}`
const region = (code: string): Promise<Region> => regionAt(code, baseOf(code))
const press = async (body: ControlAct): Promise<ControlView> =>
  must(await client(`http://127.0.0.1:${control.port}`, fetch)(controlEndpoints.control, { body }))

/** Nothing lost, nothing twice: read from the four databases, not through the program. */
const allAgree = async (say: (text: string) => void): Promise<void> => {
  const found = await untilAgreed(nation, LIMIT_MS)
  assert.ok(isAgreed(found), JSON.stringify(found))
  say(`${found.records} records in every cell, ${found.promises} beds, ${found.acrossRegions} across regions, 0 twice`)
}

test('fully cut off, a region places its own patient and says "region only"; healed, all agree', async (t) => {
  const seoul = await region('11')
  const person = await openPerson(browser, baseOf('11'))
  await enterAs(person.page, 'demo-11-placement-1')
  await person.page.locator('[data-ladder="all"]').waitFor({ timeout: 30_000 })
  await press({ act: 'cut_off', cell: '11' })
  await person.page.locator('[data-ladder="only"]').waitFor({ timeout: 30_000 })
  const placed = await placeAtHome(seoul)
  t.diagnostic(`placed while cut off in ${placed.ms.toFixed(0)} ms`)
  const healed = performance.now()
  await press({ act: 'heal_all' })
  await allAgree((text) => t.diagnostic(text))
  t.diagnostic(`all agree ${(performance.now() - healed).toFixed(0)} ms after the links were healed`)
  await person.page.locator('[data-ladder="all"]').waitFor({ timeout: 30_000 })
  await person.context.close()
})

test('cut from each other, two regions still place across: a third one relays', async (t) => {
  await press({ act: 'cut', one: '11', other: '28' })
  const seoul = await region('11')
  const started = performance.now()
  const { requestId } = await askRegion(seoul, '28')
  await untilConfirmed(seoul, requestId, LIMIT_MS)
  t.diagnostic(`confirmed through a relay in ${(performance.now() - started).toFixed(0)} ms`)
  assert.equal(nation.isUp('11', '28'), false)
  await press({ act: 'heal_all' })
  await allAgree((text) => t.diagnostic(text))
})

test('a cell killed under load loses nothing that it acknowledged', async (t) => {
  const incheon = await region('28')
  const acknowledged: string[] = []
  let killed = false
  const load = Array.from({ length: 3 }, async () => {
    for (let at = 0; at < 200 && !killed; at += 1) {
      const made = await judged(incheon).catch(() => undefined)
      if (made !== undefined) acknowledged.push(made.id)
    }
  })
  await eventually('there is load', () => acknowledged.length >= 10)
  await press({ act: 'kill', cell: '28' })
  killed = true
  await Promise.all(load)
  const started = performance.now()
  await press({ act: 'start', cell: '28' })
  const back = (performance.now() - started).toFixed(0)
  const rows = await nation.databases.ask<{ id: string }>(nation.database('28'), 'select id from beds.request')
  const kept = new Set(rows.map(({ id }) => id))
  assert.deepEqual(
    acknowledged.filter((id) => !kept.has(id)),
    [],
  )
  t.diagnostic(`${acknowledged.length} acknowledged requests, none lost; back after ${back} ms`)
  await allAgree((text) => t.diagnostic(text))
})

// The log comes back whole. The beds of a restored cell are not yet made anew from it: only free beds are doubted.
const todo = 'a restored cell does not yet take up the requests and promises its log got back'
test('a database restored from an old backup gets its own records back from the neighbours', { todo }, async (t) => {
  const gyeonggi = await region('41')
  await nation.member('41').stop()
  await nation.backup('41', 'backup_of_41')
  await nation.member('41').start()
  const placed = await placeAtHome(await region('41'))
  await allAgree((text) => t.diagnostic(text))
  await nation.member('41').kill()
  await nation.restore('41', 'backup_of_41')
  const started = performance.now()
  await nation.member('41').start()
  await allAgree((text) => t.diagnostic(text))
  t.diagnostic(`agreed ${(performance.now() - started).toFixed(0)} ms after the start on the old backup`)
  // The record is back first; what it says is taken up when the new epoch opens.
  await eventually(`what ${gyeonggi.code} had acknowledged after the backup is back`, async () => {
    const [row] = await nation.databases.ask<{ state: string }>(
      nation.database('41'),
      'select state from beds.request where id = $1',
      [placed.requestId],
    )
    return row?.state === 'confirmed'
  })
})

const seriousFaults = async (page: Page): Promise<string[]> => {
  const found = (await page.evaluate(`${AXE}; axe.run(document, { resultTypes: ['violations'] })`)) as {
    violations: { id: string; impact: string | null; nodes: { html: string }[] }[]
  }
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
}

for (const [name, look] of [
  ['desktop, Korean', { size: DESKTOP }],
  ['desktop, high contrast, English', { size: DESKTOP, contrast: true, language: 'en' }],
  ['phone, English', { size: PHONE, language: 'en' }],
  ['phone, high contrast, Korean', { size: PHONE, contrast: true }],
] as const)
  test(`the national board and the control page: nothing serious for axe, nothing sticks out (${name})`, async () => {
    const board = await openPerson(browser, baseOf('00'), look)
    await enterAs(board.page, 'demo-00-national-1')
    await board.page.goto('/national')
    await board.page.locator('tr[data-region="28"]').waitFor()
    await board.page.locator('.province-label').first().waitFor({ state: 'attached' })
    const page = await openPerson(browser, `http://127.0.0.1:${control.port}`, look)
    await page.page.goto('/demo/control')
    await page.page.locator('[data-pair]').first().waitFor()
    for (const one of [board.page, page.page]) {
      assert.deepEqual(await seriousFaults(one), [])
      assert.ok(await one.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth))
    }
    if (process.env.E2E_PICTURES === undefined) for (const one of [board, page]) await one.context.close()
  })

test('a neighbour stands in by two signatures, and gives the region back', async () => {
  await press({ act: 'kill', cell: '11' })
  const stood = await press({ act: 'stand_in', writer: '41', origin: '11' })
  assert.equal(stood.done[0]?.refused, null)
  await eventually('41 writes for 11', async () =>
    (await control.view()).cells.some(({ cell, writes }) => cell === '41' && writes.includes('11')),
  )
  await press({ act: 'start', cell: '11' })
  await eventually('11 knows it', async () =>
    (await control.view()).cells.some(({ cell, state }) => cell === '11' && state === 'stood-in'),
  )
  await eventually(
    '11 takes its log back',
    async () => (await press({ act: 'return', cell: '11' })).done[0]?.refused === null,
  )
  await eventually('11 writes', async () =>
    (await control.view()).cells.some(({ cell, state }) => cell === '11' && state === 'writing'),
  )
  assert.equal(DEMO_CELLS.length, 4)
})
