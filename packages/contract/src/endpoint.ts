import type { z } from 'zod'
import type { ProblemCode } from './problem.ts'
import type { Role } from './vocabulary.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One route: the server serves it, the client calls it, and OpenAPI is written from it. */
export interface Endpoint {
  /** Unique over the whole API; becomes the operationId. */
  readonly id: string
  readonly method: Method
  /** `/api/beds/:slotId`; a name after a colon is a member of `params`. */
  readonly path: `/${string}`
  readonly summary: string
  readonly auth: 'public' | 'session'
  /**
   * `machine`: called by a program that proves itself by a secret of its own. Its handler looks at no session, so the header
   * that a page of ours sends is not asked for.
   */
  readonly from?: 'machine'
  /** Only for routes outside the permission table (permissions.ts), as tests have them: at least one of these roles is needed. */
  readonly roles?: readonly Role[]
  readonly params?: z.ZodType
  /** Every member arrives as text: use `z.coerce` or an enum. */
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly response: {
    readonly status: 200 | 201 | 202 | 204
    readonly schema: z.ZodType
    /** Media type of an answer that is a text and not JSON; the schema is then a string. */
    readonly type?: string
  }
  /** Refusals of this route's own; the general ones every route can give are added by the server. */
  readonly problems: readonly ProblemCode[]
  /** Bytes the body may have; the server's default otherwise. */
  readonly bodyLimitBytes?: number
  /** Under load `ordinary` routes are refused first. Default: `desk` for `auth: 'session'`. */
  readonly priority?: 'desk' | 'ordinary'
}

/** Declares a route. The literal types are kept, so that server and client infer everything from it. */
export const endpoint = <const E extends Endpoint>(spec: E): E => spec

export type ParamsOf<E extends Endpoint> = E extends { params: infer S extends z.ZodType } ? z.output<S> : undefined
export type QueryOf<E extends Endpoint> = E extends { query: infer S extends z.ZodType } ? z.output<S> : undefined
export type BodyOf<E extends Endpoint> = E extends { body: infer S extends z.ZodType } ? z.output<S> : undefined
/** What the caller receives. */
export type ResponseOf<E extends Endpoint> = z.output<E['response']['schema']>
/** What the handler gives. */
export type AnswerOf<E extends Endpoint> = z.input<E['response']['schema']>

type Member<K extends string, S> = S extends z.ZodType
  ? undefined extends z.input<S>
    ? { readonly [P in K]?: z.input<S> }
    : { readonly [P in K]: z.input<S> }
  : unknown

/** What the caller gives. */
export type InputOf<E extends Endpoint> = (E extends { params: infer S } ? Member<'params', S> : unknown) &
  (E extends { query: infer S } ? Member<'query', S> : unknown) &
  (E extends { body: infer S } ? Member<'body', S> : unknown)

/** The path with its parameters filled in, each percent-encoded. */
export const fillPath = (path: string, params: Readonly<Record<string, unknown>> = {}): string =>
  path.replace(/:([A-Za-z0-9_]+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
