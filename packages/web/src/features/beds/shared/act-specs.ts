import type { RequestAct, RequestState } from '@dure/contract'
import type { TFunction } from 'i18next'
import { options } from './options.ts'

export type ActEvent = RequestAct['event']

export interface ActField {
  readonly name: string
  readonly kind: 'line' | 'area' | 'number' | 'choice' | 'phone' | 'datetime'
  readonly required: boolean
  readonly options?: (t: TFunction) => readonly { value: string; label: string }[]
}

const line = (name: string): ActField => ({ name, kind: 'line', required: true })
const area = (name: string): ActField => ({ name, kind: 'area', required: true })
const choice = (name: string, list: NonNullable<ActField['options']>, required = true): ActField => ({
  name,
  kind: 'choice',
  required,
  options: list,
})
const optional = (field: ActField): ActField => ({ ...field, required: false })
const number = (name: string): ActField => ({ name, kind: 'number', required: false })

/** What an act has to bring along; none = one press is enough. */
export const ACT_FIELDS: Record<ActEvent, readonly ActField[]> = {
  submit: [],
  ask_info: [area('question')],
  give_info: [area('answer')],
  triage: [
    choice('severity', options.severity),
    choice('urgency', options.urgency),
    choice('requestedClass', options.bedClass, false),
    choice('stability', options.stability, false),
  ],
  start_matching: [],
  confirm: [],
  arrange_transport: [choice('transport', options.transport), number('etaMinutes'), optional(line('crew'))],
  depart: [number('etaMinutes')],
  arrive: [],
  admit: [],
  put_on_hold: [area('why')],
  resume: [],
  escalate: [choice('to', options.escalateTo), area('why')],
  declare_no_bed: [area('interimPlan'), { name: 'retryInMinutes', kind: 'number', required: true }],
  retry: [],
  divert: [area('why')],
  place_outside: [line('hospitalName'), { name: 'phone', kind: 'phone', required: true }, area('why')],
  step_down: [choice('to', options.stepDownTo), area('why')],
  return_to_origin: [area('why')],
  record_death: [{ name: 'at', kind: 'datetime', required: true }],
  cancel: [choice('reason', options.cancelReason), optional(line('note'))],
  merge: [line('into')],
  enter_in_error: [area('why')],
}

/** States in which judging is what comes next; later it undoes offers and is a detour. */
export const TRIAGE_IS_NEXT: readonly RequestState[] = ['submitted', 'needs_info']

/** What moves the patient on; the rest are detours and ends and stand behind "more". */
export const FORWARD: readonly ActEvent[] = [
  'submit',
  'give_info',
  'triage',
  'start_matching',
  'retry',
  'resume',
  'confirm',
  'arrange_transport',
  'depart',
  'arrive',
  'admit',
]
export const DETOURS: readonly ActEvent[] = [
  'triage',
  'ask_info',
  'put_on_hold',
  'escalate',
  'declare_no_bed',
  'divert',
  'place_outside',
  'step_down',
  'return_to_origin',
  'merge',
  'cancel',
  'record_death',
  'enter_in_error',
]

/** Acts that end the request or undo a promise ask once more by their form. */
export const GRAVE: readonly ActEvent[] = ['divert', 'cancel', 'record_death', 'enter_in_error', 'merge']

/** Typed text to the act: numbers become numbers, instants become UTC, empty optional members are left out. */
export const actFromTyped = (event: ActEvent, typed: Readonly<Record<string, string>>): Record<string, unknown> => {
  const members = ACT_FIELDS[event].flatMap(({ name, kind }): [string, unknown][] => {
    const raw = (typed[name] ?? '').trim()
    if (raw === '') return []
    if (kind === 'number') return [[name, Number(raw)]]
    if (kind === 'datetime') return [[name, seoulInstant(raw)]]
    return [[name, raw]]
  })
  return { event, ...Object.fromEntries(members) }
}

/** `2022-10-15T15:33` as typed in Korea. */
const seoulInstant = (local: string): string => {
  const at = new Date(`${local}:00+09:00`)
  return Number.isNaN(at.getTime()) ? local : at.toISOString()
}
