import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { Gauge } from 'prom-client'
import type { Beds } from '../beds/index.ts'
import type { Directory } from '../facilities/index.ts'
import type { Http } from '../platform/http.ts'
import { startWorker } from '../platform/worker.ts'
import { type Carrier, readCarriers } from './carrier.ts'
import { KEPT_DAYS, SHEET_EVERY_MS } from './channel-times.ts'
import { registerChannelRoutes } from './channels.routes.ts'
import type { Channels } from './channels.service.ts'
import { makeSheets } from './dark-sheet.service.ts'
import { registerDemoNumbers, registerDemoPhones } from './demo.routes.ts'
import { type DemoCarriers, startDemoCarriers } from './demo-carriers.service.ts'
import { beat } from './heartbeat.service.ts'
import { DECLINE_TIMER, declineWithoutReason } from './inbound.service.ts'
import { makeChannels } from './make-channels.service.ts'
import { carrierRows, sweepMessages, waitingMessages } from './messages.sql.ts'
import { chaseOverdue, sendDue } from './outbox.service.ts'
import { pushDue } from './push.service.ts'
import { sweepJobs } from './push.sql.ts'
import { sweepEarlyReports } from './reports.sql.ts'
import { notifyNew, textUnseen } from './unseen.service.ts'

export { alertByPush, alertByText, alertByVoice, type Reached } from './alerts.service.ts'
/** The only door of the channels for other slices. */
export type { Channels } from './channels.service.ts'
export { makeChannels } from './make-channels.service.ts'

export interface ChannelNeeds {
  readonly beds: Beds
  readonly directory: Directory
  /** Who is on call at a hospital's bed desk; absent: the numbers that lie on the desk are written to. */
  readonly onCall?: Channels['onCall']
}

const LOOK_EVERY_MS = 2_000
const SWEEP_EVERY_MS = 3_600_000

/** Serves text messages, calls back, the dark sheet and notifications. Call it once, before the cell starts serving. */
export const registerChannels = (http: Http, needs: ChannelNeeds): Channels => {
  const { deps } = http
  let demo: DemoCarriers | undefined
  let wake = (): void => undefined
  const configured = carriersOf(deps.config.carriersFile)
  const channels = makeChannels(deps, {
    beds: needs.beds,
    directory: needs.directory,
    carriers: () => demo?.carriers ?? configured,
    ownUrl: () => deps.config.publicUrl ?? addressOf(http),
    wake: () => wake(),
    onCall: needs.onCall ?? (async () => []),
  })
  registerChannelRoutes(http, channels)
  deps.onTimer(DECLINE_TIMER, async (tx, timer, now) => {
    await channels.ready()
    await declineWithoutReason(channels, tx, timer.subject, String(timer.payload.phone ?? ''), now)
  })
  if (deps.config.demo) registerDemoPhones(http, channels, () => demo)
  const measure = makeMeasure(http, channels)
  deps.onReady(async () => {
    if (deps.config.demo && configured.length === 0) {
      demo = await startDemoCarriers(
        () => randomBytes(24).toString('hex'),
        () => deps.clock.now(),
        deps.log,
      )
      const started = demo
      deps.onClose(() => started.close())
      await registerDemoNumbers(channels)
    }
    const work = startWork(http, channels, measure)
    wake = work
  })
  return channels
}

const carriersOf = (file: string | undefined): readonly Carrier[] => {
  if (file === undefined) return []
  const read = readCarriers(readFileSync(file, 'utf8'))
  if (!read.ok) throw new Error(`DURE_CARRIERS_FILE ${file}: ${read.error}`)
  return read.value
}

/** Where carriers reach a cell without a public address: the demo's are on the same machine. */
const addressOf = ({ fastify }: Http): string => {
  const address = fastify.server.address() as AddressInfo | string | null
  return typeof address === 'object' && address !== null ? `http://localhost:${address.port}` : 'http://localhost'
}

/** Sending and watching go on beside each other: a slow carrier holds up neither the heartbeat nor the next look. */
const startWork = ({ deps }: Http, channels: Channels, measure: () => Promise<void>): (() => void) => {
  const { log, onClose } = deps
  const send = startWorker('channels-send', LOOK_EVERY_MS, async () => (await sendDue(channels)) > 0, log)
  const push = startWorker('channels-push', LOOK_EVERY_MS, async () => (await pushDue(channels)) > 0, log)
  const watch = startWorker(
    'channels-watch',
    LOOK_EVERY_MS,
    async () => {
      const steps = [textUnseen, notifyNew, chaseOverdue, beat, measure]
      for (const step of steps)
        await step(channels).catch((error: unknown) => log.warn({ err: error, step: step.name }, 'channel-step-failed'))
      return false
    },
    log,
  )
  const sheets = startWorker(
    'dark-sheets',
    SHEET_EVERY_MS,
    async () => {
      await makeSheets(channels, deps.config.dataDir)
      return false
    },
    log,
  )
  const sweeper = startWorker('channels-sweep', SWEEP_EVERY_MS, () => sweep(channels), log)
  for (const work of [sweeper, sheets, watch, push, send]) onClose(() => work.close())
  return () => {
    send.wake()
    push.wake()
  }
}

const sweep = async ({ db, clock }: Channels): Promise<false> => {
  const now = clock.now().getTime()
  const before = new Date(now - KEPT_DAYS * 86_400_000)
  await sweepMessages(db, before)
  await sweepJobs(db, before)
  await sweepEarlyReports(db, new Date(now - 86_400_000))
  return false
}

/** What an operator is woken for: a carrier that is silent, texts that wait. */
const makeMeasure = ({ deps }: Http, channels: Channels): (() => Promise<void>) => {
  const registers = [deps.metrics.registry]
  const labelNames = ['carrier'] as const
  const silent = new Gauge({
    name: 'dure_sms_carrier_silent',
    help: '1 while a carrier takes messages and none of its probes arrives',
    labelNames,
    registers,
  })
  const failures = new Gauge({
    name: 'dure_sms_carrier_failures_in_row',
    help: 'Messages a carrier did not take, since it last took one',
    labelNames,
    registers,
  })
  const waiting = new Gauge({ name: 'dure_sms_waiting', help: 'Text messages not handed over yet', registers })
  const oldest = new Gauge({
    name: 'dure_sms_oldest_waiting_seconds',
    help: 'Age of the oldest text message not handed over yet',
    registers,
  })
  return async () => {
    const now = channels.clock.now()
    const rows = new Map((await carrierRows(channels.db)).map((row) => [row.key, row]))
    for (const { key } of channels.carriers) {
      silent.set({ carrier: key }, rows.get(key)?.silent_since == null ? 0 : 1)
      failures.set({ carrier: key }, rows.get(key)?.failures_in_row ?? 0)
    }
    const state = await waitingMessages(channels.db, now)
    waiting.set(state.waiting)
    oldest.set(state.oldest === null ? 0 : (now.getTime() - state.oldest.getTime()) / 1_000)
  }
}
