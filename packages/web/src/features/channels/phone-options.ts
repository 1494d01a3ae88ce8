import type { OfferAct, OfferView, RequestAct, RequestView } from '@dure/contract'

/** Something that can be said on the telephone, with what has to be asked back. */
export type PhoneOption =
  | {
      readonly id: string
      readonly kind: 'offer'
      readonly offer: OfferView
      readonly event: OfferEvent
      readonly asks: readonly Ask[]
    }
  | { readonly id: string; readonly kind: 'request'; readonly event: RequestEvent; readonly asks: readonly Ask[] }
  | { readonly id: string; readonly kind: 'still_true'; readonly offer: OfferView; readonly asks: readonly Ask[] }

export type OfferEvent = 'accept' | 'accept_with_conditions' | 'decline'
export const REQUEST_EVENTS = [
  'give_info',
  'confirm',
  'arrange_transport',
  'depart',
  'arrive',
  'admit',
  'put_on_hold',
  'resume',
  'divert',
  'cancel',
] as const satisfies readonly RequestAct['event'][]
export type RequestEvent = (typeof REQUEST_EVENTS)[number]
/** What the operator asks back before it can be written down. */
export type Ask = 'declineReason' | 'conditions' | 'transport' | 'etaMinutes' | 'why' | 'answer' | 'cancelReason'

const ASKS: Partial<Record<OfferEvent | RequestEvent, readonly Ask[]>> = {
  decline: ['declineReason'],
  accept_with_conditions: ['conditions'],
  give_info: ['answer'],
  arrange_transport: ['transport', 'etaMinutes'],
  depart: ['etaMinutes'],
  put_on_hold: ['why'],
  divert: ['why'],
  cancel: ['cancelReason'],
}
const asksOf = (event: OfferEvent | RequestEvent): readonly Ask[] => ASKS[event] ?? []

const OPEN: readonly OfferView['state'][] = ['sent', 'delivered', 'seen', 'acked']

/** All that may be said about a request now, in the order in which calls come: answers of hospitals, the way, the rest. */
export const phoneOptions = (request: RequestView): readonly PhoneOption[] => {
  const open = request.offers.filter(({ state }) => OPEN.includes(state))
  const answers = open.flatMap((offer): PhoneOption[] =>
    (['accept', 'decline', 'accept_with_conditions'] as const).map((event) => ({
      ...{ id: `${offer.id}:${event}`, kind: 'offer', offer, event, asks: asksOf(event) },
    })),
  )
  const acts = REQUEST_EVENTS.filter((event) => request.allowed.includes(event)).map(
    (event): PhoneOption => ({ id: event, kind: 'request', event, asks: asksOf(event) }),
  )
  const beds = open.map((offer): PhoneOption => ({ id: `${offer.id}:beds`, kind: 'still_true', offer, asks: [] }))
  return [...answers, ...acts, ...beds]
}

export type Said = Readonly<Partial<Record<Ask, string>>>

/** What is missing before it can be written down. */
export const missingOf = (option: PhoneOption, said: Said): readonly Ask[] =>
  option.asks.filter((ask) => ask !== 'etaMinutes' && (said[ask] ?? '').trim() === '')

export const offerActOf = (event: OfferEvent, said: Said): Record<string, unknown> & { event: OfferAct['event'] } => {
  if (event === 'decline') return { event, reason: said.declineReason }
  if (event === 'accept_with_conditions') return { event, conditions: said.conditions }
  return { event }
}

export const requestActOf = (event: RequestEvent, said: Said): Record<string, unknown> & { event: RequestEvent } => {
  const eta = (said.etaMinutes ?? '').trim()
  const minutes = eta === '' ? {} : { etaMinutes: Number(eta) }
  switch (event) {
    case 'give_info':
      return { event, answer: said.answer }
    case 'arrange_transport':
      return { event, transport: said.transport, ...minutes }
    case 'depart':
      return { event, ...minutes }
    case 'put_on_hold':
    case 'divert':
      return { event, why: said.why }
    case 'cancel':
      return { event, reason: said.cancelReason }
    default:
      return { event }
  }
}
