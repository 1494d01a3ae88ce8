import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { enterAs, openPerson, type Person, startBrowser, takePictures } from './browser.ts'
import { demoCell, deskOf, type RunningCell } from './cell.ts'
import { act, CHEST_TRAUMA, chip, fillEssentials, openInQueue, sendRequest, triage } from './steps.ts'

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

const enter = async (personId: string): Promise<Person> => {
  const person = await openPerson(browser, cell.url)
  await enterAs(person.page, personId)
  return person
}

test('severe chest trauma with COVID is asked for, offered to three, accepted, held, transported and admitted', async (t) => {
  const doctor = await enter('demo-28-er-1')
  const desk = await enter('demo-28-placement-1')
  const crew = await enter('demo-28-transport-1')
  const started = performance.now()

  await doctor.page.locator('.nav a', { hasText: '병상 요청' }).click()
  const effort = await fillEssentials(doctor.page, CHEST_TRAUMA)
  await chip(doctor.page, 'pathogen', '코로나').click()
  await chip(doctor.page, 'needs', '흉부외과').click()
  const { code, id } = await sendRequest(doctor.page)
  const seconds = (performance.now() - started) / 1000
  const presses = effort.taps + effort.keys + 4
  t.diagnostic(`request sent with ${presses} taps and keys in ${seconds.toFixed(1)} s`)
  assert.ok(presses <= 40, `${presses} taps and keys`)
  assert.ok(seconds <= 30, `${seconds} s`)

  await openInQueue(desk.page, code)
  await triage(desk.page, 'critical', 'immediate')
  assert.match(await desk.page.locator('.candidates-card').innerText(), /3곳에 동시에/)
  await desk.page.locator('.candidates-card .form-foot button', { hasText: '3곳에 수용 요청' }).click()
  await desk.page.locator('.offers .offer').nth(2).waitFor()
  const asked = await desk.page.locator('.offers .offer-head > strong').allInnerTexts()
  assert.equal(asked.length, 3)

  const first = asked[0] ?? ''
  const hospital = await enter(await deskOf(cell, first))
  const card = hospital.page.locator('.offer-card', { hasText: code })
  await card.getByRole('timer').waitFor()
  await card.getByRole('button', { name: '수용', exact: true }).click()
  await hospital.page.getByRole('dialog').locator('button[type="submit"]').click()
  await hospital.page.locator('.hold', { hasText: first }).waitFor()

  // Told without a reload, on every screen that is open.
  await doctor.page.locator('.ladder-steps .is-now', { hasText: '병상 확보' }).waitFor()
  await desk.page.locator('.hold-clock').waitFor()
  const states = await desk.page.locator('.offers .offer-head .status-word').allInnerTexts()
  assert.deepEqual([...states].sort(), ['수용', '철회', '철회'])

  await act(doctor.page, '배정 확정')
  await doctor.page.locator('.ladder-steps .is-now', { hasText: '배정 확정' }).waitFor()
  await crew.page.goto(`/requests/${id}`)
  await act(crew.page, '이송 준비')
  const form = crew.page.getByRole('dialog')
  await form.locator('[data-field="transport"] select').selectOption('ambulance_119')
  await form.locator('button[type="submit"]').click()
  await form.waitFor({ state: 'detached' })
  await act(crew.page, '출발')
  await crew.page.locator('.ladder-steps .is-now', { hasText: '이송 중' }).waitFor()
  await act(crew.page, '도착')
  await crew.page.locator('.ladder-steps .is-now', { hasText: '도착' }).waitFor()
  const arrival = hospital.page.locator('.offer-card', { hasText: code })
  await arrival.locator('.queue-foot', { hasText: '도착' }).waitFor()
  await arrival.locator('button', { hasText: '입원 처리' }).click()
  await doctor.page.locator('.ladder-steps .is-now', { hasText: '입원' }).waitFor()

  const timeline = await doctor.page.locator('.timeline').innerText()
  for (const word of ['요청 접수', '수용 요청 보냄', '병상 확보', '배정 확정', '출발', '도착', '입원'])
    assert.ok(timeline.includes(word), `the timeline tells of ${word}`)
  for (const person of [doctor, desk, crew, hospital]) assert.deepEqual(person.faults, [])
})
