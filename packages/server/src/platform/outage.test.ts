import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusalOf } from './http.errors.ts'

const fault = (over: Readonly<Record<string, string>>, message = 'a fault') => Object.assign(new Error(message), over)

test('a statement that finds no room is undone; a server that breaks down over it leaves open what stands', () => {
  const code = '53100'
  assert.equal(refusalOf(fault({ code, severity: 'ERROR' })).code, 'storage-full')
  assert.equal(refusalOf(fault({ code: 'ENOSPC', syscall: 'write' })).code, 'storage-full')
  for (const severity of ['PANIC', 'FATAL']) assert.equal(refusalOf(fault({ code, severity })).code, 'overloaded')
})

test('a database that is away, starts again or broke the line is an outage and no bug', () => {
  for (const over of [
    { code: '57P02' },
    { code: '57P03' },
    { code: '08006' },
    { code: 'ENOENT', syscall: 'connect' },
    { code: 'EPIPE', syscall: 'write' },
  ] as Readonly<Record<string, string>>[])
    assert.equal(refusalOf(fault(over)).code, 'overloaded', JSON.stringify(over))
  for (const words of [
    'Connection terminated unexpectedly',
    'Client has encountered a connection error and is not queryable',
    'timeout exceeded when trying to connect',
    'timeout expired',
  ])
    assert.equal(refusalOf(fault({}, words)).code, 'overloaded', words)
  assert.equal(refusalOf(fault({}, 'cannot read properties of undefined')).code, 'internal')
  assert.equal(refusalOf(fault({ code: '23505' })).code, 'internal')
})
