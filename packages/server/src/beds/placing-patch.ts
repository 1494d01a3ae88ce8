import { SEVERITIES, type Severity } from '@dure/contract'
import type { By } from './by.ts'
import { type Decision, type EventDetails, isTerminal } from './placement.ts'
import type { Actor } from './placement-actors.ts'
import { noBedStep } from './placement-escalation.ts'
import type { RequestEvent } from './placement-table.ts'
import { SERVICE_TARGETS_MS } from './placement-times.ts'
import type { Placement } from './relations.ts'
import type { RequestPatch } from './request-patch.ts'
import type { RequestRow } from './rows.ts'

/** One event of a request, as it is asked for. */
export interface Doing {
  readonly event: RequestEvent
  readonly actor: Actor
  readonly details?: EventDetails & { readonly agreeToConditions?: boolean | undefined; readonly at?: string }
  /** More to be saved with the new state. */
  readonly patch?: RequestPatch
  /** For the timeline, beside the details. Never what identifies the patient. */
  readonly data?: Readonly<Record<string, unknown>>
  /** How the hold ends if it does; default: released. */
  readonly holdEndsAs?: 'released' | 'expired'
}

/** Who did it, and when. */
interface Done {
  readonly now: Date
  readonly by: Pick<By, 'personId' | 'name'>
}

const NEW_ROUND: readonly RequestEvent[] = ['triage', 'hold_lost', 'retry', 'divert', 'escalate', 'return_to_origin']
const BACK_TO_SEARCH: readonly RequestEvent[] = ['hold_lost', 'divert', 'return_to_origin', 'put_on_hold']

/** What an event of a request changes in its row. */
export const patchOf = (work: Done, placement: Placement, decision: Decision, doing: Doing): RequestPatch => {
  const { row } = placement
  const { event, to } = decision
  const patch: RequestPatch = {
    state: to,
    state_since: new Date(decision.statusSinceMs),
    level: decision.level,
    retries_at_level: decision.retriesAtLevel,
    resume_state: decision.resumeState,
    waiting_since: new Date(decision.queueSinceMs ?? row.waiting_since.getTime()),
    closed_at: isTerminal(to) ? (row.closed_at ?? work.now) : null,
    ...(NEW_ROUND.includes(event) ? { offer_round: row.offer_round + 1 } : {}),
    ...(BACK_TO_SEARCH.includes(event)
      ? { conditions_open: false, confirmed_at: null, outside_name: null, outside_phone: null }
      : {}),
    ...eventPatch(work, row, decision, doing),
    ...doing.patch,
  }
  return { ...patch, deadline_at: deadlineOf({ ...row, ...patch }) }
}

const eventPatch = (work: Done, row: RequestRow, decision: Decision, { details = {} }: Doing): RequestPatch => {
  const { now } = work
  switch (decision.event) {
    case 'submit':
      return { submitted_at: now }
    case 'triage':
      return triagePatch(work, row, details)
    case 'offer_sent':
      return { first_offer_at: row.first_offer_at ?? now }
    case 'hold_granted':
      return { first_hold_at: row.first_hold_at ?? now }
    case 'confirm':
      return { confirmed_at: now, conditions_open: false }
    case 'declare_no_bed':
      return noBedPatch(decision, row, details)
    case 'place_outside':
      return {
        confirmed_at: now,
        outside_name: details.hospitalName ?? null,
        outside_phone: details.phone ?? null,
      }
    case 'merge':
      return { merged_into: details.into ?? null }
    case 'enter_in_error':
      return { merged_into: null, closed_reason: details.why ?? null }
    case 'cancel':
      return { closed_reason: details.reason ?? null }
    case 'step_down':
      return { closed_reason: details.to ?? null }
    default:
      return {}
  }
}

/** The clinician's class stands above the score, with who and when. */
const triagePatch = ({ by, now }: Done, row: RequestRow, details: EventDetails): RequestPatch => {
  const judged = details.severity ?? row.severity
  return {
    judged_class: judged,
    judged_by: by.personId ?? by.name,
    judged_by_name: by.name,
    judged_at: now,
    deteriorating: isWorse(judged, row.severity) || (row.deteriorating && judged === row.severity),
    ...(details.urgency === undefined ? {} : { urgency: details.urgency }),
    ...triageOptions(
      details as { requestedClass?: RequestRow['requested_class']; stability?: RequestRow['stability'] },
    ),
  }
}

const triageOptions = (given: {
  requestedClass?: RequestRow['requested_class']
  stability?: RequestRow['stability']
}): RequestPatch => ({
  ...(given.requestedClass === undefined ? {} : { requested_class: given.requestedClass }),
  ...(given.stability === undefined ? {} : { stability: given.stability }),
})

const isWorse = (now: Severity | null, before: Severity | null): boolean =>
  now !== null && before !== null && SEVERITIES.indexOf(now) > SEVERITIES.indexOf(before)

const noBedPatch = (decision: Decision, row: RequestRow, details: EventDetails): RequestPatch => {
  const planned = decision.effects.find((effect) => effect.kind === 'schedule_timer' && effect.timer === 'no_bed_step')
  const step = noBedStep(decision.level, decision.retriesAtLevel, row.urgency)
  return {
    no_bed_interim_plan: details.interimPlan ?? row.no_bed_interim_plan,
    no_bed_retry_at: planned?.kind === 'schedule_timer' ? new Date(planned.dueAtMs) : row.no_bed_retry_at,
    no_bed_escalation: step.kind === 'escalate' ? `escalate:${step.to}` : 'retry',
  }
}

/** The next time mark that is not yet met; none once a bed is confirmed. */
const deadlineOf = (row: RequestRow): Date | null => {
  if (row.submitted_at === null || row.confirmed_at !== null || row.closed_at !== null) return null
  const mark =
    row.state === 'held'
      ? 'confirm'
      : row.first_offer_at !== null
        ? 'hold'
        : row.judged_at !== null
          ? 'first_offer'
          : 'first_ack'
  return new Date(row.waiting_since.getTime() + SERVICE_TARGETS_MS[mark])
}
