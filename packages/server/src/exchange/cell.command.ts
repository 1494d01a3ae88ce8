import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import type { CommandIo } from '../platform/command.ts'
import type { Db } from '../platform/db.ts'
import { makeIds } from '../platform/ids.ts'
import { keyFile, privateKey, rawPublicKey } from '../platform/oplog.key.ts'
import { appendOp } from '../platform/oplog.ts'
import { Approval, approve, type StandIn } from './approval.ts'
import { fingerprintOf, makeAuthority, makeCertificate } from './authority.service.ts'
import { newestEpoch } from './branch.ts'
import type { CommandKind } from './commands.service.ts'
import { listContacts } from './contact.sql.ts'
import { Directory, readDirectory, signDirectory } from './directory.ts'
import { cellRow } from './epoch.service.ts'
import { nextEpoch } from './epoch.ts'
import { findLogs, openAlarms } from './log.sql.ts'
import { makeSealingKeys, saveSealingKey } from './sealing.service.ts'
import { TLS_FILES } from './tls.service.ts'

const USAGE = `usage:
 Keys and certificates (on any machine)
  dure cell ca --out DIR                               the authority that vouches for cells; its key belongs in a safe
  dure cell cert --ca DIR --cell 28 --out DIR          a certificate for one cell (ca.pem, cell.pem, cell-key.pem)
  dure cell key --out FILE                             an Ed25519 key for an operator, or to sign the list of cells with
  dure cell list --key FILE --in list.json --out FILE  signs the list of cells and operators
 This cell
  dure cell status                                     state, logs, contacts, alarms
  dure cell public-key                                 what the list of cells must say of this cell
  dure cell restore [--now]                            the database was restored: ask the others first (--now: go on at once)
  dure cell new-key                                    a new log key, after theft or loss; the server must be stopped
  dure cell rotate-sealing-key [--withdraw]            a new key to be sealed for; --withdraw: the old ones are stolen
  dure cell clear-alarm ID [--resume]                  people have looked; --resume: take records of that log again
 Standing in
  dure cell propose --for 28 --out FILE                what two operators of this cell are to sign
  dure cell approve --key FILE --operator ID PROPOSAL --out FILE
  dure cell stand-in --proposal FILE APPROVAL APPROVAL…
  dure cell return [--unheard]                         take the own log back; --unheard: who stands in cannot be reached

exit: 0 done · 1 refused · 2 wrong usage`

const OPTIONS = {
  out: { type: 'string' },
  in: { type: 'string' },
  ca: { type: 'string' },
  cell: { type: 'string' },
  days: { type: 'string' },
  key: { type: 'string' },
  for: { type: 'string' },
  operator: { type: 'string' },
  proposal: { type: 'string' },
  now: { type: 'boolean' },
  unheard: { type: 'boolean' },
  resume: { type: 'boolean' },
  withdraw: { type: 'boolean' },
} as const

const read = (argv: readonly string[]) => {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true })
    return { ...values, rest: positionals }
  } catch {
    return undefined
  }
}
type Args = NonNullable<ReturnType<typeof read>>
/** Undefined: wrong usage. */
type Action = (args: Args, io: CommandIo) => Promise<number | undefined>

/** @param argv what follows `dure cell` */
export const cellCommand = async (argv: readonly string[], io: CommandIo): Promise<number> => {
  const [action = '', ...rest] = argv
  const args = read(rest)
  const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
  const status = act === undefined || args === undefined ? undefined : await act(args, io)
  if (status !== undefined) return status
  io.error(USAGE)
  return 2
}

const secret = { mode: 0o600, flag: 'wx' } as const

const ca: Action = async ({ out }, io) => {
  if (out === undefined) return undefined
  await mkdir(out, { recursive: true })
  const { cert, key } = await makeAuthority(io.clock.now())
  await writeFile(join(out, 'ca-key.pem'), key, secret)
  await writeFile(join(out, TLS_FILES.ca), cert, { flag: 'wx' })
  io.out(`${join(out, TLS_FILES.ca)}  goes to every cell`)
  io.out(`${join(out, 'ca-key.pem')}  stays here: whoever has it can be any cell`)
  return 0
}

const cert: Action = async ({ ca: from, cell, out, days }, io) => {
  if (from === undefined || cell === undefined || out === undefined || !/^\d{2}$/.test(cell)) return undefined
  if (days !== undefined && !/^[1-9]\d{0,3}$/.test(days)) return undefined
  const authority = {
    cert: await readFile(join(from, TLS_FILES.ca), 'utf8'),
    key: await readFile(join(from, 'ca-key.pem'), 'utf8'),
  }
  const made = await makeCertificate(authority, cell, io.clock.now(), days === undefined ? undefined : Number(days))
  await mkdir(out, { recursive: true })
  await writeFile(join(out, TLS_FILES.key), made.key, secret)
  await writeFile(join(out, TLS_FILES.cert), made.cert, { flag: 'wx' })
  await writeFile(join(out, TLS_FILES.ca), authority.cert)
  io.out(`certificate of cell ${cell} in ${out}`)
  io.out(`fingerprint ${fingerprintOf(made.cert)}  (revokedCertificates of the list, should it be stolen)`)
  return 0
}

const makeKey: Action = async ({ out }, io) => {
  if (out === undefined) return undefined
  const { privateKey: key } = generateKeyPairSync('ed25519')
  await writeFile(out, key.export({ type: 'pkcs8', format: 'pem' }), secret)
  io.out(rawPublicKey(key).toString('base64url'))
  return 0
}

const readKey = async (file: string): Promise<KeyObject> => createPrivateKey(await readFile(file, 'utf8'))

const list: Action = async ({ key, in: from, out }, io) => {
  if (key === undefined || from === undefined || out === undefined) return undefined
  const signer = await readKey(key)
  const directory: unknown = JSON.parse(await readFile(from, 'utf8'))
  const checked = Directory.safeParse(directory)
  if (!checked.success) {
    io.error(z.prettifyError(checked.error))
    return 1
  }
  const signed = signDirectory(directory, signer)
  const readBack = readDirectory(signed, rawPublicKey(signer))
  if (!readBack.ok) {
    io.error(`refused: ${readBack.error}`)
    return 1
  }
  await writeFile(`${out}.new`, `${JSON.stringify(signed, null, 2)}\n`)
  await rename(`${out}.new`, out)
  io.out(
    `version ${checked.data.version}: ${checked.data.cells.length} cells, ${checked.data.operators.length} operators`,
  )
  io.out(`DURE_CELLS_KEY=${rawPublicKey(signer).toString('base64url')}`)
  return 0
}

const publicKey: Action = async (_, io) => {
  io.out(rawPublicKey(await privateKey(io.config().dataDir)).toString('base64url'))
  return 0
}

const status: Action = async (_, io) => {
  const db = await io.openDb()
  const { state, since, writing } = await cellRow(db)
  io.out(`${io.config().region}  ${state} since ${since.toISOString()}  writes ${writing.join(', ') || 'nothing'}`)
  for (const { cell, log, directAt, relayedBy, failingSince, lastError, stoppedAt } of await listContacts(db, [])) {
    const parts = [
      `${log?.head?.seq ?? 0} records`,
      `written by ${log?.openings.at(-1)?.writer ?? '—'}`,
      directAt === null ? '' : `heard ${directAt.toISOString()}`,
      relayedBy === null ? '' : `through ${relayedBy}`,
      failingSince === null ? '' : `cut since ${failingSince.toISOString()} (${lastError})`,
      stoppedAt === null ? '' : `STOPPED ${stoppedAt.toISOString()}`,
    ]
    io.out(`  ${cell}  ${parts.filter((part) => part !== '').join('  ')}`)
  }
  for (const { id, at, origin, what, detail } of await openAlarms(db))
    io.out(`  alarm ${id}  ${at.toISOString()}  ${origin}  ${what}  ${JSON.stringify(detail)}`)
  return 0
}

/** Longest wait for the server to do what was asked. */
const DONE_MS = 20_000

/** The server does it, as its slices have to be told; asked for while it is stopped, it does it at its next start. */
const request = async (io: CommandIo, kind: CommandKind, payload: object): Promise<number> => {
  const db = await io.openDb()
  const now = io.clock.now()
  const id = makeIds(() => now).next()
  await db.sql(`insert into exchange.command (id, kind, payload, asked_at) values ($1, $2, $3, $4)`, [
    id,
    kind,
    JSON.stringify(payload),
    now,
  ])
  for (let waited = 0; waited < DONE_MS; waited += 250) {
    const [row] = await db.sql<{ done_at: Date | null; refused: string | null; outcome: unknown }>(
      `select done_at, refused, outcome from exchange.command where id = $1`,
      [id],
    )
    if (row?.refused != null) {
      io.error(`refused: ${row.refused}`)
      return 1
    }
    if (row?.done_at != null) {
      io.out(`done: ${JSON.stringify(row.outcome)}`)
      return 0
    }
    await wait(250)
  }
  io.error('The server of this cell did not answer; it will do this when it runs.')
  return 1
}

const restore: Action = (args, io) => request(io, 'restore', { now: args.now === true })
const returnHome: Action = (args, io) => request(io, 'return', { unheard: args.unheard === true })
const clear: Action = async ({ rest: [id], resume }, io) =>
  id === undefined ? undefined : request(io, 'clear-alarm', { id, resume: resume === true })

const Proposal = z.object({ origin: z.string(), epoch: z.int().positive(), writer: z.string(), head: z.unknown() })

const propose: Action = async ({ for: origin, out }, io) => {
  if (origin === undefined || out === undefined || !/^\d{2}$/.test(origin)) return undefined
  const { region } = io.config()
  const db = await io.openDb()
  const [row] = await findLogs(db, [origin])
  if (row?.head == null) {
    io.error(`Nothing of the log of ${origin} is here`)
    return 1
  }
  const current = Math.max(newestEpoch({ openings: row.openings }), newestEpoch(row.following))
  const epoch = nextEpoch(current, io.clock.now().getTime(), region)
  await writeFile(out, `${JSON.stringify({ origin, epoch, writer: region, head: row.head }, null, 2)}\n`)
  io.out(`${region} would write the log of ${origin} from record ${row.head.seq + 1} on, in epoch ${epoch}`)
  io.out('Two operators of this cell sign the file: dure cell approve')
  return 0
}

const readProposal = async (file: string): Promise<StandIn> => {
  const { origin, epoch, writer } = Proposal.parse(JSON.parse(await readFile(file, 'utf8')))
  return { origin, epoch, writer }
}

const sign: Action = async ({ key, operator, out, rest: [file] }, io) => {
  if (key === undefined || operator === undefined || out === undefined || file === undefined) return undefined
  const standIn = await readProposal(file)
  await writeFile(out, `${JSON.stringify(approve(standIn, operator, await readKey(key)))}\n`)
  io.out(`${operator} signed: ${standIn.writer} writes the log of ${standIn.origin} in epoch ${standIn.epoch}`)
  return 0
}

const standIn: Action = async ({ proposal, rest }, io) => {
  if (proposal === undefined || rest.length < 2) return undefined
  const { origin, epoch } = await readProposal(proposal)
  const approvals = []
  for (const file of rest) approvals.push(Approval.parse(JSON.parse(await readFile(file, 'utf8'))))
  return request(io, 'stand-in', { origin, epoch, approvals })
}

const newKey: Action = async (_, io) => {
  const { dataDir, region } = io.config()
  const now = io.clock.now()
  const db = await io.openDb()
  const file = keyFile(dataDir)
  if (existsSync(file)) await rename(file, `${file}.${now.getTime()}.old`)
  const key = rawPublicKey(await privateKey(dataDir))
  await db.tx(async (tx) => {
    await tx.sql(`update platform.cell set public_key = $1`, [key])
    // What is numbered next is numbered in a higher epoch, which opens with the new key.
    await tx.sql(`update platform.writing set timeline = 'new key'`)
  })
  io.out(`${region}  ${key.toString('base64url')}`)
  io.out('Put it in the list of cells, end the old key with its last epoch (untilEpoch), and start the server.')
  return 0
}

const rotate: Action = async ({ withdraw }, io) => {
  const { dataDir, region } = io.config()
  const now = io.clock.now()
  const db = await io.openDb()
  const keys = makeSealingKeys(dataDir)
  const made = await keys.make(now)
  const withdrawn = await db.tx(async (tx) => {
    const at = { at: now, subject: region, audience: { roles: ['admin'] } } as const
    await appendOp(tx, { ...at, kind: 'cell-key-published', body: { ...made } })
    await saveSealingKey(tx, region, made, Number.MAX_SAFE_INTEGER, now)
    return withdraw === true ? withdrawOld(tx, region, made.keyId, at) : 0
  })
  io.out(`published ${made.keyId}, withdrew ${withdrawn}`)
  return 0
}

const withdrawOld = async (
  tx: Parameters<Parameters<Db['tx']>[0]>[0],
  region: string,
  kept: string,
  at: { readonly at: Date; readonly subject: string; readonly audience: { readonly roles: readonly ['admin'] } },
): Promise<number> => {
  const rows = await tx.sql<{ key_id: string }>(
    `update exchange.sealing_key set withdrawn_at = $3
      where cell = $1 and key_id <> $2 and withdrawn_at is null returning key_id`,
    [region, kept, at.at],
  )
  for (const { key_id } of rows) await appendOp(tx, { ...at, kind: 'cell-key-withdrawn', body: { keyId: key_id } })
  return rows.length
}

const ACTIONS: Readonly<Record<string, Action>> = {
  ca,
  cert,
  key: makeKey,
  list,
  status,
  'public-key': publicKey,
  restore,
  'new-key': newKey,
  'rotate-sealing-key': rotate,
  'clear-alarm': clear,
  propose,
  approve: sign,
  'stand-in': standIn,
  return: returnHome,
}
