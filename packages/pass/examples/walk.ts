import type { CryptoBackend, JsonObject } from '@dure/pass'
import { judge, startDoor, updateDoor } from './door.ts'
import { createIssuer, issueCertificate, issueDays, trustEntry } from './issuer.ts'
import { createPublisher, publish } from './publisher.ts'
import { codeAt, daysLeft, newDeviceKey, type Wallet } from './wallet.ts'

/** 5 January 2022, lunch in Seoul. */
const NOON = Date.parse('2022-01-05T12:00:00+09:00')
const DAY_MS = 86_400_000
const RESTAURANT = { facilityType: 'restaurant-cafe', sido: '11' } as const

const CERTIFICATE: JsonObject = {
  ver: '1.3.0',
  nam: { fn: '홍', fnt: 'HONG', gn: '길동', gnt: 'GILDONG' },
  dob: '1980-03-01',
  v: [
    {
      tg: '840539006',
      vp: '1119349007',
      mp: 'EU/1/20/1528',
      ma: 'ORG-100030215',
      dn: 2,
      sd: 2,
      dt: '2021-08-20',
      co: 'KR',
      is: '질병관리청',
      ci: 'URN:UVCI:01:KR:8A1B2C3D4E5F6G7H#9',
    },
  ],
}

/** The whole way: certificate and strips issued, pack published, proof shown, door judges. Nobody asks a server. */
export const walk = async (crypto: CryptoBackend, say: (line: string) => void = () => {}) => {
  const issuer = await createIssuer(crypto, new Uint8Array(32).fill(7))
  const certificate = await issueCertificate(crypto, issuer, CERTIFICATE, NOON - DAY_MS)
  const device = await newDeviceKey(crypto)
  const person = { id: 'person 1', name: '홍길동', birth: { month: 3, day: 1 } }
  const wallet: Wallet = { device, strips: await issueDays(crypto, issuer, person, device.publicJwk, NOON) }
  say(`wallet: ${wallet.strips.length} strips, good for ${daysLeft(wallet, NOON).toFixed(0)} days without the issuer`)

  const publisher = await createPublisher(crypto)
  const first = await publish(crypto, publisher, [trustEntry(issuer, NOON)], 1, NOON - DAY_MS)
  const door = await startDoor(crypto, publisher.roots, first.bytes)

  const shown = await codeAt(crypto, wallet, NOON)
  const live = await judge(crypto, door, shown.text, { at: NOON, venue: RESTAURANT })
  say(`live code: ${live.answer.signal} ${live.sentence} ${live.answer.shown?.name}`)
  const screenshot = await judge(crypto, door, shown.text, { at: NOON + 120_000, venue: RESTAURANT })
  say(`the same picture two minutes later: ${screenshot.answer.signal} ${screenshot.answer.code}`)

  const challenge = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
  const answered = await codeAt(crypto, wallet, NOON + 40_000, challenge)
  const friend = await judge(crypto, door, answered.text, {
    at: NOON + 40_000,
    venue: RESTAURANT,
    challenges: [challenge],
  })
  say(
    `a second entry on the same pass: ${friend.answer.signal}, entered ${(friend.enteredBeforeMs ?? 0) / 1_000} s ago`,
  )

  const paper = await judge(crypto, door, certificate, { at: NOON, venue: RESTAURANT })
  say(`paper: ${paper.answer.signal} ${paper.answer.notes.join()}`)

  const second = await publish(crypto, publisher, [trustEntry(issuer, NOON)], 2, NOON, first)
  const updated = await updateDoor(crypto, door, second.bytes)
  const withdrawn = await judge(crypto, updated.door, certificate, { at: NOON, venue: RESTAURANT })
  say(`paper after it was withdrawn: ${withdrawn.answer.signal} ${withdrawn.answer.code}`)
  const back = await updateDoor(crypto, updated.door, first.bytes)
  say(`the first pack again: ${back.refused}`)
  return { wallet, live, screenshot, friend, paper, withdrawn, refused: back.refused, svg: shown.svg }
}
