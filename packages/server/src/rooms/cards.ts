import {
  type CardAct,
  type CardKind,
  type CardView,
  type OFFER_STATES,
  type OfferView,
  offerAct,
  type RequestView,
  requestAct,
  type timelineEntry,
} from '@dure/contract'
import type { z } from 'zod'
import { formatHlc, timelineKey } from './hlc.ts'

/**
 * Cards of a room are the request's own record, looked at: nothing of it is kept here, and a button on a card is the transition the
 * state table allows this very person at this very moment.
 */
type Entry = z.infer<typeof timelineEntry>

/** What each event of a request looks like. `null`: of no use to read. An event without a row is a note. */
export const EVENT_CARDS: Readonly<Record<string, CardKind | null>> = {
  created: 'request',
  submit: 'request',
  edited: 'information',
  ask_info: 'information',
  give_info: 'information',
  identity_recorded: 'information',
  triage: 'triage',
  start_matching: 'note',
  // Shown as one card per hospital, from the offers themselves.
  offer_sent: null,
  offer_deliver: null,
  offer_see: null,
  offer_acknowledge: 'answer',
  offer_accept: 'answer',
  offer_accept_with_conditions: 'answer',
  offer_deem_accepted: 'answer',
  offer_decline: 'decline',
  offer_expire: 'decline',
  offer_withdraw: 'decline',
  offers_exhausted: 'no_bed',
  no_candidate: 'no_bed',
  declare_no_bed: 'no_bed',
  retry: 'no_bed',
  hold_granted: 'hold',
  hold_extended: 'hold',
  hold_lost: 'hold_lost',
  confirm: 'confirmed',
  arrange_transport: 'eta',
  depart: 'eta',
  arrive: 'handover',
  admit: 'handover',
  divert: 'hold_lost',
  return_to_origin: 'hold_lost',
  put_on_hold: 'paused',
  resume: 'paused',
  escalate: 'escalation',
  place_outside: 'outside',
  step_down: 'closed',
  cancel: 'closed',
  record_death: 'closed',
  merge: 'closed',
  merged_from: 'information',
  enter_in_error: 'closed',
  overdue: 'overdue',
}

/** On which card an act stands: the newest of these kinds; without one, on the request's first card. */
const HOMES: Readonly<Record<string, readonly CardKind[]>> = {
  submit: ['request'],
  ask_info: ['request'],
  give_info: ['information'],
  triage: ['request', 'information', 'triage'],
  start_matching: ['triage'],
  send_offers: ['triage', 'decline', 'hold_lost', 'no_bed', 'note', 'escalation'],
  confirm: ['hold', 'answer'],
  extend_hold: ['hold'],
  arrange_transport: ['confirmed', 'outside', 'eta'],
  depart: ['eta'],
  arrive: ['eta'],
  admit: ['handover', 'eta'],
  divert: ['hold', 'confirmed', 'eta', 'handover'],
  return_to_origin: ['eta', 'handover'],
  resume: ['paused'],
  escalate: ['no_bed', 'escalation', 'overdue', 'decline'],
  declare_no_bed: ['no_bed', 'decline', 'triage'],
  retry: ['no_bed'],
  place_outside: ['no_bed', 'escalation'],
}

/** Members of an act a person has to fill in. */
const needsOf = (options: readonly { readonly shape: Readonly<Record<string, z.ZodType>> }[]) =>
  new Map(
    options.map(({ shape }) => {
      const needed = Object.entries(shape).filter(
        ([name, one]) => name !== 'event' && !one.safeParse(undefined).success,
      )
      const event = shape.event as z.ZodLiteral<string> | undefined
      return [String(event?.value), needed.map(([name]) => name)] as const
    }),
  )
const REQUEST_NEEDS = needsOf(requestAct.options)
const OFFER_NEEDS = needsOf(offerAct.options)

export interface CardSource {
  readonly view: RequestView
  readonly entries: readonly Entry[]
  /** The hospital the person speaks for. */
  readonly facilityId: string | null
  hospitalName(id: string): string
}

/** All cards of a request as one person may see and use them, oldest first. */
export const cardsOf = (source: CardSource): CardView[] => {
  // Made and sent at once, as nearly every request is, it is one card: the one of its sending, on which it is first of use to others.
  const isSent = source.entries.some(({ kind }) => kind === 'submit')
  const entries = isSent ? source.entries.filter(({ kind }) => kind !== 'created') : source.entries
  const cards = [
    ...entries.flatMap((entry) => eventCard(source, entry)),
    ...source.view.offers.map((offer) => offerCard(source, offer)),
  ].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  return withRequestActs(source.view, cards)
}

const keyAt = (view: RequestView, at: string, id: string): string =>
  timelineKey(formatHlc({ ms: Date.parse(at), count: 0, cell: view.sido }), id)

const eventCard = ({ view, hospitalName }: CardSource, entry: Entry): CardView[] => {
  const card = EVENT_CARDS[entry.kind] === undefined ? 'note' : EVENT_CARDS[entry.kind]
  if (card === null || card === undefined) return []
  const id = `e:${entry.seq.padStart(14, '0')}`
  const { hospitalId } = entry.data
  return [
    {
      type: 'card',
      key: keyAt(view, entry.at, id),
      id,
      at: entry.at,
      card,
      event: entry.kind,
      by: entry.by,
      channel: entry.channel,
      heardFrom: entry.heardFrom,
      hospitalName: typeof hospitalId === 'string' ? hospitalName(hospitalId) : null,
      state: typeof entry.data.to === 'string' ? entry.data.to : null,
      data: entry.data,
      acts: [],
    },
  ]
}

const OPEN: readonly (typeof OFFER_STATES)[number][] = ['sent', 'delivered', 'seen', 'acked']

const offerCard = (source: CardSource, offer: OfferView): CardView => {
  const id = `o:${offer.id}`
  return {
    type: 'card',
    key: keyAt(source.view, offer.sentAt, id),
    id,
    at: offer.sentAt,
    card: 'offer',
    event: 'offer_sent',
    by: source.view.createdBy.name,
    channel: 'system',
    heardFrom: null,
    hospitalName: offer.hospitalName,
    state: offer.state,
    data: {
      offerId: offer.id,
      hospitalId: offer.hospitalId,
      expiresAt: offer.expiresAt,
      designated: offer.designated,
      declineReason: offer.declineReason,
    },
    acts: OPEN.includes(offer.state) ? offerActs(source, offer) : [],
  }
}

const offerActs = ({ view, facilityId }: CardSource, offer: OfferView): CardAct[] => {
  const own = view.allowed.includes('answer_offer') && offer.hospitalId === facilityId
  const desk = view.allowed.includes('send_offers')
  const answers = ['accept', 'accept_with_conditions', 'decline']
  const events = own
    ? [...(offer.state === 'acked' ? [] : ['acknowledge']), ...answers]
    : desk
      ? [...answers, 'withdraw']
      : []
  return events
    .filter((event) => OFFER_NEEDS.has(event))
    .map((event) => ({
      act: event,
      endpoint: 'actOnOffer',
      id: offer.id,
      version: null,
      // A desk writes down what the hospital said: through which channel, and who.
      needs: [...(OFFER_NEEDS.get(event) ?? []), ...(own || event === 'withdraw' ? [] : ['channel', 'heardFrom'])],
    }))
}

const withRequestActs = (view: RequestView, cards: readonly CardView[]): CardView[] => {
  const acts = new Map<string, CardAct[]>()
  for (const act of requestActs(view)) {
    const homes = HOMES[act.act] ?? []
    const home = cards.findLast(({ card }) => homes.includes(card)) ?? cards.find(({ card }) => card === 'request')
    if (home !== undefined) acts.set(home.id, [...(acts.get(home.id) ?? []), act])
  }
  return cards.map((card) => ({ ...card, acts: [...card.acts, ...(acts.get(card.id) ?? [])] }))
}

const requestActs = (view: RequestView): CardAct[] => [
  ...view.allowed
    .filter((act) => REQUEST_NEEDS.has(act))
    .map(
      (act): CardAct => ({
        act,
        endpoint: 'actOnRequest',
        id: view.id,
        version: view.version,
        needs: REQUEST_NEEDS.get(act) ?? [],
      }),
    ),
  ...(view.allowed.includes('send_offers')
    ? [{ act: 'send_offers', endpoint: 'sendOffers' as const, id: view.id, version: view.version, needs: [] }]
    : []),
  ...(view.hold !== null && view.allowed.includes('extend_hold')
    ? [{ act: 'extend_hold', endpoint: 'extendHold' as const, id: view.hold.id, version: null, needs: [] }]
    : []),
]
