import { bedEndpoints, type OfferView, type RequestView } from '@dure/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ActButton } from '../../../ui/act-button.tsx'
import { Button } from '../../../ui/button.tsx'
import { Clock, Countdown } from '../../../ui/time.tsx'
import { AnswerDialog } from './answer-dialog.tsx'
import { OfferBadge, OPEN_OFFER_STATES } from './badges.tsx'
import { reasonsInWords } from './reason.ts'

/** Hospitals that were asked, with the clock of each open question; the desk types in what it hears by phone. */
export const OfferList = ({ request, mayType }: { request: RequestView; mayType: boolean }) => {
  const { t } = useTranslation()
  const [typing, setTyping] = useState<OfferView | null>(null)
  return (
    <>
      <ul className="offers">
        {request.offers.map((offer) => (
          <li key={offer.id} className="offer">
            <div className="offer-head">
              <strong>{offer.hospitalName}</strong>
              <OfferBadge state={offer.state} />
              {offer.designated ? <span className="tag">{t('offers.designated')}</span> : null}
              {OPEN_OFFER_STATES.includes(offer.state) ? (
                <Countdown until={offer.expiresAt} label={t('offers.answerIn')} />
              ) : null}
            </div>
            {offer.warnings.length === 0 ? null : (
              <p className="warning-text">
                {t('offers.warned', { reasons: reasonsInWords(t, 'whyNot', offer.warnings) })}
              </p>
            )}
            <OfferAnswer offer={offer} />
            {mayType && OPEN_OFFER_STATES.includes(offer.state) ? (
              <div className="act-detours">
                <Button size="small" onClick={() => setTyping(offer)}>
                  {t('offers.typeAnswer')}
                </Button>
                <ActButton
                  endpoint={bedEndpoints.actOnOffer}
                  input={{ params: { id: offer.id }, body: { act: { event: 'withdraw' } } }}
                  intent={`offer:${offer.id}:withdraw`}
                  label={{ key: 'outbox.label.withdraw', values: { hospital: offer.hospitalName } }}
                  size="small"
                  look="quiet"
                >
                  {t('offers.withdraw')}
                </ActButton>
              </div>
            ) : null}
          </li>
        ))}
      </ul>
      {typing === null ? null : (
        <AnswerDialog
          key={typing.id}
          offer={typing}
          slots={null}
          start={{ event: 'accept', channel: 'phone' }}
          withChannel
          onClose={() => setTyping(null)}
        />
      )}
    </>
  )
}

const OfferAnswer = ({ offer }: { offer: OfferView }) => {
  const { t } = useTranslation()
  return (
    <p className="quiet">
      {t('offers.sentAt')} <Clock at={offer.sentAt} seconds />
      {offer.answeredAt === null ? null : (
        <>
          {' · '}
          {t('offers.answeredAt')} <Clock at={offer.answeredAt} seconds /> {offer.answeredBy ?? ''}
        </>
      )}
      {offer.heardFrom === null ? null : ` · ${t(`channel.${offer.channel}`)} (${offer.heardFrom})`}
      {offer.declineReason === null ? null : ` · ${t(`declineReason.${offer.declineReason}`)}`}
      {offer.declineNote === null ? null : ` · ${offer.declineNote}`}
      {offer.conditions === null ? null : ` · ${t('hold.conditions')}: ${offer.conditions}`}
      {offer.hospitalPhone === null ? null : (
        <>
          {' · '}
          <a href={`tel:${offer.hospitalPhone}`}>{offer.hospitalPhone}</a>
        </>
      )}
    </p>
  )
}
