import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unqualified } from './schema-dump.ts'

test('a view on one relation reads the same from PostgreSQL 15 and 18', () => {
  const as15 = 'create view a.v as\n SELECT r.id,\n    r.order_id\n   FROM a.t r\n  WHERE r.id > 0;'
  const as18 = 'create view a.v as\n SELECT id,\n    order_id\n   FROM a.t r\n  WHERE id > 0;'
  assert.equal(unqualified(as15), as18)
  assert.equal(unqualified(as18), as18)
})

test('a view on two relations, or with a subquery, keeps its qualified columns', () => {
  const join = 'create view a.v as\n SELECT r.id,\n    s.name\n   FROM a.t r\n     JOIN a.u s ON s.id = r.id;'
  const nested =
    'create view a.v as\n SELECT r.id\n   FROM a.t r\n  WHERE (r.id IN ( SELECT u.id\n           FROM a.u));'
  assert.equal(unqualified(join), join)
  assert.equal(unqualified(nested), nested)
})
