import assert from 'node:assert/strict'
import { test } from 'node:test'
import { APPLICATION_STATES, ROLES, type Role } from '@dure/contract'
import fc from 'fast-check'
import type { Person } from '../platform/person.ts'
import { APPLICATION_TABLE, answersFor, GRANTS, grantable, mayApprove, mayManage, stateAt } from './applications.ts'

const person = (roles: readonly Role[], facilityId: string | null = null, region = '28'): Person => ({
  id: 'P',
  name: '김두레',
  roles,
  region,
  facilityId,
})
const roles = fc.uniqueArray(fc.constantFrom(...ROLES), { minLength: 1, maxLength: 4 })
const facility = fc.constantFrom(null, 'H1', 'H2')
const region = fc.constantFrom('28', '11')

test('a decided application is never decided again', () => {
  for (const state of APPLICATION_STATES) {
    if (state === 'pending') continue
    for (const next of Object.values(APPLICATION_TABLE[state])) assert.equal(next, null)
  }
})

test('what nobody decided in time has expired, decided or not by a timer', () => {
  const expiresAt = new Date('2026-01-05T00:00:00Z')
  assert.equal(stateAt({ state: 'pending', expiresAt }, new Date('2026-01-04T23:59:59Z')), 'pending')
  assert.equal(stateAt({ state: 'pending', expiresAt }, expiresAt), 'expired')
  assert.equal(stateAt({ state: 'approved', expiresAt }, expiresAt), 'approved')
})

test('a sponsor approves the working roles of the own hospital and nothing else', () => {
  const sponsor = person(['requester', 'sponsor'], 'H1')
  const here = { region: '28', facilityId: 'H1' }
  assert.equal(mayApprove(sponsor, here, ['requester', 'hospital_desk'], false), undefined)
  assert.equal(mayApprove(sponsor, here, ['requester'], true), 'own-application')
  assert.equal(mayApprove(sponsor, here, ['sponsor'], false), 'role-beyond-yours')
  assert.equal(mayApprove(sponsor, here, ['admin'], false), 'role-not-of-this-place')
  assert.equal(mayApprove(sponsor, { region: '28', facilityId: 'H2' }, ['requester'], false), 'other-facility')
  assert.equal(mayApprove(sponsor, { region: '28', facilityId: null }, ['placement_desk'], false), 'other-facility')
  assert.equal(mayApprove(sponsor, { region: '11', facilityId: 'H1' }, ['requester'], false), 'other-region')
})

test('the first sponsor of a hospital is made by the regional desk, not by anybody of the hospital', () => {
  const here = { region: '28', facilityId: 'H1' }
  assert.equal(
    mayApprove(person(['placement_desk', 'desk_lead']), here, ['hospital_desk', 'sponsor'], false),
    undefined,
  )
  assert.equal(mayApprove(person(['hospital_desk'], 'H1'), here, ['requester'], false), 'other-facility')
})

test('whatever somebody holds, they give only what the table lets them, where they answer, and never to themselves', () => {
  fc.assert(
    fc.property(
      roles,
      facility,
      region,
      facility,
      region,
      roles,
      fc.boolean(),
      (own, at, from, where, to, asked, same) => {
        const giver = person(own, at, from)
        const place = { region: to, facilityId: where }
        if (mayApprove(giver, place, asked, same) !== undefined) return
        assert.equal(same, false)
        assert.equal(from, to)
        assert.ok(asked.every((role) => own.some((held) => GRANTS[held].includes(role))))
        assert.ok(answersFor(giver, place))
        assert.deepEqual(
          asked.filter((role) => !grantable(giver, place).includes(role)),
          [],
        )
        if (!own.includes('admin') && !own.includes('desk_lead')) assert.equal(at, where)
      },
    ),
    { numRuns: 2_000 },
  )
})

test('nobody manages themselves, nor somebody who answers for more than they do', () => {
  const sponsor = person(['hospital_desk', 'sponsor'], 'H1')
  assert.equal(mayManage(sponsor, sponsor), false)
  assert.equal(mayManage(sponsor, { ...person(['requester'], 'H1'), id: 'Q' }), true)
  assert.equal(mayManage(sponsor, { ...person(['requester'], 'H2'), id: 'Q' }), false)
  assert.equal(mayManage(person(['placement_desk', 'desk_lead']), { ...person(['admin']), id: 'Q' }), false)
  assert.equal(mayManage(person(['admin']), { ...person(['placement_desk', 'desk_lead']), id: 'Q' }), true)
})
