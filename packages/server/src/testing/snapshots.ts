import fc from 'fast-check'
import { openTaking } from '../cell.ts'
import { findLogs } from '../exchange/log.sql.ts'
import { oplogCommand } from '../exchange/oplog.command.ts'
import { verifyLogs } from '../exchange/verify.service.ts'
import { type TestNode, until } from './cells.ts'
import { asRecords, type SaidOp, saidOp, toldRows } from './told-ops.ts'

/** Records between two checkpoints of these cells. */
export const EVERY = 600
export const env = { DURE_CHECKPOINT_EVERY: `${EVERY}`, DURE_SNAPSHOT_BEHIND: '400' }
export const PATIENT_MS = 60_000

let seed = 7
/** Says so many things of all kinds, and numbers them. */
export const sayMany = async (node: TestNode, count: number, op: fc.Arbitrary<SaidOp> = saidOp): Promise<void> => {
  seed += 1
  const ops = fc.sample(op, { numRuns: count, seed })
  const { db } = node.cell.deps
  await db.tx(async (tx) => {
    for (const { kind, at, subject, body } of asRecords(ops, node.id, new Date()))
      await tx.sql(
        `insert into platform.outbox (origin, kind, at, subject, body, audience) values ($1, $2, $3, $4, $5, '{}')`,
        [node.id, kind, new Date(at), subject, JSON.stringify(body)],
      )
  })
  while ((await node.cell.sequence()) > 0);
}

const headOf = async ({ cell }: TestNode, origin: string): Promise<string> => {
  const [row] = await findLogs(cell.deps.db, [origin])
  return `${row?.head?.epoch ?? 0}:${row?.head?.seq ?? 0}:${row?.head?.hash ?? ''}`
}
export const caughtUp = (reader: TestNode, writer: TestNode): Promise<void> =>
  until(
    `${reader.id} has what ${writer.id} wrote`,
    async () => (await headOf(reader, writer.id)) === (await headOf(writer, writer.id)),
    PATIENT_MS,
  )
export const goodUpTo = (node: TestNode, origin: string, upto: number): Promise<void> =>
  until(
    `${node.id} can serve a snapshot of ${origin} at ${upto}`,
    async () =>
      (
        await node.cell.deps.db.sql(
          `select from exchange.checkpoint where origin = $1 and upto >= $2 and state = 'good'`,
          [origin, upto],
        )
      ).length > 0,
    PATIENT_MS,
  )
export const baseAt = async ({ cell }: TestNode, origin: string): Promise<number> =>
  (await findLogs(cell.deps.db, [origin]))[0]?.base ?? 0
export const told = ({ cell }: TestNode, origin: string) => toldRows(cell.deps.db, origin)
export const verified = async ({ cell, id }: TestNode, origin: string) =>
  (await verifyLogs(cell.deps.db, cell.exchange.directory(), id, cell.identity.publicKey, origin))[0]
export const command = async ({ cell }: TestNode, kind: string, payload: object = {}): Promise<void> => {
  await cell.deps.db.sql(`insert into exchange.command (id, kind, payload, asked_at) values ($1, $2, $3, now())`, [
    `${kind}-1`,
    kind,
    JSON.stringify(payload),
  ])
  await until(`${kind} is done`, async () => {
    const rows = await cell.deps.db.sql<{ refused: string | null }>(
      `select refused from exchange.command where done_at is not null`,
    )
    return rows.length === 1 && rows[0]?.refused === null
  })
}

/** `dure oplog …` as an operator of that cell gives it, with what it says. */
export const oplog = async ({ cell }: TestNode, ...argv: readonly string[]) => {
  const said: string[] = []
  const { db, clock, config } = cell.deps
  const out = (text: string) => void said.push(text)
  const io = { out, error: out, clock, config: () => config, openDb: async () => db }
  const status = await oplogCommand(argv, { ...io, openTaking: (own) => openTaking(config, own, clock) })
  return { status, said }
}
