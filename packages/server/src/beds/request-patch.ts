import type { RequestRow } from './rows.ts'

/** What a decision or a correction changes. `severity` is the database's own. */
export type RequestPatch = Partial<Omit<RequestRow, 'id' | 'sido' | 'code' | 'version' | 'severity' | 'created_at'>>
