import pino, { type DestinationStream, type Logger as Pino } from 'pino'

export type Logger = Pino
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/**
 * The rule: a log line is an event name plus ids, counts and durations; never a patient, never a request body, never a token.
 * The redaction below is the net under that rule, not a permission.
 */
const NEVER = [
  'patient',
  'pseudonym',
  'body',
  'cookie',
  'authorization',
  'token',
  'phone',
  'callbackPhone',
  'guardianPhone',
  'birthYear',
  'password',
  'payload',
]

/** JSON lines. `destination` is stderr, or a file in the data directory. */
export const makeLogger = (level: LogLevel, destination: DestinationStream | undefined, base: object = {}): Logger => {
  const options = {
    level,
    base,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: NEVER.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    serializers: { err: serializeError },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** A database error repeats the row it failed on in `detail`, `where` and `parameters`: those stay out of the log. */
const serializeError = (error: unknown): object => {
  if (!(error instanceof Error)) return { message: 'not an Error' }
  const { code, constraint, schema, table, column } = error as Error & Record<string, unknown>
  const fromDatabase = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)
  return {
    type: error.name,
    message: fromDatabase ? `database error ${code}` : error.message,
    stack: fromDatabase ? error.stack?.split('\n').slice(1).join('\n') : error.stack,
    ...(fromDatabase ? { code, constraint, schema, table, column } : {}),
  }
}
