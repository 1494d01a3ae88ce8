import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestCells, type TestNode, testCells, until } from '../testing/cells.ts'
import { asOwner } from '../testing/database.ts'
import { baseAt, caughtUp, goodUpTo, PATIENT_MS, verified } from '../testing/snapshots.ts'

/** Three pieces: of a kind that no table names, nothing is left out. */
const EVERY = 1_200
const env = { DURE_CHECKPOINT_EVERY: `${EVERY}`, DURE_SNAPSHOT_BEHIND: '400' }

const sayAll = async (node: TestNode, count: number): Promise<void> => {
  await node.cell.deps.db.sql(
    `insert into platform.outbox (origin, kind, at, subject, body, audience)
     select $1, 'tested', now(), 'S' || n, '{}', '{}' from generate_series(1, $2::int) n`,
    [node.id, count],
  )
  while ((await node.cell.sequence()) > 0);
}

const arriving = async ({ cell }: TestNode) =>
  (
    await cell.deps.db.sql<{ seq: number; begun: string; from: string; pieces: number[] }>(
      `select (a.checkpoint ->> 'seq')::float8 as seq, a.begun_at::text as begun, a.taken_from as from,
              array(select p.piece::float8 from exchange.arriving_piece p where p.origin = a.origin order by p.piece) as pieces
         from exchange.arriving a`,
    )
  )[0]

/** A newcomer whose disk takes no second piece, and that is stopped then. Gives what it has. */
const brokenOff = async (cells: TestCells, writer: TestNode, newcomer: TestNode) => {
  await asOwner(
    newcomer.database,
    `create function public.no_room() returns trigger language plpgsql as $$ begin raise disk_full; end $$`,
    `create trigger no_room before insert on exchange.arriving_piece
        for each row when (new.piece > 0) execute function public.no_room()`,
  )
  cells.heal(newcomer.id, writer.id)
  await until('the first piece is here', async () => (await arriving(newcomer))?.pieces.length === 1, PATIENT_MS)
  const here = await arriving(newcomer)
  await newcomer.stop()
  cells.cut(newcomer.id, writer.id)
  await asOwner(newcomer.database, 'drop trigger no_room on exchange.arriving_piece')
  assert.deepEqual(here?.pieces, [0])
  assert.equal(here?.from, writer.id)
  return here
}

test('a snapshot that broke off in the middle goes on after a restart, from another cell, with the piece that was missing', async () => {
  await using cells = await testCells(['11', '28', '41'], { apart: true, env })
  const [other, writer, newcomer] = ['11', '28', '41'].map((id) => cells.node(id)) as [TestNode, TestNode, TestNode]
  cells.heal('11', '28')
  await sayAll(writer, EVERY + 50)
  await goodUpTo(writer, '28', EVERY)
  await caughtUp(other, writer)
  await goodUpTo(other, '28', EVERY)
  const here = await brokenOff(cells, writer, newcomer)
  // The first piece is not asked for again: here it could not be taken.
  await asOwner(
    newcomer.database,
    `create trigger no_room before insert on exchange.arriving_piece
        for each row when (new.piece = 0) execute function public.no_room()`,
  )
  await newcomer.start()
  assert.deepEqual(await arriving(newcomer), here)
  cells.heal('11', '41')
  await caughtUp(newcomer, writer)
  assert.equal(await baseAt(newcomer, '28'), EVERY)
  const [base] = await newcomer.cell.deps.db.sql<{ from: string; seq: number }>(
    `select taken_from as from, (checkpoint ->> 'seq')::float8 as seq from exchange.base where origin = '28'`,
  )
  assert.deepEqual(base, { from: '28', seq: here.seq })
  assert.deepEqual(await newcomer.log('28'), await other.log('28'))
  assert.equal((await verified(newcomer, '28'))?.fault, null)
})

test('a snapshot that broke off gives way to a newer one when who is left has only that', async () => {
  await using cells = await testCells(['11', '28', '41'], { apart: true, env })
  const [other, writer, newcomer] = ['11', '28', '41'].map((id) => cells.node(id)) as [TestNode, TestNode, TestNode]
  await sayAll(writer, EVERY + 50)
  await goodUpTo(writer, '28', EVERY)
  const here = await brokenOff(cells, writer, newcomer)
  await sayAll(writer, EVERY)
  await goodUpTo(writer, '28', 2 * EVERY)
  // Began later than what the newcomer has a part of.
  cells.heal('11', '28')
  await caughtUp(other, writer)
  assert.equal(await baseAt(other, '28'), 2 * EVERY)
  await goodUpTo(other, '28', 2 * EVERY)
  await newcomer.start()
  assert.deepEqual(await arriving(newcomer), here)
  cells.heal('11', '41')
  await caughtUp(newcomer, writer)
  assert.equal(await baseAt(newcomer, '28'), 2 * EVERY)
  assert.equal((await verified(newcomer, '28'))?.fault, null)
})
