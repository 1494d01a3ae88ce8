import type { Endpoint, Refusal } from '@dure/contract'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { escapePointer, findUnsafe, type InputFault } from './json.ts'

const KEY = /^[\x21-\x7e]{1,100}$/

export type Input =
  | { readonly ok: true; readonly value: { params: unknown; query: unknown; body: unknown }; key: string | undefined }
  | { readonly ok: false; readonly refusal: Refusal }

/** What was asked, as it came: two requests with one key must agree in it. */
export const rawInput = (endpoint: Endpoint, request: FastifyRequest) => ({
  params: endpoint.params === undefined ? undefined : request.params,
  query: endpoint.query === undefined ? undefined : request.query,
  body: endpoint.body === undefined ? undefined : request.body,
})

/** Params, query and body in the contract's shapes, or every fault with its pointer. */
export const readInput = (endpoint: Endpoint, request: FastifyRequest): Input => {
  const faults: InputFault[] = []
  const part = (name: 'params' | 'query' | 'body', schema: z.ZodType | undefined): unknown => {
    if (schema === undefined) return undefined
    // The body was looked through while it was parsed; the address was not.
    const unsafe = name === 'body' ? undefined : findUnsafe(request[name])
    if (unsafe !== undefined) faults.push({ ...unsafe, pointer: `/${name}${unsafe.pointer}` })
    const parsed = schema.safeParse(request[name])
    if (parsed.success) return parsed.data
    faults.push(...parsed.error.issues.map((issue) => faultOf(name, issue)))
    return undefined
  }
  const value = {
    params: part('params', endpoint.params),
    query: part('query', endpoint.query),
    body: part('body', endpoint.body),
  }
  const sent = request.headers['idempotency-key']
  if (sent !== undefined && !isKey(sent))
    faults.push({ pointer: '/headers/idempotency-key', detail: 'expected 1 to 100 printable characters' })
  if (faults.length > 0) return { ok: false, refusal: invalidInput(faults) }
  return { ok: true, value, key: keyOf(endpoint, request) }
}

const isKey = (sent: string | string[]): sent is string => typeof sent === 'string' && KEY.test(sent)

/** The key under which a write is answered once. */
export const keyOf = (endpoint: Endpoint, request: FastifyRequest): string | undefined => {
  const sent = request.headers['idempotency-key']
  return endpoint.method === 'GET' || sent === undefined || !isKey(sent) ? undefined : sent
}

const MAX_FAULTS = 50

const invalidInput = (faults: readonly InputFault[]): Refusal => ({
  code: 'invalid-input',
  pointer: faults[0]?.pointer,
  detail: faults[0]?.detail,
  errors: faults.slice(0, MAX_FAULTS),
})

const faultOf = (part: string, issue: z.core.$ZodIssue): InputFault => {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path
  return {
    pointer: `/${part}${path.map((step) => `/${escapePointer(String(step))}`).join('')}`,
    detail: issue.message.slice(0, 200),
  }
}
