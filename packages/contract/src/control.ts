import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { LINK_STATES } from './exchange.ts'

/** Shapes of the demo's control page: served by the demo of several cells alone, and no part of any cell. Instants are ISO 8601 in UTC. */

const cell = z.string().regex(/^[0-9]{2}$/)
const instant = z.string().max(40)

export const PROCESS_STATES = ['starting', 'running', 'stopped'] as const

const controlCell = z.object({
  cell,
  /** Where its screens are. */
  url: z.string(),
  process: z.enum(PROCESS_STATES),
  since: instant,
  /** What the cell itself says of its log; null while it does not answer. */
  state: z.enum(['writing', 'recovering', 'stood-in']).nullable(),
  /** Logs it writes: its own, and those it stands in for. */
  writes: z.array(cell),
  /** The other cells as this one sees them: its link to them, and the number of their last record here. */
  sees: z.array(z.object({ cell, link: z.enum(LINK_STATES), seq: z.string() })),
})
export type ControlCell = z.infer<typeof controlCell>

export const controlView = z.object({
  at: instant,
  cells: z.array(controlCell),
  /** One for each pair. */
  links: z.array(z.object({ one: cell, other: cell, up: z.boolean() })),
  /** What was done here, newest first. */
  done: z.array(z.object({ at: instant, act: z.string(), cells: z.array(cell), refused: z.string().nullable() })),
})
export type ControlView = z.infer<typeof controlView>

export const controlAct = z.discriminatedUnion('act', [
  z.strictObject({ act: z.literal('cut'), one: cell, other: cell }),
  z.strictObject({ act: z.literal('heal'), one: cell, other: cell }),
  z.strictObject({ act: z.literal('cut_off'), cell }),
  /** All links hold again and every cell runs. */
  z.strictObject({ act: z.literal('heal_all') }),
  /** As a power cut: the process gets no last word. */
  z.strictObject({ act: z.literal('kill'), cell }),
  z.strictObject({ act: z.literal('start'), cell }),
  /** The demo's two operators of `writer` sign that it stands in for `origin`. */
  z.strictObject({ act: z.literal('stand_in'), writer: cell, origin: cell }),
  z.strictObject({ act: z.literal('return'), cell }),
])
export type ControlAct = z.infer<typeof controlAct>

export const controlEndpoints = {
  showControl: endpoint({
    id: 'showControl',
    method: 'GET',
    path: '/api/demo/control',
    summary: 'The processes and links of the demo',
    auth: 'public',
    response: { status: 200, schema: controlView },
    problems: [],
  }),
  control: endpoint({
    id: 'control',
    method: 'POST',
    path: '/api/demo/control',
    summary: 'Cut or heal a link, kill or start a cell, stand in or return',
    auth: 'public',
    body: controlAct,
    response: { status: 200, schema: controlView },
    problems: ['invalid-input', 'not-allowed', 'wrong-state'],
  }),
} as const
