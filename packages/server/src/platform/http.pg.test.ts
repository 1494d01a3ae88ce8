import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getMe, signOut } from '@dure/contract'
import { testCell } from '../testing/cell.ts'

test('a signed-in person is told who they are, until they sign out', async () => {
  await using cell = await testCell()
  assert.equal((await cell.call(getMe)).ok, false)
  const person = await cell.person({ role: 'hospital_desk', facilityId: 'H1' })
  const me = await person.call(getMe)
  assert(me.ok)
  assert.deepEqual(me.value.roles, ['hospital_desk'])
  assert((await person.call(signOut)).ok)
  const after = await person.call(getMe)
  assert(!after.ok)
  assert.equal(after.error.code, 'sign-in-needed')
})
