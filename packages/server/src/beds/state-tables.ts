import {
  HOLD_STATES,
  OFFER_STATES,
  REQUEST_STATES,
  type RequestState,
  SLOT_STATES,
  TERMINAL_REQUEST_STATES,
} from '@dure/contract'
import { HOLD_EVENT_ACTORS, HOLD_EVENTS, HOLD_TRANSITIONS } from './holds.ts'
import { OFFER_EVENT_ACTORS, OFFER_EVENTS, OFFER_TRANSITIONS } from './offers.ts'
import { REQUEST_EVENT_ACTORS } from './placement-actors.ts'
import { REQUEST_EVENTS, REQUEST_TRANSITIONS } from './placement-table.ts'
import { SLOT_EVENT_ACTORS, SLOT_EVENTS, SLOT_TRANSITIONS } from './slots.ts'

/** The four state machines as Markdown, made from the tables that run. README.md holds this text; a test compares them. */
export const stateTablesMarkdown = (): string =>
  [
    section('Request', REQUEST_STATES, REQUEST_EVENTS, REQUEST_TRANSITIONS, REQUEST_EVENT_ACTORS, isClosed),
    section('Offer', OFFER_STATES, OFFER_EVENTS, OFFER_TRANSITIONS, OFFER_EVENT_ACTORS),
    section('Hold', HOLD_STATES, HOLD_EVENTS, HOLD_TRANSITIONS, HOLD_EVENT_ACTORS),
    section('Slot', SLOT_STATES, SLOT_EVENTS, SLOT_TRANSITIONS, SLOT_EVENT_ACTORS),
  ].join('\n')

const isClosed = (state: string): boolean => TERMINAL_REQUEST_STATES.includes(state as RequestState & 'admitted')

const section = <S extends string, E extends string>(
  title: string,
  states: readonly S[],
  events: readonly E[],
  transitions: Record<S, Record<E, S | null>>,
  actors: Record<E, readonly string[]>,
  closed: (state: S) => boolean = () => false,
): string => {
  const rows = states.map((state) => {
    const cells = events.flatMap((event) => {
      const to = transitions[state][event]
      return to === null ? [] : [`${event} → ${to === state ? 'same' : to}`]
    })
    return `| ${closed(state) ? `**${state}**` : state} | ${cells.join(' · ') || '—'} |`
  })
  const who = events.map((event) => `| ${event} | ${actors[event].join(', ')} |`)
  return [
    `### ${title}`,
    '',
    '| state | what may happen |',
    '| --- | --- |',
    ...rows,
    '',
    '<details><summary>Who may do it</summary>',
    '',
    '| event | who |',
    '| --- | --- |',
    ...who,
    '',
    '</details>',
    '',
  ].join('\n')
}
