import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { ROLES } from './vocabulary.ts'

/** A person's name as shown on screens; never a patient's. */
const PersonName = z.string().trim().min(1).max(80)

/** The signed-in person. */
export const Me = z
  .object({
    id: z.string(),
    name: PersonName,
    roles: z.array(z.enum(ROLES)).min(1),
    /** Region code of the person's work, `28` = Incheon. */
    region: z.string(),
    /** The hospital a requester or a hospital desk speaks for. */
    facilityId: z.string().nullable(),
    facilityName: z.string().nullable(),
    /** What the cell is: its region, whether it is a demo, and its time now. */
    cell: z.object({ region: z.string(), demo: z.boolean(), now: z.iso.datetime() }),
    /** How this session began, and when it ends whatever is done. `credential`: nobody at home could be asked. */
    session: z
      .object({ kind: z.enum(['link', 'passkey', 'oidc', 'credential', 'demo']), endsAt: z.iso.datetime() })
      .optional(),
  })
  .meta({ id: 'Me' })
export type Me = z.infer<typeof Me>

export const DemoPerson = z
  .object({
    id: z.string(),
    name: PersonName,
    roles: z.array(z.enum(ROLES)).min(1),
    facilityId: z.string().nullable(),
    facilityName: z.string().nullable(),
  })
  .meta({ id: 'DemoPerson' })
export type DemoPerson = z.infer<typeof DemoPerson>

export const getMe = endpoint({
  id: 'getMe',
  method: 'GET',
  path: '/api/me',
  summary: 'The signed-in person',
  auth: 'session',
  response: { status: 200, schema: Me },
  problems: [],
})

export const signOut = endpoint({
  id: 'signOut',
  method: 'POST',
  path: '/api/sign-out',
  summary: 'End this session',
  auth: 'session',
  response: { status: 204, schema: z.undefined() },
  problems: [],
})

/** The token of a one-time link, `https://…/sign-in#<token>`: after the hash, so that it is in no server's log. */
export const signIn = endpoint({
  id: 'signIn',
  method: 'POST',
  path: '/api/sign-in',
  summary: 'Sign in with a one-time link',
  auth: 'public',
  priority: 'desk',
  body: z.object({ token: z.string().min(20).max(100) }),
  response: { status: 200, schema: Me },
  problems: ['link-spent', 'too-many-requests'],
})

/** Served by a demo cell only; elsewhere this route does not exist. */
export const listDemoPeople = endpoint({
  id: 'listDemoPeople',
  method: 'GET',
  path: '/api/demo/people',
  summary: 'The people of the demo region (demo only)',
  auth: 'public',
  priority: 'desk',
  response: { status: 200, schema: z.object({ people: z.array(DemoPerson) }) },
  problems: [],
})

/** Served by a demo cell only; elsewhere this route does not exist. */
export const demoSignIn = endpoint({
  id: 'demoSignIn',
  method: 'POST',
  path: '/api/demo/sign-in',
  summary: 'Sign in as a person of the demo region (demo only)',
  auth: 'public',
  priority: 'desk',
  body: z.object({ personId: z.string().min(1).max(40) }),
  response: { status: 200, schema: Me },
  problems: ['not-found'],
})

export const peopleEndpoints = [getMe, signIn, signOut, listDemoPeople, demoSignIn] as const
