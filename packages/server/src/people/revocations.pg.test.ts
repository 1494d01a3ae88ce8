import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { signUpEndpoints as e } from '@dure/contract'
import { must, refusedAs } from '../testing/bed-world.ts'
import type { TestCell } from '../testing/cell.ts'
import { startCells } from '../testing/linked-cells.ts'
import { browser, enteredByLink } from '../testing/people-world.ts'
import { proofText } from './chain.ts'
import { staffKeysCommand } from './command.ts'

const operate = async (test: TestCell, ...argv: string[]): Promise<string> => {
  const said: string[] = []
  const status = await staffKeysCommand(argv, {
    out: (text) => void said.push(text),
    error: (text) => void said.push(text),
    clock: test.clock,
    config: () => test.cell.deps.config,
    openDb: async () => test.cell.deps.db,
  })
  assert.equal(status, 0, said.join('\n'))
  return said.at(-1) ?? ''
}

test('what a region revokes reaches the others by its log; one that is cut off hears it when the line is back', async () => {
  await using cells = await startCells(['28', '11'])
  const [home, away] = [cells.of('28'), cells.of('11')]
  // One of them plays the nation here; the key is all that counts.
  const nation = await operate(home, 'nation')
  for (const cell of [home, away]) {
    await operate(cell, 'trust', nation)
    await operate(cell, 'install', await operate(home, 'sign', await operate(cell, 'request')))
  }
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const doctor = await enteredByLink(home, await home.person({ role: 'requester', facilityId: 'H1' }))
  const { credential, id } = must(await doctor.call(e.enrolDevice, { body: { deviceKey: { x, y }, label: '전화' } }))
  const present = async () => {
    const one = browser(away)
    const { challenge, cell } = must(await one.call(e.startCredentialSignIn))
    const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const
    const signature = sign('sha256', proofText(cell, challenge), key).toString('base64url')
    return one.call(e.signInWithCredential, { body: { credential, challenge, signature } })
  }
  await cells.settle()
  const me = must(await present())
  const minutes = (new Date(me.session?.endsAt ?? 0).getTime() - cells.clock.now().getTime()) / 60_000
  assert.equal(minutes, 240, 'the list was heard and is fresh')

  cells.cut('28', '11')
  must(await doctor.call(e.revokeCredential, { params: { id } }))
  await cells.settle()
  must(await present())
  cells.heal()
  await cells.settle()
  assert.equal(refusedAs(await present()), 'sign-in-refused')
  const admin = await away.person({ role: 'admin' })
  const { revocations } = must(await admin.call(e.listAuthorityKeys))
  assert.deepEqual(
    revocations.map(({ region, count }) => [region, count]),
    [
      ['11', 0],
      ['28', 1],
    ],
  )
})
