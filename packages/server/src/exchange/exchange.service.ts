import type pg from 'pg'
import type { Deps } from '../platform/deps.ts'
import type { CellIdentity } from '../platform/oplog.key.ts'
import { startWorker } from '../platform/worker.ts'
import { makeAnswering, makeWakes, type Wakes } from './answer.service.ts'
import { type Applying, makeApplying } from './applying.service.ts'
import type { TakenBy } from './carried.service.ts'
import { followCheckpoints, makeCheckpoints } from './checkpoint.service.ts'
import { makeLink } from './client.service.ts'
import { doCommands, workWaiting } from './commands.service.ts'
import { saveContacts, standingsOf } from './contact.sql.ts'
import { type Contacts, makeContacts } from './contact.ts'
import { makeDirectoryKeeper } from './directory.service.ts'
import type { Directory, SignedScreens } from './directory.ts'
import { EMPTY_DIRECTORY } from './directory.ts'
import {
  beginLog,
  type CellState,
  cellRow,
  endRecovery,
  enterRecovering,
  goOnAfterPromotion,
  reopen,
} from './epoch.service.ts'
import { isKnownElsewhere } from './founding.service.ts'
import { type Intake, makeIntake } from './intake.service.ts'
import { startLeading } from './leader.service.ts'
import { startListener } from './listener.service.ts'
import { listLogs, planned } from './log.sql.ts'
import type { CellId } from './log-record.ts'
import { type MarkKeeper, makeMarkKeeper } from './mark.service.ts'
import { makeCounts, measure } from './measures.ts'
import { SealingKeyBody } from './opening.ts'
import type { ExchangePort } from './ports.ts'
import { type Puller, startPuller } from './puller.service.ts'
import { makeRecovery } from './recovery.ts'
import { writtenEnds } from './regained.sql.ts'
import { makeRegistry } from './registry.service.ts'
import { SILENT_AFTER_MS } from './relays.ts'
import { makeSealingKeys, openSealed, saveSealingKey, sealFor, withdrawSealingKey } from './sealing.service.ts'
import { makeSnapshotAnswering } from './snapshot.answer.service.ts'
import { makeSnapshotIntake } from './snapshot.intake.service.ts'
import { makeSnapshots } from './snapshot.puller.service.ts'
import { readTlsFiles } from './tls.service.ts'

export interface Exchange {
  readonly port: ExchangePort
  readonly state: () => CellState
  readonly directory: () => Directory
  /** Where the cells' screens are, signed, and the key it is signed with; null: the list of cells names none. */
  readonly screens: () => (SignedScreens & { readonly key: string }) | null
  /** Before anybody is served: the list of cells, the own log and its epoch. */
  begin(identity: CellIdentity): Promise<void>
  /** What goes on by itself: the listener, the links, the looks after promotions and commands. */
  start(connection: pg.ClientConfig): Promise<void>
  /** A log has grown; absent: any may have. */
  wake(origin: CellId | undefined): void
  /** One look after everything that is not a link: commands, promotions, recovery, records that wait for a handler. */
  round(): Promise<void>
  /** Port of the listener; `undefined` while there is none. */
  listening(): number | undefined
  /** Takes carried files in a process that serves nobody: through every slice, without the duties that a running cell does. */
  carrying(): Promise<TakenBy>
}

const ROUND_MS = 1_000
const TICK_MS = 500
const SAVE_MS = 2_000
/** How often to look whether a log has grown enough for a checkpoint, or has one to be looked at. */
const CHECKPOINTS_MS = 5_000
/** The ends of all logs are looked at this often, although nobody said that one grew: what was said may have got lost. */
const LOOK_MS = 5_000

/** Everything a cell has to do with other cells. Without a list of cells: its own log, and nothing on the network. */
export const makeExchange = (deps: Deps, version: string): Exchange => {
  const { db, clock, log, config } = deps
  const self = config.region
  const registry = makeRegistry()
  const wakes: Wakes = makeWakes()
  const contacts: Contacts = makeContacts(performance.now())
  const marks: MarkKeeper = makeMarkKeeper(config.dataDir)
  const sealingKeys = makeSealingKeys(config.dataDir)
  const applying: Applying = makeApplying(db, registry, version, log)
  const keeper = config.exchange === undefined ? undefined : makeDirectoryKeeper(db, config.exchange, clock, log)
  const directory = () => keeper?.current() ?? EMPTY_DIRECTORY
  const screens: Exchange['screens'] = () => {
    const signed = keeper?.screens()
    if (signed === undefined || config.exchange === undefined) return null
    return { ...signed, key: config.exchange.cellsKey.toString('base64url') }
  }
  const recovery = makeRecovery()
  const intake: Intake = makeIntake({ deps, self, directory, applying, registry })
  const snapshotIntake = makeSnapshotIntake({ deps, self, directory, applying, registry, intake })
  let state: CellState = 'recovering'
  let identity: CellIdentity | undefined
  let grown = true
  let listeningOn: number | undefined
  let pullers: readonly Puller[] = []

  const counts = makeCounts(deps)
  const refused = (why: string, detail: Readonly<Record<string, unknown>>): void => {
    counts.refused.inc({ why })
    log.warn({ why, ...detail }, 'exchange-refused')
  }
  const others = () => directory().cells.flatMap(({ id }) => (id === self ? [] : [id]))

  followCheckpoints(registry)
  registry.onRecord('cell-key-published', async (tx, record) => {
    const key = SealingKeyBody.safeParse(record.body)
    if (key.success) await saveSealingKey(tx, record.origin, key.data, record.seq, new Date(record.at))
  })
  registry.onRecord('cell-key-withdrawn', async (tx, record) => {
    const { keyId } = record.body
    if (typeof keyId === 'string') await withdrawSealingKey(tx, record.origin, keyId, new Date(record.at))
  })

  const standings = () => standingsOf(db, self, contacts)
  const port: ExchangePort = {
    onRecord: registry.onRecord,
    onRewound: registry.onRewound,
    onOpened: registry.onOpened,
    onApplied: registry.onApplied,
    standings,
    standing: async (origin) => (await standings()).find((one) => one.origin === origin) ?? null,
    get cells() {
      return [...new Set([self, ...others()])].sort()
    },
    seal: (to, text) => sealFor(db, [to].flat(), text, ''),
    open: (sealed) => openSealed(sealingKeys, sealed, ''),
  }

  const refresh = async () => {
    const row = await cellRow(db)
    if (row.state !== state) {
      log.warn({ from: state, to: row.state }, 'cell-state')
      if (row.state === 'recovering') recovery.reset()
      state = row.state
      for (const puller of pullers) puller.again()
    }
    return row
  }

  const parts = async () => {
    if (identity === undefined) throw new Error('The exchange has not begun')
    return { db, identity, registry, sealingKey: await sealingKeys.current(clock.now()) }
  }

  const begin: Exchange['begin'] = async (own) => {
    identity = own
    await keeper?.begin()
    const { sealingKey } = await parts()
    const alone = others().length === 0
    await beginLog({ deps, identity: own, registry, sealingKey, alone }, await marks.read())
    if (!alone) await foundUnlessKnown()
    state = (await cellRow(db)).state
  }

  const foundUnlessKnown = async (): Promise<void> => {
    const { state: now, founded } = await cellRow(db)
    const remembered = await marks.read()
    const { exchange } = config
    if (now !== 'recovering' || founded || remembered.has(self) || exchange === undefined) return
    const tls = await readTlsFiles(exchange.tlsDir)
    const links = directory().cells.flatMap(({ id, address }) =>
      id === self ? [] : [makeLink(id, exchange.routes.get(id) ?? address, tls)],
    )
    if (!(await isKnownElsewhere(self, links, log))) await reopen(await parts(), remembered, 'founded', clock.now())
  }

  const round: Exchange['round'] = async () => {
    await keeper?.look()
    const row = await refresh()
    if (row.sameTimeline === false) await goOnAfterPromotion(await parts(), await marks.read(), log, clock.now())
    const waiting = await workWaiting(db, [...registry.records.keys()])
    if (waiting.commands) await doCommands({ ...(await parts()), self, marks, directory, contacts, log, clock })
    const isRecovered = await finishRecovery()
    if (waiting.commands || isRecovered) await refresh()
    await noteNumbered()
    if (!waiting.records) return
    const applied = await applying.catchUp(clock.now())
    if (applied > 0) log.info({ records: applied }, 'waiting-records-applied')
  }

  /** How far the logs written here have come, for a restore to be noticed by: after every growth, at most once a round. */
  const noteNumbered = async (): Promise<void> => {
    if (!grown) return
    grown = false
    for (const { origin, end } of await writtenEnds(db)) await marks.noteNumbered(origin, end)
  }

  /** Once every neighbour that can be reached has told what it knows of our log, we go on above it. */
  const finishRecovery = async (): Promise<boolean> => {
    if (state !== 'recovering' || keeper === undefined) return false
    if (!recovery.isDone(others())) return false
    const ended = await endRecovery(await parts(), await marks.read(), clock.now())
    if (ended === null) return false
    if (ended === 'stood-in') {
      log.warn({}, 'another-cell-writes-the-own-log')
      return true
    }
    log.warn({ ...ended }, 'epoch-opened')
    for (const handler of registry.applied) await handler([self])
    return true
  }

  const enterRecovery = async () => {
    log.fatal({}, 'own-records-are-missing')
    await db.tx((tx) => enterRecovering(tx, self, 'a neighbour has records of ours that are not here', clock.now()))
    await refresh()
  }

  const startPullers = async () => {
    const { exchange } = config
    if (exchange === undefined) return { close: async () => undefined }
    const tls = await readTlsFiles(exchange.tlsDir)
    const snapshots = makeSnapshots({
      deps,
      self,
      intake: snapshotIntake,
      behind: exchange.snapshotBehind,
      mayBeginOwn: () => recovery.lacksWholeLog(others()),
      refused,
    })
    const running = new Map<CellId, { readonly address: string; readonly puller: Puller }>()
    const follow = async () => {
      for (const { id, address: listed } of directory().cells) {
        const address = exchange.routes.get(id) ?? listed
        const known = running.get(id)
        if (id === self || known?.address === address) continue
        await known?.puller.close()
        const puller = startPuller(makeLink(id, address, tls), {
          deps,
          self,
          intake,
          snapshots,
          contacts,
          state: () => state,
          others,
          refused,
          applied: (origin, count) => counts.applied.inc({ origin }, count),
          heardOwn: recovery.heard,
          ownBeginsLater: recovery.beginsLater,
          unreachable: recovery.unreachable,
          lostOwn: enterRecovery,
          chance: Math.random,
        })
        running.set(id, { address, puller })
      }
      pullers = [...running.values()].map(({ puller }) => puller)
    }
    await follow()
    const ticker = startWorker('links', TICK_MS, tick(follow), log)
    return {
      close: async () => {
        await ticker.close()
        await Promise.all([...running.values()].map(({ puller }) => puller.close()))
        pullers = []
        await saveContacts(db, contacts.rows())
      },
    }
  }

  /** When a link falls silent the other links are asked for its cell's log at once; a change is written down at once. */
  const tick = (follow: () => Promise<void>) => {
    let silentBefore = ''
    let failingBefore = ''
    let savedAt = 0
    return async (): Promise<false> => {
      const nowMs = performance.now()
      await follow()
      const silent = others()
        .filter((id) => contacts.isSilent(id, nowMs, SILENT_AFTER_MS))
        .join()
      if (silent !== silentBefore && silentBefore.length < silent.length) for (const puller of pullers) puller.again()
      silentBefore = silent
      const rows = contacts.rows()
      const failing = rows
        .map(({ cell, failingSince, relayedBy }) => `${cell}${failingSince !== null}${relayedBy}`)
        .join()
      if (failing !== failingBefore || nowMs - savedAt > SAVE_MS) {
        await saveContacts(db, rows)
        failingBefore = failing
        savedAt = nowMs
      }
      return false
    }
  }

  const once = async (): Promise<false> => {
    await round()
    return false
  }

  const start: Exchange['start'] = async (connection) => {
    const worker = startWorker('exchange', ROUND_MS, once, log)
    deps.onClose(() => worker.close())
    const { exchange } = config
    if (exchange === undefined) return
    const asOf = (origin: CellId) => contacts.asOf(origin)
    const answerParts = { db, self, asOf, raiseMark: marks.raise }
    const answering = makeAnswering(answerParts)
    const snapshots = makeSnapshotAnswering(answerParts)
    const tls = await readTlsFiles(exchange.tlsDir)
    const { host, port: wanted, checkpointEvery: every } = exchange
    const asked = { answering, snapshots, wakes, self, directory, refused, log, tls, host, port: wanted }
    const listener = await startListener(asked)
    listeningOn = listener.port
    const looker = startWorker('log-ends', LOOK_MS, lookAtEnds(db, wakes), log)
    deps.onClose(() => looker.close())
    log.info({ port: listener.port, cells: others() }, 'exchange-ready')
    deps.onClose(() => listener.close())
    const checkpoints = makeCheckpoints({ deps, identity: (await parts()).identity, every })
    const vouching = startWorker('checkpoints', CHECKPOINTS_MS, checkpoints.step, log)
    deps.onClose(() => vouching.close())
    const leading = startLeading(connection, startPullers, log)
    deps.onClose(() => leading.close())
  }

  const carrying: Exchange['carrying'] = async () => {
    await keeper?.begin()
    const without = { deps, self, directory, applying, registry: { ...registry, applied: [] } }
    const taking = makeIntake(without)
    return { self, intake: taking, snapshots: makeSnapshotIntake({ ...without, intake: taking }) }
  }

  measure(deps, others, contacts)
  return {
    port,
    state: () => state,
    directory,
    screens,
    begin,
    start,
    wake: (origin) => {
      grown = true
      wakes.wake(origin)
    },
    round,
    listening: () => listeningOn,
    carrying,
  }
}

/** One look for all questions that wait. */
const lookAtEnds = (db: Deps['db'], wakes: Wakes) => {
  const ends = new Map<CellId, string>()
  return async (): Promise<false> => {
    for (const { origin, head } of await listLogs(planned(db))) {
      const end = `${head?.epoch}:${head?.seq}`
      if (ends.get(origin) !== end) wakes.wake(origin)
      ends.set(origin, end)
    }
    return false
  }
}
