import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import {
  type ControlAct,
  type ControlView,
  CSRF_HEADER,
  controlAct,
  controlEndpoints,
  exchangeEndpoints,
} from '@dure/contract'
import fastifyStatic from '@fastify/static'
import fastify from 'fastify'
import { sendProblem } from '../platform/http.errors.ts'
import { DEMO_CELLS, PAIRS } from './cells.ts'
import type { Nation } from './nation.service.ts'
import { makeReader } from './people.service.ts'

const WEB_DIR = fileURLToPath(new URL('../../../web/dist', import.meta.url))
const KEEP = 30
/** As strict as the cells' own. */
const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

export interface Control {
  readonly port: number
  leads(nation: Nation, addressOf: (code: string) => string): void
  view(): Promise<ControlView>
  close(): Promise<void>
}

type Done = ControlView['done'][number]

/**
 * The demo's control page and what it presses: a server of the demo's own process, so that it stays when cells are killed. It listens
 * before there are cells, for these have to know where it is.
 */
export const startControl = async (host: string, port: number): Promise<Control> => {
  const app = fastify({ logger: false, forceCloseConnections: true })
  const done: Done[] = []
  let nation: Nation | undefined
  let look: (() => Promise<ControlView>) | undefined

  app.addHook('onSend', async (_, reply) => {
    void reply.header('content-security-policy', POLICY)
  })
  app.get(controlEndpoints.showControl.path, async (_, reply) =>
    look === undefined ? sendProblem(reply, { code: 'overloaded', detail: 'the cells are still starting' }) : look(),
  )
  app.post(controlEndpoints.control.path, async (request, reply) => {
    // A page elsewhere cannot set this header without being asked first.
    if (request.headers[CSRF_HEADER] === undefined) return sendProblem(reply, { code: 'not-allowed' })
    const act = controlAct.safeParse(request.body)
    if (!act.success || !cellsOf(act.data).every(isDemoCell)) return sendProblem(reply, { code: 'invalid-input' })
    if (nation === undefined || look === undefined) return sendProblem(reply, { code: 'overloaded' })
    const refused = await doAct(nation, act.data).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    )
    done.unshift({ at: new Date().toISOString(), act: act.data.act, cells: cellsOf(act.data), refused })
    done.splice(KEEP)
    return look()
  })
  // Nobody signs in here: the shell of the page asks, and hears so.
  app.all('/api/*', (_, reply) => sendProblem(reply, { code: 'sign-in-needed' }))
  if (existsSync(`${WEB_DIR}/index.html`)) {
    await app.register(fastifyStatic, { root: WEB_DIR, wildcard: true, preCompressed: true, index: false })
    app.get('/', (_, reply) => reply.redirect('/demo/control'))
    app.setNotFoundHandler((_, reply) => reply.header('cache-control', 'no-cache').sendFile('index.html'))
  }
  await app.listen({ host, port })
  return {
    port: (app.server.address() as AddressInfo).port,
    leads: (to, addressOf) => {
      nation = to
      look = makeLook(to, addressOf, done)
    },
    view: () => (look === undefined ? Promise.reject(new Error('there are no cells yet')) : look()),
    close: () => app.close(),
  }
}

const isDemoCell = (code: string): boolean => DEMO_CELLS.some((cell) => cell.code === code)

const cellsOf = (act: ControlAct): string[] => {
  if ('one' in act) return [act.one, act.other]
  if ('writer' in act) return [act.writer, act.origin]
  return 'cell' in act ? [act.cell] : []
}

/** Null: done; otherwise why not. */
const doAct = async (nation: Nation, act: ControlAct): Promise<string | null> => {
  switch (act.act) {
    case 'cut':
      nation.cut(act.one, act.other)
      return null
    case 'heal':
      nation.heal(act.one, act.other)
      return null
    case 'cut_off':
      nation.cutOff(act.cell)
      return null
    case 'heal_all':
      nation.healAll()
      await Promise.all(DEMO_CELLS.map(({ code }) => nation.member(code).start()))
      return null
    case 'kill':
      await nation.member(act.cell).kill()
      return null
    case 'start':
      await nation.member(act.cell).start()
      return null
    case 'stand_in':
      return nation.standIn(act.writer, act.origin)
    case 'return':
      return nation.comeBack(act.cell)
  }
}

/** Asks every running cell what it sees; a cell that does not answer is shown as its process is. */
const makeLook = (nation: Nation, addressOf: (code: string) => string, done: readonly Done[]) => {
  const readers = new Map(
    DEMO_CELLS.map(({ code }) => {
      return [code, makeReader(nation.member(code).base, `demo-${code}-admin-1`)] as const
    }),
  )
  const cell = async (code: string): Promise<ControlView['cells'][number]> => {
    const member = nation.member(code)
    const seen =
      member.state() === 'running' ? await readers.get(code)?.((call) => call(exchangeEndpoints.listCells)) : null
    return {
      cell: code,
      url: addressOf(code),
      process: member.state(),
      since: member.since().toISOString(),
      state: seen?.state ?? null,
      writes: seen?.writes ?? [],
      sees: (seen?.cells ?? []).map((one) => ({ cell: one.cell, link: one.link, seq: one.seq })),
    }
  }
  return async (): Promise<ControlView> => ({
    at: new Date().toISOString(),
    cells: await Promise.all(DEMO_CELLS.map(({ code }) => cell(code))),
    links: PAIRS.map(([one, other]) => ({ one, other, up: nation.isUp(one, other) })),
    done: [...done],
  })
}
