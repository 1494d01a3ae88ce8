import type { Deps } from '../platform/deps.ts'
import type { Person } from '../platform/person.ts'
import type { Carrier } from './carrier.ts'
import type { VapidKeys } from './vapid.service.ts'

/** What the slice stands on. */
export interface Channels extends Pick<Deps, 'db' | 'clock' | 'ids' | 'log'> {
  readonly region: string
  /** In the order of preference; empty: nothing can be texted. */
  readonly carriers: readonly Carrier[]
  /** Address under which carriers reach this cell: `https://dure.example`. */
  readonly ownUrl: () => string
  /** Who is on call at a hospital's bed desk now, by person id; empty: the roster does not say. */
  readonly onCall: (facilityId: string, now: Date) => Promise<readonly string[]>
  /** Names, telephones and districts of hospitals. */
  readonly hospitals: () => Promise<ReadonlyMap<string, HospitalLine>>
  /** Something was queued: the sender of this process looks at once. */
  readonly wake: () => void
  readonly vapidKeys: () => Promise<VapidKeys>
  /** `mailto:` or `https:`, for the push services. */
  readonly pushContact: string
  readonly pushHosts: readonly string[]
  readonly count: (carrier: string, outcome: 'taken' | 'refused' | 'delivered' | 'failed') => void
  /** Before a transaction that may answer an offer: the copy for ranking must hold committed rows only. */
  readonly ready: () => Promise<void>
  /** Answers an offer as the web does; a refusal is a value. */
  readonly answerOffer: (person: Person, offerId: string, answer: SpokenAnswer) => Promise<AnswerResult>
}

export interface HospitalLine {
  readonly name: string
  readonly phone: string | null
  readonly sidoCode: string
  /** District (구·군), where it is known. */
  readonly district: string | null
}

export interface SpokenAnswer {
  readonly act:
    | { readonly event: 'accept' }
    | { readonly event: 'acknowledge' }
    | { readonly event: 'decline'; readonly reason: DeclineReasonCode; readonly note?: string }
  readonly heardFrom: string
}
type DeclineReasonCode = 'staff' | 'bed' | 'equipment' | 'specialty' | 'isolation' | 'data_wrong' | 'other'

/** `expiresAt`: until when the bed is kept, if one is kept now. */
export type AnswerResult =
  | { readonly ok: true; readonly holdUntil: Date | null }
  | { readonly ok: false; readonly code: string; readonly detail: string }

/** `14:02` in Seoul. */
export const seoulClock = (at: Date): string => {
  const seoul = new Date(at.getTime() + 9 * 3_600_000)
  return seoul.toISOString().slice(11, 16)
}
