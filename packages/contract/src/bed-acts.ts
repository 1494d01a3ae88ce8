import { z } from 'zod'
import { byId, id, instant, instantInput, phone, placing, shortText } from './bed-parts.ts'
import { requestInput } from './bed-patients.ts'
import { holdView, offerView, requestRow, requestView } from './bed-requests.ts'
import { endpoint } from './endpoint.ts'
import * as v from './vocabulary.ts'

/** What people do to requests and offers. */

/** What a person can do to a request; the state table decides whether now and by whom. */
export const requestAct = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('submit') }),
  z.strictObject({ event: z.literal('ask_info'), question: shortText(500) }),
  z.strictObject({ event: z.literal('give_info'), answer: shortText(1_000) }),
  z.strictObject({
    event: z.literal('triage'),
    severity: z.enum(v.SEVERITIES),
    urgency: z.enum(v.URGENCIES),
    requestedClass: z.enum(v.BED_CLASSES).optional(),
    stability: z.enum(v.STABILITIES).optional(),
  }),
  z.strictObject({ event: z.literal('start_matching') }),
  /** Conditions named by the accepting hospital have to be agreed to before the bed is confirmed. */
  z.strictObject({ event: z.literal('confirm'), agreeToConditions: z.boolean().optional() }),
  z.strictObject({
    event: z.literal('arrange_transport'),
    transport: z.enum(v.TRANSPORTS),
    etaMinutes: z.int().min(0).max(1_440).optional(),
    crew: z.string().trim().max(80).optional(),
  }),
  z.strictObject({ event: z.literal('depart'), etaMinutes: z.int().min(0).max(1_440).optional() }),
  z.strictObject({ event: z.literal('arrive') }),
  z.strictObject({ event: z.literal('admit') }),
  z.strictObject({ event: z.literal('put_on_hold'), why: shortText(300) }),
  z.strictObject({ event: z.literal('resume') }),
  z.strictObject({ event: z.literal('escalate'), to: z.enum(['neighbours', 'national']), why: shortText(300) }),
  z.strictObject({
    event: z.literal('declare_no_bed'),
    interimPlan: shortText(1_000),
    retryInMinutes: z.int().min(5).max(240),
  }),
  z.strictObject({ event: z.literal('retry') }),
  z.strictObject({ event: z.literal('divert'), why: shortText(300) }),
  z.strictObject({ event: z.literal('place_outside'), hospitalName: shortText(100), phone, why: shortText(300) }),
  z.strictObject({
    event: z.literal('step_down'),
    to: z.enum(['home', 'community_treatment_centre', 'long_term_care']),
    why: shortText(300),
  }),
  z.strictObject({ event: z.literal('return_to_origin'), why: shortText(300) }),
  z.strictObject({ event: z.literal('record_death'), at: instantInput }),
  z.strictObject({
    event: z.literal('cancel'),
    reason: z.enum(v.CANCEL_REASONS),
    note: z.string().trim().max(300).optional(),
  }),
  z.strictObject({ event: z.literal('merge'), into: id }),
  z.strictObject({ event: z.literal('enter_in_error'), why: shortText(300) }),
])
export type RequestAct = z.infer<typeof requestAct>

export const REQUEST_ACTS = requestAct.options.map((option) => option.shape.event.value)

/** Every act says through which channel it came, and for a call who said it. */
const acted = z.strictObject({
  act: requestAct,
  version: z.int(),
  channel: z.enum(v.CHANNELS).default('web'),
  heardFrom: z.string().trim().max(80).optional(),
})

export const offerAct = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('see') }),
  z.strictObject({ event: z.literal('acknowledge') }),
  /** Without a slot the best fitting free one is taken. */
  z.strictObject({ event: z.literal('accept'), slotId: id.optional() }),
  z.strictObject({ event: z.literal('accept_with_conditions'), conditions: shortText(500), slotId: id.optional() }),
  z.strictObject({
    event: z.literal('decline'),
    reason: z.enum(v.DECLINE_REASONS),
    note: z.string().trim().max(500).optional(),
  }),
  z.strictObject({ event: z.literal('withdraw'), why: z.string().trim().max(300).optional() }),
])
export type OfferAct = z.infer<typeof offerAct>

export const actEndpoints = {
  createRequest: endpoint({
    id: 'createRequest',
    method: 'POST',
    path: '/api/requests',
    summary: 'Ask for a bed',
    auth: 'session',
    /** A draft is seen by nobody but its maker until it is submitted. */
    body: requestInput.extend({ asDraft: z.boolean().optional() }),
    response: { status: 201, schema: requestView },
    problems: placing,
  }),
  listRequests: endpoint({
    id: 'listRequests',
    method: 'GET',
    path: '/api/requests',
    summary: 'The queue, in the order in which it should be worked',
    auth: 'session',
    query: z.object({
      scope: z.enum(['open', 'mine', 'closed']).default('open'),
      limit: z.coerce.number().int().min(1).max(500).default(200),
    }),
    response: { status: 200, schema: z.object({ requests: z.array(requestRow), at: instant }) },
    problems: [],
  }),
  getRequest: endpoint({
    id: 'getRequest',
    method: 'GET',
    path: '/api/requests/:id',
    summary: 'A request as the person asking may see it; the id may be the four-digit code',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: requestView },
    problems: placing,
  }),
  editRequest: endpoint({
    id: 'editRequest',
    method: 'PATCH',
    path: '/api/requests/:id',
    summary: 'Add or correct details',
    auth: 'session',
    params: byId,
    body: z.strictObject({ version: z.int(), details: requestInput.partial() }),
    response: { status: 200, schema: requestView },
    problems: placing,
  }),
  actOnRequest: endpoint({
    id: 'actOnRequest',
    method: 'POST',
    path: '/api/requests/:id/acts',
    summary: 'Move a request along its states',
    auth: 'session',
    params: byId,
    body: acted,
    response: { status: 200, schema: requestView },
    problems: placing,
  }),
  draftFollowUp: endpoint({
    id: 'draftFollowUp',
    method: 'POST',
    path: '/api/requests/:id/follow-up',
    summary:
      'Draft the request that follows an admission: to a lower class of care, or back to where the patient came from',
    auth: 'session',
    params: byId,
    body: z.strictObject({
      reason: z.enum(['step_down', 'repatriation']),
      /** Without it the number the directory has of the admitting hospital. */
      callbackPhone: phone.optional(),
    }),
    response: { status: 201, schema: requestView },
    problems: placing,
  }),
  sendOffers: endpoint({
    id: 'sendOffers',
    method: 'POST',
    path: '/api/requests/:id/offers',
    summary: 'Ask hospitals for this patient; without a list the best candidates are asked',
    auth: 'session',
    params: byId,
    body: z.strictObject({ hospitalIds: z.array(id).max(3).optional(), version: z.int() }),
    response: { status: 201, schema: requestView },
    problems: placing,
  }),
  listOffers: endpoint({
    id: 'listOffers',
    method: 'GET',
    path: '/api/offers',
    summary: 'Offers this hospital has to answer, most urgent first',
    auth: 'session',
    query: z.object({ scope: z.enum(['open', 'recent']).default('open') }),
    response: {
      status: 200,
      schema: z.object({ at: instant, offers: z.array(offerView.extend({ request: requestRow })) }),
    },
    problems: [],
  }),
  actOnOffer: endpoint({
    id: 'actOnOffer',
    method: 'POST',
    path: '/api/offers/:id/acts',
    summary: 'See, acknowledge, accept, decline or withdraw an offer',
    auth: 'session',
    params: byId,
    body: z.strictObject({
      act: offerAct,
      channel: z.enum(v.CHANNELS).default('web'),
      heardFrom: z.string().trim().max(80).optional(),
    }),
    response: { status: 200, schema: z.object({ offer: offerView, hold: holdView.nullable() }) },
    problems: placing,
  }),
  extendHold: endpoint({
    id: 'extendHold',
    method: 'POST',
    path: '/api/holds/:id/extensions',
    summary: 'Keep the bed 30 minutes longer, at most twice',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: holdView },
    problems: placing,
  }),
} as const
