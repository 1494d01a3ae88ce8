import { z } from 'zod'
import { endpoint } from './endpoint.ts'

/** What goes on when a screen is not enough: text messages, calls, the printed sheet, notifications. Instants are ISO 8601 in UTC. */

const id = z.string().min(1).max(64)
const instant = z.string().max(40)
const byId = z.object({ id })
const phone = z
  .string()
  .trim()
  .regex(/^[0-9+][0-9 -]{2,19}$/)

// ---------------------------------------------------------------- numbers

/** A person's own telephone, or one that lies on a desk and speaks for it. */
export const NUMBER_KINDS = ['person', 'desk'] as const
export type NumberKind = (typeof NUMBER_KINDS)[number]

/** Only a confirmed number is written to and listened to. */
export const NUMBER_STATES = ['pending', 'confirmed', 'removed'] as const

export const numberView = z.object({
  id,
  phone: z.string(),
  kind: z.enum(NUMBER_KINDS),
  label: z.string(),
  state: z.enum(NUMBER_STATES),
  personId: id.nullable(),
  personName: z.string().nullable(),
  /** Hospital of a desk's number; null with kind `desk`: the region's placement desk. */
  facilityId: id.nullable(),
  facilityName: z.string().nullable(),
  confirmedAt: instant.nullable(),
  registeredAt: instant,
})
export type NumberView = z.infer<typeof numberView>

// ---------------------------------------------------------------- messages

export const TEXT_STATES = ['queued', 'handed_over', 'accepted', 'delivered', 'failed', 'unknown'] as const
export type TextState = (typeof TEXT_STATES)[number]

export const TEXT_PURPOSES = ['offer', 'answer', 'confirm_number', 'alert', 'probe'] as const
export type TextPurpose = (typeof TEXT_PURPOSES)[number]

export const INBOUND_OUTCOMES = [
  'accepted',
  'declined',
  'reason_asked',
  'call_noted',
  'already_answered',
  'over',
  'no_bed',
  'not_allowed',
  'wrong_code',
  'unknown_number',
  'unreadable',
  'locked',
  'probe',
  'refused',
] as const
export type InboundOutcome = (typeof INBOUND_OUTCOMES)[number]

export const textView = z.object({
  id,
  /** Masked but for its ends, unless the reader manages the number. */
  to: z.string(),
  purpose: z.enum(TEXT_PURPOSES),
  medium: z.enum(['sms', 'voice']),
  text: z.string(),
  state: z.enum(TEXT_STATES),
  carrier: z.string().nullable(),
  attempts: z.int(),
  createdAt: instant,
  stateSince: instant,
  tries: z.array(
    z.object({ carrier: z.string(), at: instant, state: z.enum(TEXT_STATES), error: z.string().nullable() }),
  ),
})
export type TextView = z.infer<typeof textView>

export const inboundView = z.object({
  id,
  at: instant,
  from: z.string(),
  text: z.string(),
  outcome: z.enum(INBOUND_OUTCOMES),
  code: z.string().nullable(),
})
export type InboundView = z.infer<typeof inboundView>

export const carrierView = z.object({
  key: z.string(),
  name: z.string(),
  media: z.array(z.enum(['sms', 'voice'])),
  /** `silent`: it takes messages, and none of them arrives. `failing`: it does not take them. `off`: not configured any more. */
  health: z.enum(['good', 'failing', 'silent', 'unproven']),
  failuresInRow: z.int(),
  openUntil: instant.nullable(),
  silentSince: instant.nullable(),
  lastAcceptedAt: instant.nullable(),
  lastDeliveredAt: instant.nullable(),
  lastError: z.string().nullable(),
  /** When the last probe message was seen to arrive. */
  lastHeardAt: instant.nullable(),
})
export type CarrierView = z.infer<typeof carrierView>

export const callBackView = z.object({
  id,
  at: instant,
  code: z.string(),
  requestId: id,
  hospitalName: z.string(),
  who: z.string(),
  phone: z.string(),
})
export type CallBackView = z.infer<typeof callBackView>

// ---------------------------------------------------------------- push

const base64url = (least: number, most: number) =>
  z
    .string()
    .min(least)
    .max(most)
    .regex(/^[A-Za-z0-9_-]+=*$/)

export const pushSubscriptionInput = z.strictObject({
  endpoint: z.string().min(12).max(600),
  keys: z.strictObject({ p256dh: base64url(80, 100), auth: base64url(20, 30) }),
  /** What the person calls the device. */
  label: z.string().trim().min(1).max(60),
})
export const pushSubscriptionView = z.object({
  id,
  label: z.string(),
  createdAt: instant,
  lastSentAt: instant.nullable(),
  /** Ends of the address: enough to tell this device from another. */
  tail: z.string(),
})
export type PushSubscriptionView = z.infer<typeof pushSubscriptionView>

// ---------------------------------------------------------------- what carriers send

/** Whatever the carrier sends; where its members are is said in the carrier's configuration. */
const fromCarrier = z.union([z.record(z.string().max(60), z.unknown()), z.array(z.unknown()).max(1_000)])
const byCarrier = z.object({ carrier: z.string().regex(/^[a-z0-9-]{1,30}$/) })
const secretQuery = z.object({
  /** For carriers that can send no header; it is then in the logs of whatever stands in front. */
  secret: z.string().max(200).optional(),
})

const numbers = ['not-found', 'not-allowed', 'conflict', 'too-many-requests', 'wrong-state'] as const

export const channelEndpoints = {
  listNumbers: endpoint({
    id: 'listNumbers',
    method: 'GET',
    path: '/api/numbers',
    summary: 'Telephone numbers that the person may manage: their own, their desk’s, or the region’s',
    auth: 'session',
    response: { status: 200, schema: z.object({ numbers: z.array(numberView) }) },
    problems: [],
  }),
  registerNumber: endpoint({
    id: 'registerNumber',
    method: 'POST',
    path: '/api/numbers',
    summary: 'Register a telephone number; a code is sent to it',
    auth: 'session',
    body: z.strictObject({
      phone,
      kind: z.enum(NUMBER_KINDS),
      label: z.string().trim().min(1).max(40),
      /** For kind `person`; absent: one’s own. */
      personId: id.optional(),
      /** For kind `desk`: the hospital; null: the placement desk of the region. */
      facilityId: id.nullable().optional(),
    }),
    response: { status: 201, schema: numberView },
    problems: numbers,
  }),
  confirmNumber: endpoint({
    id: 'confirmNumber',
    method: 'POST',
    path: '/api/numbers/:id/confirmation',
    summary: 'Confirm a number with the code that was sent to it',
    auth: 'session',
    params: byId,
    body: z.strictObject({
      code: z
        .string()
        .trim()
        .regex(/^[0-9]{6}$/),
    }),
    response: { status: 200, schema: numberView },
    problems: numbers,
  }),
  resendNumberCode: endpoint({
    id: 'resendNumberCode',
    method: 'POST',
    path: '/api/numbers/:id/code',
    summary: 'Send a new confirmation code',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: numberView },
    problems: numbers,
  }),
  removeNumber: endpoint({
    id: 'removeNumber',
    method: 'DELETE',
    path: '/api/numbers/:id',
    summary: 'Take a number out of use',
    auth: 'session',
    params: byId,
    response: { status: 204, schema: z.undefined() },
    problems: numbers,
  }),
  listTexts: endpoint({
    id: 'listTexts',
    method: 'GET',
    path: '/api/texts',
    summary: 'The newest text messages out and in, and how far each got',
    auth: 'session',
    query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
    response: {
      status: 200,
      schema: z.object({ at: instant, out: z.array(textView), in: z.array(inboundView) }),
    },
    problems: [],
  }),
  channelHealth: endpoint({
    id: 'channelHealth',
    method: 'GET',
    path: '/api/channels',
    summary: 'Carriers, what waits to be sent, and whether anything fails silently',
    auth: 'session',
    response: {
      status: 200,
      schema: z.object({
        at: instant,
        carriers: z.array(carrierView),
        waiting: z.int(),
        oldestWaitingAt: instant.nullable(),
        failedLastHour: z.int(),
      }),
    },
    problems: [],
  }),
  listCallBacks: endpoint({
    id: 'listCallBacks',
    method: 'GET',
    path: '/api/call-backs',
    summary: 'Hospitals that asked by text to be called',
    auth: 'session',
    response: { status: 200, schema: z.object({ callBacks: z.array(callBackView) }) },
    problems: [],
  }),
  doneCallBack: endpoint({
    id: 'doneCallBack',
    method: 'POST',
    path: '/api/call-backs/:id/done',
    summary: 'They were called',
    auth: 'session',
    params: byId,
    response: { status: 204, schema: z.undefined() },
    problems: ['not-found'],
  }),
  darkSheet: endpoint({
    id: 'darkSheet',
    method: 'GET',
    path: '/api/dark-sheet',
    summary:
      'The sheet of this desk for when the network is gone: one self-contained page to print (A4), no patient identity',
    auth: 'session',
    query: z.object({ lang: z.enum(['ko', 'en']).default('ko') }),
    response: { status: 200, schema: z.string(), type: 'text/html; charset=utf-8' },
    problems: [],
  }),
  getPushKey: endpoint({
    id: 'getPushKey',
    method: 'GET',
    path: '/api/push/key',
    summary: 'Public key (VAPID) of this cell, base64url',
    auth: 'session',
    response: { status: 200, schema: z.object({ publicKey: z.string() }) },
    problems: [],
  }),
  listPushSubscriptions: endpoint({
    id: 'listPushSubscriptions',
    method: 'GET',
    path: '/api/push/subscriptions',
    summary: 'Devices on which the person is notified',
    auth: 'session',
    response: { status: 200, schema: z.object({ subscriptions: z.array(pushSubscriptionView) }) },
    problems: [],
  }),
  subscribePush: endpoint({
    id: 'subscribePush',
    method: 'POST',
    path: '/api/push/subscriptions',
    summary: 'Notify this device that something waits; nothing more is said in the notification',
    auth: 'session',
    body: pushSubscriptionInput,
    response: { status: 201, schema: pushSubscriptionView },
    problems: ['too-many-requests'],
  }),
  unsubscribePush: endpoint({
    id: 'unsubscribePush',
    method: 'DELETE',
    path: '/api/push/subscriptions/:id',
    summary: 'Notify a device no more',
    auth: 'session',
    params: byId,
    response: { status: 204, schema: z.undefined() },
    problems: ['not-found'],
  }),
  carrierReport: endpoint({
    id: 'carrierReport',
    method: 'POST',
    path: '/api/carriers/:carrier/reports',
    summary:
      'Delivery reports of a carrier; authenticated by the secret shared with it (Authorization: Bearer, or ?secret=)',
    auth: 'public',
    from: 'machine',
    priority: 'desk',
    params: byCarrier,
    query: secretQuery,
    body: fromCarrier,
    response: { status: 200, schema: z.object({ taken: z.int(), unknown: z.int() }) },
    problems: ['sign-in-needed'],
  }),
  carrierInbound: endpoint({
    id: 'carrierInbound',
    method: 'POST',
    path: '/api/carriers/:carrier/inbound',
    summary: 'Text messages that arrived at a carrier; authenticated by the secret shared with it',
    auth: 'public',
    from: 'machine',
    priority: 'desk',
    params: byCarrier,
    query: secretQuery,
    body: fromCarrier,
    response: { status: 200, schema: z.object({ taken: z.int() }) },
    problems: ['sign-in-needed'],
  }),
} as const

// ---------------------------------------------------------------- the demo's telephones

export const CARRIER_MOODS = ['well', 'refuses', 'silent', 'slow'] as const
export type CarrierMood = (typeof CARRIER_MOODS)[number]

export const demoPhone = z.object({
  phone: z.string(),
  label: z.string(),
  owner: z.string(),
  registered: z.boolean(),
  texts: z.array(
    z.object({
      id: z.string(),
      at: instant,
      direction: z.enum(['to_phone', 'from_phone']),
      carrier: z.string(),
      text: z.string(),
    }),
  ),
})

/** Served by a demo cell only; elsewhere these routes do not exist. */
export const demoChannelEndpoints = {
  demoPhones: endpoint({
    id: 'demoPhones',
    method: 'GET',
    path: '/api/demo/phones',
    summary: 'The telephones of the demo and what they received (demo only)',
    auth: 'public',
    response: {
      status: 200,
      schema: z.object({
        phones: z.array(demoPhone),
        carriers: z.array(z.object({ key: z.string(), name: z.string(), mood: z.enum(CARRIER_MOODS) })),
      }),
    },
    problems: [],
  }),
  demoReply: endpoint({
    id: 'demoReply',
    method: 'POST',
    path: '/api/demo/phones/replies',
    summary: 'Write a text message on a telephone of the demo (demo only)',
    auth: 'public',
    body: z.strictObject({ phone, text: z.string().min(1).max(200) }),
    response: { status: 202, schema: z.object({ sent: z.literal(true) }) },
    problems: ['not-found'],
  }),
  demoCarrierMood: endpoint({
    id: 'demoCarrierMood',
    method: 'POST',
    path: '/api/demo/carriers/:carrier',
    summary: 'Make a carrier of the demo fail, fall silent or slow down (demo only)',
    auth: 'public',
    params: byCarrier,
    body: z.strictObject({ mood: z.enum(CARRIER_MOODS) }),
    response: { status: 200, schema: z.object({ key: z.string(), mood: z.enum(CARRIER_MOODS) }) },
    problems: ['not-found'],
  }),
} as const
