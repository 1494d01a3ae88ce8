import { TERMINAL_REQUEST_STATES, WAITING_REQUEST_STATES } from '@dure/contract'

const listed = (states: readonly string[]): string => `(${states.map((state) => `'${state}'`).join(', ')})`

/** The closed states as a list of SQL. */
export const CLOSED = listed(TERMINAL_REQUEST_STATES)
/** Conditions on a request that is called `r` in the statement. */
export const IS_OPEN = `r.state not in ${CLOSED}`
export const IS_WAITING = `r.state in ${listed(WAITING_REQUEST_STATES)}`
