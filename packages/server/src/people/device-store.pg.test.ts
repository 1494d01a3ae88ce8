import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signUpEndpoints as e, signOut } from '@dure/contract'
import { disablePerson } from '../platform/auth.sql.ts'
import { must, refusedAs } from '../testing/bed-world.ts'
import { testCell } from '../testing/cell.ts'

const PHONE = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'
const DESK = '7d444840-9dc0-41d1-b245-5ffdce74fad2'

test('the secret of a device is the same for the same person, and another for every other person and device', async () => {
  await using cell = await testCell()
  const [kim, lee] = [await cell.person(), await cell.person()]
  const secretOf = async (person: typeof kim, device: string) =>
    must(await person.call(e.openDeviceStore, { body: { device } }))
  const first = await secretOf(kim, PHONE)
  assert.match(first.secret, /^[\w-]{43}$/)
  assert.ok(Date.parse(first.until) > cell.clock.now().getTime())
  assert.equal((await secretOf(kim, PHONE)).secret, first.secret)
  const others = [(await secretOf(kim, DESK)).secret, (await secretOf(lee, PHONE)).secret]
  assert.equal(new Set([first.secret, ...others]).size, 3)
})

test('whoever signed out or was disabled is given no secret any more', async () => {
  await using cell = await testCell()
  const [kim, lee] = [await cell.person(), await cell.person()]
  must(await kim.call(signOut))
  assert.equal(refusedAs(await kim.call(e.openDeviceStore, { body: { device: PHONE } })), 'sign-in-needed')
  await disablePerson(cell.cell.deps.db, lee.id, cell.clock.now())
  assert.equal(refusedAs(await lee.call(e.openDeviceStore, { body: { device: PHONE } })), 'sign-in-needed')
})
