import { setTimeout as wait } from 'node:timers/promises'
import type { Deps } from '../platform/deps.ts'
import { NOTHING_BUT_NEWER } from './answer.service.ts'
import { pauseMs } from './backoff.ts'
import { newestEpoch } from './branch.ts'
import { AskFailed, ask, LIMITS, type Limits, type Link } from './client.service.ts'
import type { Contacts } from './contact.ts'
import type { CellState } from './epoch.service.ts'
import type { Intake, Taken } from './intake.service.ts'
import { branchOf, emptyLog, findLogs, planned } from './log.sql.ts'
import type { CellId } from './log-record.ts'
import { isRelayFor, SILENT_AFTER_MS } from './relays.ts'
import type { Snapshots } from './snapshot.puller.service.ts'
import type { Have, Vector } from './vector.ts'

export interface PullerParts {
  readonly deps: Pick<Deps, 'db' | 'clock' | 'log'>
  readonly self: CellId
  readonly intake: Intake
  readonly snapshots: Snapshots
  readonly contacts: Contacts
  readonly state: () => CellState
  /** Every other cell of the directory. */
  readonly others: () => readonly CellId[]
  readonly refused: (why: string, detail: Readonly<Record<string, unknown>>) => void
  readonly applied: (origin: CellId, count: number) => void
  /** The peer has told all it has of our own log. */
  readonly heardOwn: (peer: CellId) => void
  /** The peer has our own log only from a later place on than we need. */
  readonly ownBeginsLater: (peer: CellId) => void
  /** The link failed: for a restored cell that peer cannot be waited for. */
  readonly unreachable: (peer: CellId) => void
  /** Somebody has records signed by us that we do not know. */
  readonly lostOwn: () => Promise<void>
  readonly chance: () => number
  readonly limits?: Limits
}

export interface Puller {
  /** Ask again now: what is to be asked has changed. */
  again(): void
  close(): Promise<void>
}

const WAIT_S = 20
/** With a relay's logs in the question: how old its knowledge is, is to be heard more often. */
const RELAY_WAIT_S = 5

/** Follows one peer for as long as the cell lives: its own log, and those of cells that are silent. */
export const startPuller = (link: Link, parts: PullerParts): Puller => {
  const { deps, self, contacts } = parts
  const { peer } = link
  const closing = new AbortController()
  let current = new AbortController()
  let failures = 0
  /** Nothing was heard since the link was last up: ask without waiting, and for our own log to its very end. */
  let first = true

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      current = new AbortController()
      const pulled = await pullOnce(AbortSignal.any([closing.signal, current.signal]))
      if (closing.signal.aborted) return
      if (pulled) continue
      await wait(pauseMs(failures, parts.chance()), undefined, {
        signal: AbortSignal.any([closing.signal, current.signal]),
      }).catch(() => undefined)
    }
  }

  /** Gives whether to ask again at once. */
  const pullOnce = async (signal: AbortSignal): Promise<boolean> => {
    try {
      const took = await pull(signal)
      failures = 0
      first = took.refused
      return !took.refused
    } catch (error) {
      if (signal.aborted) return true
      failures += 1
      first = true
      if (!(error instanceof AskFailed)) {
        deps.log.warn({ err: error, peer }, 'pulling-failed')
        return false
      }
      if (error.hostile) parts.refused(error.fault, { peer })
      contacts.failed(peer, deps.clock.now(), error.message)
      parts.unreachable(peer)
      if (failures === 1) deps.log.warn({ peer, why: error.message }, 'link-failed')
      return false
    }
  }

  const pull = async (signal: AbortSignal): Promise<{ readonly refused: boolean }> => {
    const asking = {
      self,
      signal,
      onAlive: () => contacts.alive(peer, deps.clock.now(), performance.now()),
      limits: parts.limits ?? LIMITS,
    }
    const origins = wantedOrigins()
    const notNow = await parts.snapshots.before(link, origins, asking)
    const asked = await vectorOf(origins.filter((origin) => !notNow.has(origin)))
    const relaying = [...asked.keys()].some((origin) => origin !== peer && origin !== self)
    const recovering = parts.state() === 'recovering'
    const waitS = first ? 0 : recovering ? 1 : relaying ? RELAY_WAIT_S : WAIT_S
    let pending: Promise<Taken> | undefined
    let failed = false
    const settle = async () => {
      const taken = await pending
      pending = undefined
      if (taken !== undefined) failed = (await judge(taken)) || failed
    }
    let toldOwn = asked.has(self) && asked.get(self)?.end !== NOTHING_BUT_NEWER
    try {
      for await (const step of ask(link, { ...asking, vector: asked, waitS })) {
        await settle()
        if (failed) return { refused: true }
        if (step.type === 'end' && !step.more && toldOwn) parts.heardOwn(peer)
        if (step.type === 'head') {
          const { origin, asOf } = step.head
          const have = asked.get(origin)
          if (have === undefined) return refuse('not-asked-for')
          if (await judge(await parts.intake.header(step.head))) return { refused: true }
          const meaning = parts.snapshots.heard(peer, step.head, have.end)
          if (meaning === 'leave') return { refused: false }
          if (meaning === 'begins-later') {
            if (origin === self) {
              toldOwn = false
              parts.ownBeginsLater(peer)
            }
            continue
          }
          if (asOf !== null && origin === peer) contacts.clock(peer, asOf, deps.clock.now())
          if (asOf !== null && origin !== peer && origin !== self)
            contacts.relayed(origin, peer, asOf, deps.clock.now())
        }
        // The next run is read and hashed while the database takes this one.
        if (step.type === 'run') {
          pending = parts.intake.run(step.run).then((taken) => note(step.run.origin, taken))
          pending.catch(() => undefined)
        }
      }
    } finally {
      await settle()
    }
    return { refused: failed }
  }

  const note = (origin: CellId, taken: Taken): Taken => {
    if (taken.took > 0) parts.applied(origin, taken.took)
    return taken
  }

  /** Whether to leave this answer alone from here on. */
  const judge = async (taken: Taken): Promise<boolean> => {
    if (taken.stopped !== undefined) return true
    if (taken.refused === undefined) return false
    // Our own records coming back are an echo, and with a gap this link only came too late: neither is the peer's fault.
    if (taken.refused === 'written-here') return true
    if (taken.refused === 'gap') {
      parts.refused('gap', { peer })
      return true
    }
    if (taken.refused === 'own-records-unknown') await parts.lostOwn()
    refuse(taken.refused)
    return true
  }

  const refuse = (why: string): { readonly refused: true } => {
    parts.refused(why, { peer })
    failures = Math.max(failures, 3)
    return { refused: true }
  }

  const wantedOrigins = (): readonly CellId[] => {
    const nowMs = performance.now()
    const others = parts.others()
    const silent = others.filter((id) => id !== peer && contacts.isSilent(id, nowMs, SILENT_AFTER_MS))
    const answering = others.filter((id) => !contacts.isSilent(id, nowMs, SILENT_AFTER_MS))
    const relayed = silent.filter((id) => isRelayFor(peer, id, [...new Set([...answering, peer])], nowMs))
    return [peer, self, ...relayed]
  }

  const vectorOf = async (origins: readonly CellId[]): Promise<Vector> => {
    const rows = await findLogs(planned(deps.db), origins)
    return new Map(
      origins.flatMap((origin) => {
        const row = rows.find((one) => one.origin === origin) ?? emptyLog(origin)
        if (row.stoppedAt !== null) return []
        const branch = branchOf(row)
        const followedEpoch = Math.max(newestEpoch(row.following), newestEpoch(branch))
        // While we write our own log, others can only know of a newer branch: our own records coming back would be an echo.
        const echo = origin === self && parts.state() === 'writing' && !first
        const have: Have = { ...branch, end: echo ? NOTHING_BUT_NEWER : branch.end, followedEpoch }
        return [[origin, have] as const]
      }),
    )
  }

  const ended = run().catch((error: unknown) => deps.log.error({ err: error, peer }, 'puller-ended'))
  return {
    again: () => current.abort(),
    close: async () => {
      closing.abort()
      await ended
      link.agent.destroy()
    },
  }
}
