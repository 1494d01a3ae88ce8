import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { byId, id, instant } from './people-parts.ts'

/** Sessions. */

export const SESSION_KINDS = ['link', 'passkey', 'oidc', 'credential', 'demo'] as const
export type SessionKind = (typeof SESSION_KINDS)[number]

export const SessionView = z
  .object({
    id,
    kind: z.enum(SESSION_KINDS),
    /** Browser and system in a few words, as the browser told. */
    device: z.string(),
    address: z.string(),
    startedAt: instant,
    lastSeenAt: instant,
    /** Whatever is done, it ends then. */
    endsAt: instant,
    /** It ends then unless it is used before. */
    idleEndsAt: instant,
    current: z.boolean(),
  })
  .meta({ id: 'Session' })
export type SessionView = z.infer<typeof SessionView>

export const sessionEndpoints = {
  openDeviceStore: endpoint({
    id: 'openDeviceStore',
    method: 'POST',
    path: '/api/device-store',
    summary: 'The secret that opens what this person keeps on this device: the same at every call, and for nobody else',
    auth: 'session',
    body: z.strictObject({
      /** An id the device made for itself. */
      device: z.uuid(),
    }),
    response: {
      status: 200,
      schema: z.object({
        /** 32 bytes as base64url. */
        secret: z.string(),
        /** When the session ends whatever is done: no key made from the secret may stay on the device for longer. */
        until: instant,
      }),
    },
    problems: ['sign-in-needed'],
  }),
  listSessions: endpoint({
    id: 'listSessions',
    method: 'GET',
    path: '/api/sessions',
    summary: 'The own sessions',
    auth: 'session',
    response: { status: 200, schema: z.object({ sessions: z.array(SessionView) }) },
    problems: [],
  }),
  endSession: endpoint({
    id: 'endSession',
    method: 'DELETE',
    path: '/api/sessions/:id',
    summary: 'End one of the own sessions',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: z.object({ sessions: z.array(SessionView) }) },
    problems: [],
  }),
  endOtherSessions: endpoint({
    id: 'endOtherSessions',
    method: 'POST',
    path: '/api/sessions/end',
    summary: 'Sign out everywhere else',
    auth: 'session',
    response: { status: 200, schema: z.object({ sessions: z.array(SessionView) }) },
    problems: [],
  }),
} as const
