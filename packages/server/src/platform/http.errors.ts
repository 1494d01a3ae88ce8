import { type Refusal, toProblem } from '@dure/contract'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { InputFault } from './json.ts'
import { NotWriting } from './oplog.ts'
import { isFull, isOutage } from './outage.ts'

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'
export const RETRY_AFTER_S = 2
/** Of these the same request may fare better in a moment. */
export const ASK_AGAIN: ReadonlySet<number> = new Set([429, 503, 507])

/** The input was refused while it was read. */
export class InputError extends Error {
  readonly fault: InputFault
  constructor(fault: InputFault) {
    super(fault.detail)
    this.fault = fault
  }
}

export const sendProblem = (reply: FastifyReply, refusal: Refusal): FastifyReply => {
  const problem = toProblem(refusal, reply.request.id)
  if (ASK_AGAIN.has(problem.status)) reply.header('retry-after', RETRY_AFTER_S)
  if (problem.status === 413) reply.header('connection', 'close')
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem))
}

/** What was thrown, as a refusal. Only what is truly a bug is `internal`, and only that is logged as an error. */
export const handleError = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const refusal = refusalOf(error)
  if (refusal.code === 'internal') request.log.error({ err: error, route: request.routeOptions.url }, 'request-failed')
  if (refusal.code === 'overloaded' || refusal.code === 'storage-full')
    request.log.warn({ err: error, route: request.routeOptions.url }, 'request-not-served')
  return sendProblem(reply, refusal)
}

export const refusalOf = (error: unknown): Refusal => {
  if (error instanceof InputError) return invalid(`/body${error.fault.pointer}`, error.fault.detail)
  if (error instanceof NotWriting) return { code: error.state }
  if (isFull(error)) return { code: 'storage-full' }
  if (isOutage(error)) return { code: 'overloaded' }
  const { code, statusCode } = error as Partial<FastifyError>
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return { code: 'too-large', pointer: '/body' }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return { code: 'unsupported-media', pointer: '/headers/content-type', detail: 'application/json is expected' }
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH')
    return invalid('/headers/content-length', 'is not the length of the body')
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return invalid('/params', 'is too long')
  if (code === 'FST_ERR_BAD_URL') return invalid('/path', 'is not a well-formed address')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return invalid('', 'the request cannot be read')
  return { code: 'internal' }
}

const invalid = (pointer: string, detail: string): Refusal => ({
  code: 'invalid-input',
  pointer,
  detail,
  errors: [{ pointer, detail }],
})
