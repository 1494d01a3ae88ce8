import { bedEndpoints, type ResponseOf } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { act } from '../../../offline/outbox.ts'
import { useIntent } from '../../../offline/use-outbox.ts'
import { ActState } from '../../../ui/act-state.tsx'
import { Button } from '../../../ui/button.tsx'
import { Countdown } from '../../../ui/time.tsx'
import { AnswerDialog, type AnswerEvent } from '../shared/answer-dialog.tsx'
import { OfferBadge, SeverityBadge, UrgencyBadge } from '../shared/badges.tsx'
import { slotsQuery } from '../shared/queries.ts'
import { reasonsInWords } from '../shared/reason.ts'

type OpenOffer = ResponseOf<typeof bedEndpoints.listOffers>['offers'][number]

/** One question to this hospital, with its clock. Opening it tells the desk that it was seen. */
export const OfferCard = ({ offer, hospitalId }: { offer: OpenOffer; hospitalId: string }) => {
  const { t } = useTranslation()
  const [answer, setAnswer] = useState<AnswerEvent | null>(null)
  const item = useIntent(`offer:${offer.id}:answer`)
  const slots = useQuery(slotsQuery(hospitalId)).data?.slots.filter((slot) => slot.state === 'available') ?? []
  const { request } = offer
  const unseen = offer.state === 'sent' || offer.state === 'delivered'

  useEffect(() => {
    if (!unseen || document.visibilityState !== 'visible') return
    void act({
      endpoint: bedEndpoints.actOnOffer,
      input: { params: { id: offer.id }, body: { act: { event: 'see' } } },
      intent: `offer:${offer.id}:see`,
      label: { key: 'outbox.label.see', values: { code: offer.requestCode } },
    })
  }, [unseen, offer.id, offer.requestCode])

  return (
    <article className="offer-card" aria-label={`${offer.requestCode} ${request.complaint}`}>
      <header className="offer-head">
        <Link to="/requests/$id" params={{ id: offer.requestId }} className="queue-code">
          {offer.requestCode}
        </Link>
        <SeverityBadge severity={request.severity} />
        <UrgencyBadge urgency={request.urgency} />
        <Countdown until={offer.expiresAt} label={t('offers.answerIn')} />
      </header>
      {offer.designated ? <p className="warning-text">{t('offers.designatedText')}</p> : null}
      {offer.warnings.length === 0 ? null : (
        <p className="warning-text">
          {t('offers.warnedOwn', { reasons: reasonsInWords(t, 'whyNot', offer.warnings) })}
        </p>
      )}
      <p className="summary-complaint">
        <strong>
          {request.patient.ageBand} {t(`sex.${request.patient.sex}`)}
        </strong>{' '}
        {request.complaint}
      </p>
      <p className="queue-needs">
        <span className="tag">{t(`bedClass.${request.requestedClass}`)}</span>
        {request.isolationNeed === 'none' ? null : (
          <span className="tag">{t(`isolationNeed.${request.isolationNeed}`)}</span>
        )}
        <span className="tag">{t(`oxygen.${request.oxygen}`)}</span>
        {request.needs.map((need) => (
          <span key={need} className="tag">
            {t(`need.${need}`)}
          </span>
        ))}
      </p>
      <p className="quiet">
        {request.originHospitalName ?? ''} · <OfferBadge state={offer.state} />
      </p>
      <div className="answer-row">
        <Button look="primary" size="large" onClick={() => setAnswer('accept')}>
          {t('answer.accept')}
        </Button>
        <Button onClick={() => setAnswer('accept_with_conditions')}>{t('answer.accept_with_conditions')}</Button>
        <Button look="danger" onClick={() => setAnswer('decline')}>
          {t('answer.decline')}
        </Button>
        {offer.state === 'acked' ? null : (
          <Button
            look="quiet"
            onClick={() =>
              void act({
                endpoint: bedEndpoints.actOnOffer,
                input: { params: { id: offer.id }, body: { act: { event: 'acknowledge' } } },
                intent: `offer:${offer.id}:acknowledge`,
                label: { key: 'outbox.label.acknowledge', values: { code: offer.requestCode } },
              })
            }
          >
            {t('answer.acknowledge')}
          </Button>
        )}
      </div>
      <ActState item={item} />
      {answer === null ? null : (
        <AnswerDialog
          offer={offer}
          slots={slots}
          start={{ event: answer, channel: 'web' }}
          withChannel={false}
          onClose={() => setAnswer(null)}
        />
      )}
    </article>
  )
}
