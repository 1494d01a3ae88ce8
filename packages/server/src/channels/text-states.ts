import type { TextState } from '@dure/contract'

/**
 * `take`: chosen for a carrier. `take_refused`: it did not take it, and it is tried again; `give_up`: it is not.
 * `report_missed`: the carrier took it, and never said that it arrived.
 */
export const TEXT_EVENTS = [
  'take',
  'taken',
  'take_refused',
  'give_up',
  'report_delivered',
  'report_failed',
  'report_missed',
  'try_again',
] as const
export type TextEvent = (typeof TEXT_EVENTS)[number]

/** State, event → next state; `null` = nothing changes. Once delivered, nothing that is heard later counts. */
export const TEXT_TRANSITIONS: Record<TextState, Record<TextEvent, TextState | null>> = {
  queued: {
    take: 'handed_over',
    taken: null,
    take_refused: null,
    give_up: 'failed',
    // The carrier that was thought to have failed had not.
    report_delivered: 'delivered',
    report_failed: null,
    report_missed: null,
    try_again: null,
  },
  handed_over: {
    take: null,
    taken: 'accepted',
    take_refused: 'queued',
    give_up: 'failed',
    report_delivered: 'delivered',
    report_failed: null,
    report_missed: null,
    try_again: 'queued',
  },
  accepted: {
    take: null,
    taken: null,
    take_refused: null,
    give_up: null,
    report_delivered: 'delivered',
    report_failed: 'failed',
    report_missed: 'unknown',
    try_again: null,
  },
  delivered: {
    take: null,
    taken: null,
    take_refused: null,
    give_up: null,
    report_delivered: null,
    report_failed: null,
    report_missed: null,
    try_again: null,
  },
  failed: {
    take: null,
    taken: null,
    take_refused: null,
    give_up: null,
    report_delivered: 'delivered',
    report_failed: null,
    report_missed: null,
    try_again: 'queued',
  },
  unknown: {
    take: null,
    taken: null,
    take_refused: null,
    give_up: null,
    report_delivered: 'delivered',
    report_failed: 'failed',
    report_missed: null,
    try_again: 'queued',
  },
}

export const nextTextState = (state: TextState, event: TextEvent): TextState | null => TEXT_TRANSITIONS[state][event]
