import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outdated, routeOf } from './shell-route.ts'

const files = new Set(['/', '/favicon.svg'])
const get = { method: 'GET', mode: 'cors', sameOrigin: true }
const visit = { ...get, mode: 'navigate' }

test('every screen opens from the device', () => {
  for (const path of ['/', '/rooms/abc', '/demo/phones', '/apiary'])
    assert.equal(routeOf({ ...visit, path }, files), 'page')
})

test('what only the server knows is never answered from the device', () => {
  for (const path of ['/api/me', '/api', '/openapi.json', '/problems/conflict', '/demo/control', '/metrics'])
    assert.equal(routeOf({ ...visit, path }, files), 'network', path)
  assert.equal(routeOf({ ...get, path: '/api/requests' }, files), 'network')
  assert.equal(routeOf({ ...get, path: '/assets/x.js', method: 'POST' }, files), 'network')
  assert.equal(routeOf({ ...get, path: '/assets/x.js', sameOrigin: false }, files), 'network')
})

test('parts of the program come from the device', () => {
  assert.equal(routeOf({ ...get, path: '/assets/x.js' }, files), 'file')
  assert.equal(routeOf({ ...get, path: '/favicon.svg' }, files), 'file')
  assert.equal(routeOf({ ...get, path: '/robots.txt' }, files), 'network')
})

test('a new version keeps the one before, for pages that are open, and removes what is older', () => {
  const names = ['dure-shell-1', 'other', 'dure-shell-2', 'dure-shell-3']
  assert.deepEqual(outdated(names, 'dure-shell-3'), ['dure-shell-1'])
  assert.deepEqual(outdated(['dure-shell-3'], 'dure-shell-3'), [])
})
