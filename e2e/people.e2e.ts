import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bedEndpoints, signUpEndpoints } from '@dure/contract'
import type { Browser, Page } from 'playwright-core'
import { callAs, must, triaged } from './api.ts'
import { seriousFaults, sticksOut } from './axe.ts'
import { DESKTOP, enterAs, openPerson, type Person, PHONE, startBrowser, takePictures } from './browser.ts'
import { demoCell, type RunningCell } from './cell.ts'

let cell: RunningCell
let browser: Browser
/** Passkeys are made for a name, not for an address. */
let base: string
before(async () => {
  cell = await demoCell()
  base = cell.url.replace('127.0.0.1', 'localhost')
  browser = await startBrowser()
})
after(async () => {
  await takePictures(browser)
  await browser.close()
  await cell[Symbol.asyncDispose]()
})

/** Chromium's own virtual authenticator: a phone's fingerprint sensor that always recognises its owner. */
const withAuthenticator = async ({ context, page }: Person): Promise<void> => {
  const session = await context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true } as const
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: { ...options, isUserVerified: true, automaticPresenceSimulation: true },
  })
}

const enter = async (personId: string): Promise<Person> => {
  const person = await openPerson(browser, base)
  await enterAs(person.page, personId)
  return person
}

const type = (page: Page, field: string, text: string) => page.locator(`[data-field="${field}"] input`).fill(text)
const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' })

/** The demo's hospital that has a sponsor, by the name people type. */
const sponsored = async () => {
  const { people } = must(await (await callAs(cell.url, 'demo-28-admin-1'))(signUpEndpoints.listColleagues))
  const sponsor = people.find(({ roles }) => roles.includes('sponsor'))
  if (sponsor?.facilityName == null) throw new Error('the demo region has no sponsor')
  return { sponsorId: sponsor.id, hospital: sponsor.facilityName }
}

test('a doctor applies on the phone, a sponsor approves, a link opens, a passkey is made, and signs in ever after', async (t) => {
  const { sponsorId, hospital } = await sponsored()
  const started = performance.now()
  const doctor = await openPerson(browser, base, { size: PHONE })
  await withAuthenticator(doctor)
  const { page } = doctor
  await page.goto('/sign-in')
  await page.getByRole('link', { name: /가입 신청/ }).click()
  await type(page, 'name', '이응급')
  await type(page, 'facilityId', hospital)
  await page.locator('.place-list button', { hasText: hospital }).first().click()
  await page.locator('[data-field="licenceKind"] select').selectOption('doctor')
  await type(page, 'licenceNumber', '제 123456 호')
  await page.locator('[data-field="roles"]').getByText('요청 의료진').click()
  await type(page, 'phone', '010-1234-5678')
  await button(page, '신청하기').click()
  await page.getByText('승인 대기').waitFor()

  const sponsor = await enter(sponsorId)
  await sponsor.page.locator('.notice-line', { hasText: '가입 신청' }).click()
  const item = sponsor.page.locator('[data-application="이응급"]')
  await item.getByText('…456').waitFor()
  await button(item as unknown as Page, '승인').click()
  const link = (await sponsor.page.locator('.link-text').innerText()).trim()
  assert.match(link, /\/sign-in#[A-Za-z0-9_-]{43}$/)
  await page.getByText(/승인했습니다/).waitFor({ timeout: 20_000 })

  await page.goto(`/sign-in#${link.split('#')[1]}`)
  await button(page, '들어가기').click()
  await page.getByRole('heading', { name: '내 계정' }).waitFor()
  await button(page, '패스키 추가').click()
  await page.locator('.row-item', { hasText: '내 기기' }).first().waitFor()
  await page.getByText('이 기기는 등록되어 있습니다').waitFor()
  const seconds = (performance.now() - started) / 1000
  t.diagnostic(`from nothing to a working passkey in ${seconds.toFixed(0)} s of pressing`)

  const signOut = async () => {
    await page.evaluate(() =>
      fetch('/api/sign-out', { method: 'POST', headers: { 'x-dure': '1' } }).then(() =>
        localStorage.removeItem('dure.signed-in'),
      ),
    )
    await page.goto('/sign-in')
  }
  await signOut()
  await button(page, '패스키로 로그인').click()
  await page.locator('.connection-line[data-connection="connected"]').waitFor()
  await page.waitForURL(/\/$/)
  await page.goto('/account')
  await page.locator('.row-item', { hasText: '패스키' }).first().waitFor()

  // The network to home is gone: the device's own key still opens, for a short while and marked as such.
  await signOut()
  await button(page, '이 기기의 자격증명으로 로그인').click()
  await page.locator('.notice-line', { hasText: '기기 자격증명으로 들어왔습니다' }).waitFor()
  const exported = await page.evaluate(async () => {
    const open = indexedDB.open('dure-device')
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      open.onsuccess = () => resolve(open.result)
      open.onerror = () => reject(open.error)
    })
    const get = db.transaction('device').objectStore('device').get('credential')
    const kept = await new Promise<{ key: CryptoKeyPair }>((resolve) => {
      get.onsuccess = () => resolve(get.result)
    })
    return crypto.subtle.exportKey('jwk', kept.key.privateKey).then(
      () => 'exported',
      () => 'refused',
    )
  })
  assert.equal(exported, 'refused', 'no script reads the key out')
  assert.deepEqual(
    doctor.faults.filter((fault) => !/40[134]/.test(fault)),
    [],
  )
})

test('a passkey that is not known here is refused in a sentence, and a link that was used too', async () => {
  const stranger = await openPerson(browser, base)
  await withAuthenticator(stranger)
  await stranger.page.goto('/sign-in')
  await button(stranger.page, '패스키로 로그인').click()
  await stranger.page
    .getByRole('alert')
    .filter({ hasText: /취소|로그인할 수 없습니다/ })
    .waitFor()
  await stranger.page.goto(`/sign-in#${'x'.repeat(43)}`)
  await stranger.page.reload()
  await button(stranger.page, '들어가기').click()
  await stranger.page.getByRole('alert').filter({ hasText: /링크/ }).waitFor()
})

test('break-glass on screens: opened with a reason, the lead hears of it without a reload, looks at who saw whom, and objects', async () => {
  const [doctor, desk] = [await callAs(cell.url, 'demo-28-er-1'), await callAs(cell.url, 'demo-28-placement-1')]
  const request = await triaged(doctor, desk)
  must(
    await doctor(bedEndpoints.setIdentity, {
      params: { id: request.id },
      body: { name: '홍길동', birthDate: '1971-11-23' },
    }),
  )
  const lead = await enter('demo-28-lead-1')
  await lead.page.goto('/access')
  const other = await enter('demo-28-er-4')
  await other.page.goto('/break-glass')
  await type(other.page, 'request', request.code)
  await other.page.locator('[data-field="reason"]').getByText('환자가 우리에게 왔음').click()
  await other.page.locator('[data-field="note"] textarea').fill('예고 없이 우리 응급실에 도착했습니다')
  await button(other.page, '열람하기').click()
  const notice = lead.page.locator('.notice-line', { hasText: '긴급 열람' })
  await notice.waitFor()
  await other.page.getByRole('link', { name: '환자 보기' }).click()
  await other.page.locator('h1', { hasText: request.code }).waitFor()

  await type(lead.page, 'request', request.code)
  await button(lead.page, '찾기').click()
  await lead.page.locator('tr', { hasText: '요청 보기' }).filter({ hasText: '긴급 열람' }).first().waitFor()
  await notice.click()
  const item = lead.page.locator(`[data-access="${request.code}"]`)
  await item.locator('input').fill('우리 환자가 아니었습니다')
  await item.getByRole('button', { name: '이의 있음' }).click()
  await item.getByText('우리 환자가 아니었습니다').waitFor()
  await other.page.goto('/break-glass')
  await other.page.locator('.row-item', { hasText: '이의 있음' }).waitFor()
})

test('a sponsor gives a new link to a colleague who lost their phone; sessions are seen and ended', async () => {
  const { sponsorId } = await sponsored()
  const sponsor = await enter(sponsorId)
  await sponsor.page.goto('/people')
  const row = sponsor.page.locator('.row-item', { hasText: '이응급' }).filter({ hasText: '관리' })
  await row.getByRole('button', { name: '관리' }).click()
  const dialog = sponsor.page.getByRole('dialog')
  await dialog.locator('[data-field="why"] input').fill('휴대전화를 잃어버렸습니다')
  await dialog.getByRole('button', { name: '새 링크' }).click()
  await dialog.waitFor({ state: 'detached' })
  const link = (await sponsor.page.locator('.link-text').innerText()).trim()
  const back = await openPerson(browser, base)
  await back.page.goto(`/sign-in#${link.split('#')[1]}`)
  await button(back.page, '들어가기').click()
  await back.page.getByText('패스키 모두 무효').waitFor()
  await back.page.getByText('아직 패스키가 없습니다').waitFor()
})

// ---------------------------------------------------------------- every screen, looked at by axe

const LOOKS = [
  { name: 'desktop-ko', size: DESKTOP, language: 'ko', contrast: false },
  { name: 'phone-en', size: PHONE, language: 'en', contrast: false },
  { name: 'phone-ko-contrast', size: PHONE, language: 'ko', contrast: true },
] as const

const SCREENS = [
  ['/sign-in', null],
  ['/sign-up', null],
  ['/sign-in/organisation', null],
  ['/account', 'demo-28-lead-1'],
  ['/people', 'demo-28-lead-1'],
  ['/break-glass', 'demo-28-lead-1'],
  ['/access', 'demo-28-lead-1'],
  ['/keys', 'demo-28-admin-1'],
] as const

test('every screen about people is clean for axe and nothing sticks out, on both sizes, in both languages', async () => {
  for (const look of LOOKS) {
    for (const [path, personId] of SCREENS) {
      const person = await openPerson(browser, base, look)
      const { page } = person
      if (personId !== null) await enterAs(page, personId)
      await page.goto(path)
      await page.locator('h1').waitFor()
      await page
        .locator('.spinner')
        .waitFor({ state: 'detached' })
        .catch(() => undefined)
      assert.deepEqual(await seriousFaults(page), [], `${path} ${look.name}`)
      assert.equal(await sticksOut(page), false, `${path} ${look.name}`)
      const folder = process.env.E2E_PICTURES
      if (folder !== undefined)
        await page.screenshot({ path: `${folder}/${path.replaceAll('/', '_')}.${look.name}.png`, fullPage: true })
      await person.context.close()
    }
  }
})
