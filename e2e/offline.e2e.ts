import assert from 'node:assert/strict'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { after, before, beforeEach, test } from 'node:test'
import { bedEndpoints, type Call, getMe, type RequestView, roomEndpoints } from '@dure/contract'
import type { Browser, Page } from 'playwright-core'
import { temporaryFolder } from '../packages/server/src/testing/database.ts'
import { ask, callAs, must, SEVERE, triaged } from './api.ts'
import { seriousFaults } from './axe.ts'
import { type BehindLine, cellBehindLine } from './behind-line.ts'
import { DESKTOP, enterAs, type Look, openPerson, type Person, PHONE } from './browser.ts'
import { demoCell, deskOf, type RunningCell } from './cell.ts'
import { rawDevice, sealedOf } from './device.ts'
import type { Line } from './line.ts'

let line: Line
let cell: RunningCell
let browser: Browser
let doctor: Call
let desk: Call
let all: BehindLine
before(async () => {
  all = await cellBehindLine()
  ;({ line, cell, browser, doctor, desk } = all)
})
beforeEach(() => line.set('open'))
after(() => all[Symbol.asyncDispose]())

interface Asked {
  readonly request: RequestView
  readonly roomId: string
  readonly hospitalId: string
  readonly person: Person
  /** The same person, calling from elsewhere. */
  readonly hospital: Call
}

/** Waits for something outside the page. */
const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 120; tries += 1) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  assert.fail(`never: ${what}`)
}

/** A patient for whom one hospital is asked; that hospital's screen, with the program and the room on the device. */
const asked = async (look: Look = {}): Promise<Asked> => {
  const request = await triaged(doctor, desk)
  const found = must(await desk(bedEndpoints.listCandidates, { params: { id: request.id }, query: {} })).candidates
  const best = found.find((one) => one.freeFitting > 1) ?? found[0]
  assert.ok(best)
  await ask(desk, request, best.hospitalId)
  const hospitalDesk = await deskOf(cell, best.hospitalName)
  const hospital = await callAs(cell.url, hospitalDesk)
  const { rooms } = must(await hospital(roomEndpoints.listRooms, { query: { closed: 'no', limit: 50 } }))
  const room = rooms.find(({ kind }) => kind === 'hospital_desk')
  assert.ok(room)
  const person = await openPerson(browser, line.url, { ...look, installed: true })
  const { page } = person
  await enterAs(page, hospitalDesk)
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await page.locator('.offer-card', { hasText: request.code }).locator('.answer-row').waitFor()
  await page.locator('.tray-button:not(:has(.count))').waitFor({ state: 'attached' })
  return { request, roomId: room.id, hospitalId: best.hospitalId, person, hospital }
}

/** Neither a network card nor a server. */
const cutOff = async (person: Person): Promise<void> => {
  // Own beds, rosters and rooms are read in the background, a few seconds after the first screen, one after the other.
  let before = -1
  await until('what is needed is at hand', async () => {
    const now = await sealedOf(person.page, 'query')
    const same = now === before && now >= 12
    before = now
    await person.page.waitForTimeout(2_000)
    return same
  })
  await all.cutOff(person)
}

/** The tab is closed; another is opened without any network, at this address. */
const reopen = async ({ context, page }: Person, path: string): Promise<Page> => {
  await page.close()
  const again = await context.newPage()
  again.setDefaultTimeout(20_000)
  await again.goto(`${line.url}${path}`)
  return again
}

const write = async (page: Page, text: string): Promise<void> => {
  const field = page.locator('.composer textarea')
  await field.fill(text)
  await page.locator('.composer button[type="submit"]').click()
}

const accept = async (page: Page, code: string): Promise<void> => {
  await page.locator('.offer-card', { hasText: code }).getByRole('button', { name: '수용', exact: true }).click()
  await page.getByRole('dialog').locator('button[type="submit"]').click()
  await page.getByRole('dialog').getByText('기기에 보관됨').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: '닫기' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

const reportBeds = async (page: Page, bedClass: string, available: string): Promise<void> => {
  const form = page.locator('form', { has: page.locator('[data-field="staffedTotal"]') })
  if (!(await form.isVisible())) await page.locator('summary', { hasText: '새로 보고하기' }).first().click()
  await form.locator('[data-field="bedClass"] select').selectOption(bedClass)
  await form.locator('[data-field="staffedTotal"] input').fill('20')
  await form.locator('[data-field="available"] input').fill(available)
  await form.locator('button[type="submit"]').click()
}

const textsIn = async (hospital: Call, roomId: string): Promise<readonly string[]> => {
  const { items } = must(await hospital(roomEndpoints.roomTimeline, { params: { id: roomId }, query: { limit: 100 } }))
  return items.flatMap((item) => (item.type === 'message' && item.body.kind === 'text' ? [item.body.text] : []))
}

const acceptances = async (request: RequestView): Promise<number> => {
  const { entries } = must(await desk(bedEndpoints.timeline, { params: { id: request.id } }))
  return entries.filter((entry) => entry.kind === 'offer_accept').length
}

const waitingIn = (page: Page, count: number) => page.locator('.tray-button', { hasText: `${count} 대기` })

test('twenty messages, an acceptance and beds, done without any network, survive the tab and arrive once, in order', async () => {
  const { request, roomId, hospitalId, person, hospital } = await asked()
  const first = person.page
  await cutOff(person)

  await first.locator('.nav a', { hasText: '대화방' }).click()
  await first.locator(`a[href$="/rooms/${roomId}"]`).first().click()
  const texts = Array.from({ length: 20 }, (_, number) => `병실 준비 ${number + 1}`)
  for (const text of texts) await write(first, text)
  await waitingIn(first, 20).waitFor()
  await first.locator('.nav a', { hasText: '병원 데스크' }).click()
  await accept(first, request.code)
  await reportBeds(first, 'SEMI_CRITICAL', '3')
  await reportBeds(first, 'MODERATE', '7')
  await waitingIn(first, 23).waitFor()

  await until('all of it is on the disk', async () => (await sealedOf(first, 'outbox')) >= 23)
  const raw = await rawDevice(first)
  for (const secret of [SEVERE.complaint, '흉부외상', '병실 준비', request.id, 'staffedTotal', person.page.url()])
    assert.ok(!raw.includes(secret), `${secret} can be read on the disk`)

  const page = await reopen(person, `/rooms/${roomId}`)
  await page.locator('.message.is-waiting').nth(19).waitFor()
  assert.deepEqual(await page.locator('.message.is-waiting .message-text').allInnerTexts(), texts)
  await waitingIn(page, 23).waitFor()
  await page.locator('.connection-line:is([data-connection="reconnecting"], [data-connection="offline"])').waitFor()
  assert.match(await page.locator('.shown-age').innerText(), /전$/, 'what is shown says how old it is')
  assert.equal(await acceptances(request), 0)
  await write(page, '다시 연 뒤에 씀')
  await waitingIn(page, 24).waitFor()

  await all.heal(person)
  await page.locator('.tray-button:not(:has(.count))').waitFor({ timeout: 60_000 })
  assert.deepEqual((await textsIn(hospital, roomId)).slice(-21), [...texts, '다시 연 뒤에 씀'])
  assert.equal(await acceptances(request), 1)
  const { reports } = must(await desk(bedEndpoints.listCapacity, { params: { id: hospitalId } }))
  const available = (bedClass: string) => reports.find((one) => one.bedClass === bedClass)?.available
  assert.deepEqual([available('SEMI_CRITICAL'), available('MODERATE')], [3, 7])
  await page.locator('.message.is-waiting').first().waitFor({ state: 'detached' })
  await person.context.close()
})

test('what the region decided meanwhile refuses an acceptance made without network, and the screen says why and what to do', async () => {
  const { request, person } = await asked()
  await cutOff(person)
  await accept(person.page, request.code)
  await waitingIn(person.page, 1).waitFor()
  const page = await reopen(person, '/hospital')
  await waitingIn(page, 1).waitFor()
  const now = must(await desk(bedEndpoints.getRequest, { params: { id: request.id } }))
  const cancel = { event: 'cancel', reason: 'recovered' } as const
  must(
    await doctor(bedEndpoints.actOnRequest, {
      params: { id: request.id },
      body: { act: cancel, version: now.version },
    }),
  )
  await all.heal(person)
  const tray = page.locator('.tray-button', { hasText: '1 거절' })
  await tray.waitFor({ timeout: 60_000 })
  await tray.click()
  const row = page.locator('.tray-row', { hasText: request.code })
  assert.match(await row.locator('.act-state').innerText(), /거절.+\n.+/s, 'the reason, and what to do next')
  assert.equal(await acceptances(request), 0)
  await person.context.close()
})

test('what the device cannot keep is said to be only in this window, and is sent when the line is back', async () => {
  const { request, person } = await asked()
  const { page } = person
  await cutOff(person)
  await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
  })
  const card = page.locator('.offer-card', { hasText: request.code })
  await card.getByRole('button', { name: '수용', exact: true }).click()
  await page.getByRole('dialog').locator('button[type="submit"]').click()
  await page.getByRole('dialog').getByText('이 기기에 저장하지 못함').waitFor()
  assert.equal(await page.getByText('기기에 보관됨').count(), 0)
  await all.heal(person)
  await until('the acceptance arrived', async () => (await acceptances(request)) === 1)
  await person.context.close()
})

test('two tabs of one person share what is on its way, and send it once and in order', async () => {
  const { roomId, person, hospital } = await asked()
  const one = person.page
  const two = await person.context.newPage()
  two.setDefaultTimeout(20_000)
  for (const tab of [one, two]) {
    await tab.goto(`${line.url}/rooms/${roomId}`)
    await tab.locator('.composer textarea').waitFor()
  }
  await cutOff(person)
  const texts = Array.from({ length: 8 }, (_, number) => `두 탭 ${number + 1}`)
  for (const [number, text] of texts.entries()) {
    const [here, there] = number % 2 === 0 ? [one, two] : [two, one]
    await write(here, text)
    await there.locator('.message.is-waiting', { hasText: text }).waitFor()
  }
  await all.heal(person)
  for (const tab of [one, two]) await tab.locator('.tray-button:not(:has(.count))').waitFor({ timeout: 60_000 })
  assert.deepEqual((await textsIn(hospital, roomId)).slice(-8), texts)
  await person.context.close()
})

test('after signing out nothing of the cell is left on the device and no key, and what was not sent waits sealed for its writer', async () => {
  const { request, roomId, person, hospital } = await asked()
  const { page } = person
  await cutOff(person)
  await page.locator('.nav a', { hasText: '대화방' }).click()
  await page.locator(`a[href$="/rooms/${roomId}"]`).first().click()
  await write(page, '나가기 전에 쓴 말')
  await until('it is on the disk', async () => (await sealedOf(page, 'outbox')) >= 1)
  await page.locator('.person button').click()
  await page.waitForURL(/sign-in/)
  await until('what was read is gone', async () => (await sealedOf(page, 'query')) === 0)
  assert.equal(await sealedOf(page, 'me'), 0)
  assert.ok((await sealedOf(page, 'outbox')) >= 1)
  const keys = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const open = indexedDB.open('dure-store')
        open.onsuccess = () => {
          const count = open.result.transaction('vaults').objectStore('vaults').count()
          count.onsuccess = () => resolve(count.result)
        }
      }),
  )
  assert.equal(keys, 0)
  const again = await reopen(person, `/rooms/${roomId}`)
  await again.waitForURL(/sign-in/)
  assert.equal(await again.getByText(request.code).count(), 0)

  await all.heal(person)
  const { id } = must(await hospital(getMe, {}))
  await enterAs(again, id)
  await until('it has arrived', async () => (await textsIn(hospital, roomId)).includes('나가기 전에 쓴 말'))
  await person.context.close()
})

test('a push that says anything at all shows one sentence without content; what waits is read after opening', async () => {
  const { request, person } = await asked()
  const { page, context } = person
  await context.grantPermissions(['notifications'], { origin: line.url })
  const cdp = await context.newCDPSession(page)
  const registrations: { registrationId: string }[] = []
  cdp.on('ServiceWorker.workerRegistrationUpdated', (event) => registrations.push(...event.registrations))
  await cdp.send('ServiceWorker.enable')
  await until('the worker is known', async () => registrations.length > 0)
  const registrationId = registrations[0]?.registrationId ?? ''
  // A headless browser has no place to show it in: what the worker asks to be shown is noted.
  const [worker] = context.serviceWorkers()
  assert.ok(worker)
  await worker.evaluate(() => {
    const shown: string[] = []
    const own = globalThis as unknown as { shown: string[]; registration: ServiceWorkerRegistration }
    own.shown = shown
    own.registration.showNotification = async (title, options) => void shown.push(`${title}|${options?.body}`)
  })
  const data = `${request.code} ${SEVERE.complaint}`
  await cdp.send('ServiceWorker.deliverPushMessage', { origin: line.url, registrationId, data })
  const shown = () => worker.evaluate(() => (globalThis as unknown as { shown: string[] }).shown)
  await until('it is shown', async () => (await shown()).length > 0)
  assert.deepEqual(await shown(), ['두레 Dure|확인을 기다리는 일이 있습니다. Something waits.'])
  // Behind the sign-in: what waits is read from the cell, not from the push.
  await page.goto('/hospital')
  await page.locator('.offer-card', { hasText: request.code }).locator('.answer-row').waitFor()
  await context.close()
})

test('a newer version waits for a press: nothing in use is swapped, and what was typed is there afterwards', async () => {
  const folder = await temporaryFolder()
  await cp(new URL('../packages/web/dist/', import.meta.url), folder, { recursive: true })
  await using own = await demoCell({}, folder)
  const person = await openPerson(browser, own.url, { installed: true })
  const { page } = person
  await enterAs(page, 'demo-28-er-1')
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await page.goto('/requests/new')
  await page.locator('[data-field="complaint"] input').fill('흉통, 식은땀')
  await page.evaluate(() => {
    ;(globalThis as { untouched?: boolean }).untouched = true
  })

  const worker = `${folder}/sw.js`
  const text = (await readFile(worker, 'utf8')).replace(/"version":"[0-9a-f]+"/, '"version":"0000newer"')
  for (const ending of ['.gz', '.br']) await rm(`${worker}${ending}`, { force: true })
  await writeFile(worker, text)
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update())
  await page.locator('.newer-shell').waitFor()
  assert.equal(await page.evaluate(() => (globalThis as { untouched?: boolean }).untouched), true)
  assert.equal(await page.locator('[data-field="complaint"] input').inputValue(), '흉통, 식은땀')

  await page.locator('.newer-shell button').click()
  await page.waitForFunction(() => (globalThis as { untouched?: boolean }).untouched === undefined)
  await page.locator('[data-field="complaint"] input').waitFor()
  assert.equal(await page.locator('[data-field="complaint"] input').inputValue(), '흉통, 식은땀')
  assert.ok(await page.evaluate(async () => (await caches.keys()).includes('dure-shell-0000newer')))
  await until('nothing waits any more', () =>
    page.evaluate(async () => (await navigator.serviceWorker.ready).waiting === null),
  )
  await person.context.close()
})

const LOOKS: readonly (Look & { readonly name: string })[] = [
  { name: 'desktop-ko', size: DESKTOP },
  { name: 'phone-en', size: PHONE, language: 'en', contrast: true },
]

for (const look of LOOKS)
  test(`screens without a network are readable by everybody, opened anew: ${look.name}`, async () => {
    const { roomId, person } = await asked(look)
    await cutOff(person)
    const first = await reopen(person, `/rooms/${roomId}`)
    await write(first, '산소 준비됨')
    await first.locator('.message.is-waiting').waitFor()
    const pages = [
      { name: 'room', page: first },
      { name: 'hospital', page: await person.context.newPage(), path: '/hospital' },
      { name: 'roster', page: await person.context.newPage(), path: '/roster' },
    ]
    for (const { name, page, path } of pages) {
      if (path !== undefined) await page.goto(`${line.url}${path}`)
      await page.locator('main h1, main h2').first().waitFor()
      await page.locator('.connection-line:is([data-connection="reconnecting"], [data-connection="offline"])').waitFor()
      assert.equal(await page.locator('main .state.tone-danger').count(), 0, `${name}: something was not at hand`)
      assert.deepEqual(await seriousFaults(page), [], name)
      const folder = process.env.E2E_PICTURES
      if (folder !== undefined) await page.screenshot({ path: `${folder}/offline-${name}-${look.name}.png` })
    }
    await pages[1]?.page.locator('.tray-button').click()
    await pages[1]?.page.locator('.tray-row').first().waitFor()
    const folder = process.env.E2E_PICTURES
    if (folder !== undefined) await pages[1]?.page.screenshot({ path: `${folder}/offline-tray-${look.name}.png` })
    await person.context.close()
  })
