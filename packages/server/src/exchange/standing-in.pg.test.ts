import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestCells, type TestNode, testCells, until } from '../testing/cells.ts'
import { type Approval, approve } from './approval.ts'
import { nextEpoch } from './epoch.ts'

let asked = 0
const command = async (node: TestNode, kind: string, payload: object): Promise<string | null> => {
  const { db } = node.cell.deps
  asked += 1
  const id = `C${asked}`
  await db.sql(`insert into exchange.command (id, kind, payload, asked_at) values ($1, $2, $3, now())`, [
    id,
    kind,
    JSON.stringify(payload),
  ])
  const read = () =>
    db.sql<{ done_at: Date | null; refused: string | null }>(
      `select done_at, refused from exchange.command where id = $1`,
      [id],
    )
  await until(`${kind} is done`, async () => (await read())[0]?.done_at != null)
  return (await read())[0]?.refused ?? null
}
const numberAll = async (node: TestNode) => {
  while ((await node.cell.sequence()) > 0);
}
const same = (cells: TestCells, origin: string, ids: readonly string[]) => async () => {
  const ends = await Promise.all(ids.map(async (id) => JSON.stringify((await cells.node(id).log(origin)).at(-1))))
  return new Set(ends).size === 1
}

test('a neighbour stands in only with two operators of its own; the returning cell writes no more until it takes its log back', async () => {
  await using cells = await testCells(['11', '28', '41'])
  const lost = cells.node('28')
  const neighbour = cells.node('11')
  await lost.say('before')
  await numberAll(lost)
  await until('known to all', same(cells, '28', ['11', '28', '41']))
  cells.cut('11', '28')
  cells.cut('41', '28')
  // Decided alone while cut off: nobody else hears of it before the log is written elsewhere.
  await lost.say('unheard')
  await numberAll(lost)

  const standIn = { origin: '28', epoch: nextEpoch(1, Date.now(), '11'), writer: '11' }
  const by = (which: number): Approval => {
    const operator = cells.operators[which]
    assert(operator)
    return approve(standIn, operator.id, operator.key)
  }
  const ask = (approvals: readonly Approval[]) =>
    command(neighbour, 'stand-in', { origin: '28', epoch: standIn.epoch, approvals })
  assert.equal(await ask([by(0)]), 'approvals-missing')
  assert.equal(await ask([by(0), by(0)]), 'approvals-missing')
  assert.equal(await ask([by(0), { ...by(1), signature: by(0).signature }]), 'approvals-missing')
  assert.equal(await ask([by(0), by(1)]), null)

  const { db } = neighbour.cell.deps
  const { appendOp } = await import('../platform/oplog.ts')
  const say = (subject: string) =>
    db.tx((tx) => appendOp(tx, { kind: 'tested', subject, body: {}, audience: {}, at: new Date(), origin: '28' }))
  await say('stood in')
  await numberAll(neighbour)
  await until('41 follows', same(cells, '28', ['11', '41']))
  assert.deepEqual(await neighbour.cell.exchange.port.standing('28').then((one) => [one?.writer, one?.mayWrite]), [
    '11',
    true,
  ])

  cells.heal('11', '28')
  cells.heal('41', '28')
  await until('28 finds the higher epoch', () => lost.cell.exchange.state() === 'stood-in')
  await assert.rejects(lost.say('no'), /stood-in/)
  await until('28 has what 11 wrote', same(cells, '28', ['11', '28', '41']))
  const orphans = await lost.cell.deps.db.sql<{ subject: string }>(
    `select subject from exchange.orphan where origin = '28' order by seq`,
  )
  assert.deepEqual(
    orphans.map(({ subject }) => subject),
    ['unheard'],
  )

  assert.equal(await command(lost, 'return', { unheard: false }), null)
  await until('11 writes it no more', async () => !(await neighbour.cell.exchange.port.standing('28'))?.mayWrite)
  await assert.rejects(say('no more'), /stood-in/)
  await lost.say('home')
  await numberAll(lost)
  await until('all agree', same(cells, '28', ['11', '28', '41']))
  assert.deepEqual(
    (await cells.node('41').log('28')).map(({ kind, subject }) => (kind === 'epoch-opened' ? kind : subject)),
    ['epoch-opened', 'before', 'epoch-opened', 'stood in', 'epoch-opened', 'home'],
  )
})

test('restored from a backup while a neighbour writes its log, a cell is stood in for and does not take it back by itself', async () => {
  await using cells = await testCells(['11', '28'])
  const lost = cells.node('28')
  const neighbour = cells.node('11')
  await lost.stop()
  const backup = await lost.backup()
  await lost.start()
  await lost.say('forgotten')
  await numberAll(lost)
  await until('known there', same(cells, '28', ['11', '28']))
  await lost.stop()
  const standIn = { origin: '28', epoch: nextEpoch(1, Date.now(), '11'), writer: '11' }
  const approvals = cells.operators.slice(0, 2).map(({ id, key }) => approve(standIn, id, key))
  assert.equal(await command(neighbour, 'stand-in', { origin: '28', epoch: standIn.epoch, approvals }), null)
  await lost.restore(backup)
  await lost.start()
  await until('it knows who writes', () => lost.cell.exchange.state() === 'stood-in')
  await until('it has it all', same(cells, '28', ['11', '28']))
  assert.equal((await neighbour.cell.exchange.port.standing('28'))?.mayWrite, true)
  assert.equal(await command(lost, 'return', { unheard: false }), null)
  assert.deepEqual(
    (await lost.log('28')).map(({ kind, subject }) => (kind === 'epoch-opened' ? kind : subject)).slice(0, 4),
    ['epoch-opened', 'forgotten', 'epoch-opened', 'epoch-opened'],
  )
})

test('the slices are told of records, of what was given up, and of the right to write, each once', async () => {
  const told: string[] = []
  const open: Record<string, boolean> = { '11': false }
  await using cells = await testCells(['11', '28'], {
    register: (id, _, port) => {
      port.onOpened(async (_tx, { origin }) => void told.push(`${id} opened ${origin}`))
      if (id !== '11' || open['11'] !== true) return
      port.onRecord('tested', async (_tx, record) => void told.push(`${id} heard ${record.subject}`))
      port.onRewound(async (_tx, origin, given) => {
        told.push(`${id} rewound ${origin} by ${given.map(({ subject }) => subject).join()}`)
      })
    },
  })
  await cells.node('28').say('A')
  await cells.node('28').say('B')
  await numberAll(cells.node('28'))
  await until('11 has them', same(cells, '28', ['11', '28']))
  // Nobody in 11 knows this kind yet: kept, and applied after the upgrade.
  const waiting = () => cells.node('11').cell.deps.db.sql(`select from exchange.unapplied where kind = 'tested'`)
  assert.equal((await waiting()).length, 1)
  assert.deepEqual(told.toSorted(), ['11 opened 11', '28 opened 28'])
  open['11'] = true
  await cells.node('11').stop()
  await cells.node('11').start()
  await until('they are applied', async () => (await waiting()).length === 0)
  await cells.node('28').say('C')
  await numberAll(cells.node('28'))
  await until('C is heard', () => told.includes('11 heard C'))
  assert.deepEqual(
    told.filter((one) => one.includes('heard')),
    ['11 heard A', '11 heard B', '11 heard C'],
  )
})
