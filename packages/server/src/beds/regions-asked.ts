import { SIDO_CODES } from '@dure/contract'
import type { RequestRow } from './rows.ts'
import { neighboursOf } from './zones.ts'

/** Regions that may be asked at the request's level of escalation, its own included. */
export const regionsAsked = (row: Pick<RequestRow, 'level' | 'sido'>): readonly string[] => {
  if (row.level === 'national') return SIDO_CODES
  return row.level === 'region' ? [row.sido] : [row.sido, ...neighboursOf(row.sido)]
}
