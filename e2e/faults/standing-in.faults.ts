import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ControlAct, type ControlView, client, controlEndpoints } from '@dure/contract'
import type { Browser } from 'playwright-core'
import { eventually } from '../../packages/server/src/testing/process.ts'
import { must } from '../api.ts'
import { seriousFaults } from '../axe.ts'
import { DESKTOP, enterAs, openPerson, PHONE, startBrowser, takePictures } from '../browser.ts'
import { isNamespaced, owner, startWorld, type World } from './world.ts'

// What people press and see while cells are lost: the control page, the national board, standing in.

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

const press = async (body: ControlAct): Promise<ControlView> =>
  must(await client(`http://127.0.0.1:${world.control.port}`, fetch)(controlEndpoints.control, { body }))

for (const [name, look] of [
  ['desktop, Korean', { size: DESKTOP }],
  ['desktop, high contrast, English', { size: DESKTOP, contrast: true, language: 'en' }],
  ['phone, English', { size: PHONE, language: 'en' }],
  ['phone, high contrast, Korean', { size: PHONE, contrast: true }],
] as const)
  test(`the national board and the control page: nothing serious for axe, nothing sticks out (${name})`, async () => {
    const board = await openPerson(browser, world.base('00'), look)
    await enterAs(board.page, 'demo-00-national-1')
    await board.page.goto('/national')
    await board.page.locator('[data-region="28"]').first().waitFor()
    await board.page.locator('.province-label').first().waitFor({ state: 'attached' })
    const page = await openPerson(browser, `http://127.0.0.1:${world.control.port}`, look)
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
    (await world.control.view()).cells.some(({ cell, writes }) => cell === '41' && writes.includes('11')),
  )
  await press({ act: 'start', cell: '11' })
  await eventually('11 knows it', async () =>
    (await world.control.view()).cells.some(({ cell, state }) => cell === '11' && state === 'stood-in'),
  )
  await eventually(
    '11 takes its log back',
    async () => (await press({ act: 'return', cell: '11' })).done[0]?.refused === null,
  )
  await eventually('11 writes', async () =>
    (await world.control.view()).cells.some(({ cell, state }) => cell === '11' && state === 'writing'),
  )
})
