import type { CardView, OfferState, RequestView } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { Countdown, useClockText } from '../../../ui/time.tsx'
import { OfferBadge, OPEN_OFFER_STATES } from '../shared/badges.tsx'
import { wordFor } from '../shared/reason.ts'
import { saidInWords } from '../shared/said.ts'

/** Members of an event that a person can read as they are. */
const SPOKEN = ['why', 'question', 'answer', 'conditions', 'note', 'interimPlan', 'crew', 'slotLabel', 'hospitalName']

/** What a card says beyond its kind: the answer of a hospital with its clock, a reason, a time of arrival. */
export const CardDetail = ({ card, request }: { card: CardView; request: RequestView }) => {
  const { t } = useTranslation()
  const clock = useClockText()
  if (card.card === 'offer') return <OfferDetail card={card} request={request} />
  const spoken = SPOKEN.map((name) => card.data[name]).filter(
    (one) => typeof one === 'string' && one !== card.hospitalName,
  )
  const said = saidInWords(t, clock, { kind: card.event, at: card.at, data: card.data })
  const words = [wordFor(t, 'event', card.event), ...said, ...spoken]
  return <p>{words.join(' · ')}</p>
}

const OfferDetail = ({ card, request }: { card: CardView; request: RequestView }) => {
  const { t } = useTranslation()
  const offer = request.offers.find(({ id }) => `o:${id}` === card.id)
  const state = offer?.state ?? (card.state as OfferState | null)
  const until = offer?.expiresAt ?? card.data.expiresAt
  return (
    <p className="offer-head">
      {state === null ? null : <OfferBadge state={state} />}
      {state !== null && OPEN_OFFER_STATES.includes(state) && typeof until === 'string' ? (
        <Countdown until={until} label={t('offers.answerIn')} />
      ) : null}
      {offer?.hospitalPhone === undefined || offer.hospitalPhone === null ? null : (
        <a href={`tel:${offer.hospitalPhone}`}>{offer.hospitalPhone}</a>
      )}
    </p>
  )
}
