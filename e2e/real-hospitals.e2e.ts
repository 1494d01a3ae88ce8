import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { openPerson, type Person, startBrowser, takePictures } from './browser.ts'
import { emptyCell, type RunningCell } from './cell.ts'
import { act, CHEST_TRAUMA, chip, fillEssentials, openInQueue, sendRequest, triage } from './steps.ts'

const REGISTER = fileURLToPath(new URL('../../shared/data/hospitals.csv', import.meta.url))
const DURE = fileURLToPath(new URL('../packages/server/bin/dure.ts', import.meta.url))
const present = existsSync(REGISTER)
if (!present) process.stdout.write('1 cases not present (../shared absent)\n')

/** Real hospitals of Incheon, by their number in the register. */
const ASKING = 'PHMA220143560021021200001'
const ANSWERING = [
  { id: 'PHMA219963490019021200001', name: '인하대학교의과대학부속병원' },
  { id: 'PHMA219873530019021200001', name: '길병원' },
  { id: 'PHMA219813540021021200001', name: '인천성모병원' },
] as const

let cell: RunningCell
let browser: Browser
before(async () => {
  if (!present) return
  cell = await emptyCell()
  browser = await startBrowser()
})
after(async () => {
  if (!present) return
  await takePictures(browser)
  await browser.close()
  await cell[Symbol.asyncDispose]()
})

/** What an operator types. */
const dure = async (...args: readonly string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, [DURE, ...args], {
    env: { ...process.env, DATABASE_URL: cell.databaseUrl, DURE_HOST: '127.0.0.1', DURE_PORT: new URL(cell.url).port },
  })
  return stdout
}

/** A person made by the operator opens the one-time link. */
const enterByLink = async (name: string, role: string, facility?: string): Promise<Person> => {
  const printed = await dure(
    'person',
    'add',
    '--name',
    name,
    '--role',
    role,
    ...(facility ? ['--facility', facility] : []),
  )
  const link = /http\S+/.exec(printed)?.[0] ?? ''
  const person = await openPerson(browser, cell.url)
  await person.page.goto(link)
  await person.page.getByRole('button', { name: '들어가기' }).click()
  await person.page.locator('.person-name').waitFor({ state: 'attached' })
  // Whoever came by a link is first asked for a passkey; then to the first thing of their work.
  await person.page.waitForURL('**/account')
  await person.page.goto('/')
  return person
}

/** A bed with its staff, recorded on the hospital's own screen. */
const addBed = async (page: Page, label: string): Promise<void> => {
  await page.getByRole('button', { name: '병상 추가' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('[data-field="label"] input').fill(label)
  await dialog.locator('[data-field="bedClass"] select').selectOption('CRITICAL')
  await dialog.locator('[data-field="isolation"] select').selectOption('negative_pressure')
  await dialog.locator('button[type="submit"]').click()
  await dialog.waitFor({ state: 'detached' })
  await page.locator('.slot', { hasText: label }).waitFor()
}

test('the same story on the real hospitals of Incheon, imported from the register', { skip: !present }, async (t) => {
  t.diagnostic((await dure('import', 'hospitals', REGISTER)).split('\n').slice(0, 2).join(' '))
  const doctor = await enterByLink('김응급', 'requester', ASKING)
  const desk = await enterByLink('이배정', 'placement_desk')
  const hospitals = []
  for (const { id, name } of ANSWERING) {
    const person = await enterByLink(`${name} 병상`, 'hospital_desk', id)
    await addBed(person.page, '중증 음압 1')
    hospitals.push({ id, name, ...person })
  }

  await doctor.page.locator('.nav a', { hasText: '병상 요청' }).click()
  await fillEssentials(doctor.page, CHEST_TRAUMA)
  await chip(doctor.page, 'pathogen', '코로나').click()
  await chip(doctor.page, 'needs', '흉부외과').click()
  const { code } = await sendRequest(doctor.page)
  await openInQueue(desk.page, code)
  await triage(desk.page, 'critical', 'immediate')
  await desk.page.locator('.candidates-card .form-foot button', { hasText: '3곳에 수용 요청' }).click()
  await desk.page.locator('.offers .offer').nth(2).waitFor()
  // The hospitals without a recorded bed are named with the reason.
  assert.match(await desk.page.locator('.why-not summary').innerText(), /안 되는 병원 [\d,]+곳/)

  const first = hospitals[0]
  assert.ok(first)
  await first.page.locator('.offer-card', { hasText: code }).getByRole('button', { name: '수용', exact: true }).click()
  await first.page.getByRole('dialog').locator('button[type="submit"]').click()
  await first.page.locator('.hold', { hasText: '중증 음압 1' }).waitFor()
  for (const other of hospitals.slice(1)) await other.page.getByText('지금 답할 요청이 없습니다').waitFor()
  await act(doctor.page, '배정 확정')
  await doctor.page.locator('.ladder-steps .is-now', { hasText: '배정 확정' }).waitFor()

  await doctor.page.goto('/hospitals')
  await doctor.page.locator('[data-field="q"] input').fill('인하대학교')
  await doctor.page.locator('.hospital-name', { hasText: '인하대학교의과대학부속병원' }).click()
  await doctor.page.locator('.departments', { hasText: '흉부외과' }).waitFor()
  for (const person of [doctor, desk, ...hospitals])
    assert.deepEqual(
      // Asking for the demo's people where there is no demo is answered by 404, once, on the sign-in page.
      person.faults.filter((fault) => !fault.includes('404')),
      [],
    )
})
