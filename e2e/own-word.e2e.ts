import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bedEndpoints, type Call } from '@dure/contract'
import type { Browser } from 'playwright-core'
import { ask, callAs, must, SEVERE, triaged } from './api.ts'
import { enterAs, openPerson, PHONE, startBrowser, takePictures } from './browser.ts'
import { demoCell, deskOf, type RunningCell } from './cell.ts'
import { chip } from './steps.ts'

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

test('a hospital stops taking patients on a phone: whoever waits for it is warned, the directory tells, and one tap resumes', async () => {
  const request = await triaged(doctor, desk)
  const found = must(await desk(bedEndpoints.listCandidates, { params: { id: request.id }, query: {} }))
  const best = found.candidates[0]
  assert.ok(best)
  await ask(desk, request, best.hospitalId)
  const watching = await openPerson(browser, cell.url)
  await enterAs(watching.page, 'demo-28-placement-1')
  await watching.page.goto(`/desk?request=${request.id}`)
  await watching.page.locator('.offer', { hasText: best.hospitalName }).waitFor()

  const hospital = await openPerson(browser, cell.url, { size: PHONE })
  await enterAs(hospital.page, await deskOf(cell, best.hospitalName))
  const word = hospital.page.locator('.own-word')
  await word.locator('.status-word', { hasText: '환자를 받고 있음' }).waitFor()
  await word.getByRole('button', { name: '수용 중단' }).click()
  const dialog = hospital.page.getByRole('dialog')
  await dialog.locator('button[type="submit"]').click()
  await dialog.locator('.field-error', { hasText: /\S/ }).first().waitFor()
  await chip(hospital.page, 'reason', '의료진 부족').click()
  await dialog.locator('.field-error', { hasText: /\S/ }).waitFor({ state: 'detached' })
  await dialog.locator('button[type="submit"]').click()
  await dialog.waitFor({ state: 'detached' })
  await word.locator('.stops', { hasText: '의료진 부족' }).waitFor()
  await hospital.page.locator('.offer-card .warning-text', { hasText: '환자를 받지 않는 중' }).waitFor()

  // Told without a reload.
  await watching.page.locator('.offer .warning-text', { hasText: '환자를 받지 않는 중' }).waitFor()
  await watching.page.goto('/hospitals')
  await watching.page.locator('.hospital-line', { hasText: best.hospitalName }).locator('.stop-tags').waitFor()
  await watching.page.goto(`/desk?request=${request.id}`)
  await watching.page.locator('.timeline-entry', { hasText: '병원이 알린 변화' }).waitFor()

  await word.getByRole('button', { name: '수용 재개' }).click()
  await word.locator('.status-word', { hasText: '환자를 받고 있음' }).waitFor()
  await watching.page.locator('.offer .warning-text').waitFor({ state: 'detached' })
  for (const person of [hospital, watching]) assert.deepEqual(person.faults, [])
})

test('the desk hears by phone that a hospital takes nobody, and that another one can do what was to be asked first', async () => {
  const request = await triaged(doctor, desk, { ...SEVERE, needs: ['sign_language'] })
  const person = await openPerson(browser, cell.url)
  await enterAs(person.page, 'demo-28-placement-1')
  await person.page.goto(`/desk?request=${request.id}`)
  const first = person.page.locator('.candidate', { hasText: '수어' }).first()
  await first.waitFor()
  const name = (await first.locator('.candidate-head a').innerText()).trim()
  await first.getByRole('button', { name: '전화로 확인' }).click()
  const dialog = person.page.getByRole('dialog')
  await chip(person.page, 'need.sign_language', '가능').first().click()
  await dialog.locator('[data-field="heardFrom"] input').fill('수간호사 한')
  await dialog.locator('button[type="submit"]').click()
  await dialog.waitFor({ state: 'detached' })
  const called = person.page.locator('.candidate', { hasText: name })
  await called.locator('.settled', { hasText: '수간호사 한' }).waitFor()
  assert.equal(await called.locator('.ask-first', { hasText: '수어' }).count(), 0)

  await called.locator('.candidate-head a').click()
  const word = person.page.locator('.own-word')
  await word.getByRole('button', { name: '수용 중단' }).click()
  await chip(person.page, 'reason', '원내 감염').click()
  await dialog.locator('[data-field="heardFrom"] input').fill('원무과 최')
  await dialog.locator('button[type="submit"]').click()
  await dialog.waitFor({ state: 'detached' })
  await word.locator('.stops', { hasText: '원무과 최' }).waitFor()
  await person.page.goto(`/desk?request=${request.id}`)
  await person.page.locator('.candidate').first().waitFor()
  await person.page.locator('.candidate', { hasText: name }).waitFor({ state: 'detached' })
  assert.deepEqual(person.faults, [])
})
