import { codeOf, DISK_FULL } from './db.ts'

/**
 * No room on the database's disk, or on that of the rooms' files. What failed is undone with its transaction, so that it may be said that
 * nothing was half-saved; a server that breaks down over it while committing is an outage, and says nothing of the kind.
 */
export const isFull = (error: unknown): boolean => FULL.has(codeOf(error)) && !isBreakdown(error)
const FULL = new Set([DISK_FULL, 'ENOSPC', 'EDQUOT'])

/** The server ends over it, and what was being committed may stand or not. */
const isBreakdown = (error: unknown): boolean =>
  error instanceof Error && 'severity' in error && (error.severity === 'PANIC' || error.severity === 'FATAL')

/** The database is away or out of patience: trying again is right. */
export const isOutage = (error: unknown): boolean => {
  const code = codeOf(error)
  if (OUTAGE_STATES.has(code) || /^(08|53|57P)/.test(code)) return true
  if (!(error instanceof Error)) return false
  if ('syscall' in error && (error.syscall === 'connect' || error.syscall === 'write' || error.syscall === 'read'))
    return true
  return WORDS.test(error.message)
}

/** The driver's own errors have no code. */
const WORDS =
  /timeout exceeded when trying to connect|timeout expired|Connection terminated|not queryable|Query read timeout/

/** Serialization failure and deadlock after all attempts, lock, statement and idle timeouts. */
const OUTAGE_STATES = new Set(['40001', '40P01', '55P03', '57014', '25P03'])
