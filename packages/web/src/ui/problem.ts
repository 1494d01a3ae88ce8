import type { Problem } from '@dure/contract'
import type { Language } from '../i18n/index.ts'

/** The refusal as a sentence in the person's language. */
export const problemTitle = (problem: Problem, language: Language): string =>
  language === 'ko' ? problem.title_ko : problem.title

export interface FieldFault {
  readonly pointer: string
  readonly detail: string | undefined
}

export const faultsOf = (problem: Problem): readonly FieldFault[] => [
  ...(problem.errors ?? []),
  ...(problem.pointer === undefined ? [] : [{ pointer: problem.pointer, detail: problem.detail }]),
]

/** The fault that points at this member of the input, by the last part of its pointer. */
export const faultAt = (problem: Problem | undefined, name: string): FieldFault | undefined =>
  problem === undefined ? undefined : faultsOf(problem).find((fault) => fault.pointer.split('/').at(-1) === name)
