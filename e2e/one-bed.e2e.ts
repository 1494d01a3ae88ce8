import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bedEndpoints, type Call } from '@dure/contract'
import type { Browser } from 'playwright-core'
import { ask, callAs, must, triaged } from './api.ts'
import { enterAs, openPerson, startBrowser, takePictures } from './browser.ts'
import { demoCell, deskOf, type RunningCell } from './cell.ts'

let cell: RunningCell
let browser: Browser
let doctor: Call
let desk: Call
before(async () => {
  cell = await demoCell()
  browser = await startBrowser()
  doctor = await callAs(cell.url, 'demo-28-er-1')
  desk = await callAs(cell.url, 'demo-28-placement-1')
})
after(async () => {
  await takePictures(browser)
  await browser.close()
  await cell[Symbol.asyncDispose]()
})

test('the last fitting bed of a hospital goes to one patient; the second is told no in a sentence and keeps waiting', async () => {
  const one = await triaged(doctor, desk)
  const other = await triaged(doctor, desk)
  const found = must(await desk(bedEndpoints.listCandidates, { params: { id: one.id }, query: {} }))
  const last = found.candidates.find((candidate) => candidate.freeFitting === 1)
  assert.ok(last, 'the demo region has a hospital with one fitting bed')
  await ask(desk, one, last.hospitalId)
  await ask(desk, other, last.hospitalId)

  const hospital = await openPerson(browser, cell.url)
  await enterAs(hospital.page, await deskOf(cell, last.hospitalName))
  const accept = async (code: string) => {
    const card = hospital.page.locator('.offer-card', { hasText: code })
    await card.getByRole('button', { name: '수용', exact: true }).click()
    await hospital.page.getByRole('dialog').locator('button[type="submit"]').click()
  }
  await accept(one.code)
  await hospital.page.getByRole('dialog').waitFor({ state: 'detached' })
  await hospital.page.locator('.hold').waitFor()
  await accept(other.code)
  const refusal = hospital.page.getByRole('dialog').getByRole('alert')
  await refusal.waitFor()
  assert.match(await refusal.innerText(), /거절됨/)

  const after = must(await desk(bedEndpoints.getRequest, { params: { id: other.id } }))
  assert.equal(after.hold, null)
  const slots = must(await desk(bedEndpoints.listSlots, { params: { id: last.hospitalId } })).slots
  assert.equal(slots.find((slot) => slot.id === last.slotId)?.state, 'held')
  assert.equal(slots.filter((slot) => slot.requestCode === other.code).length, 0)
})
