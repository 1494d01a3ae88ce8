import type { RequestView } from '@dure/contract'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Clock, useClockText } from '../../../ui/time.tsx'
import { StateBadge } from './badges.tsx'

/** The state in a sentence: what has happened and who has to do what next. */
export const Situation = ({ request }: { request: RequestView }) => {
  const { t } = useTranslation()
  const clockText = useClockText()
  return (
    <div className="situation">
      <p>
        <StateBadge state={request.state} />{' '}
        <span className="quiet">{t('time.since', { time: clockText(request.stateSince) })}</span>
        {request.deadlineAt === null ? null : (
          <span className="quiet">
            {' · '}
            {t('request.deadline')} {clockText(request.deadlineAt)}
          </span>
        )}
        {request.level === 'region' ? null : <span className="tag">{t(`level.${request.level}`)}</span>}
      </p>
      <p>{t(`situation.${request.state}`)}</p>
      {request.regainedAt === null ? null : (
        <p className="warning-text" data-regained>
          <strong>{t('request.regained')}</strong> {t('request.regainedLacks')}{' '}
          {request.identityKnown ? null : t('request.regainedUnknown')}
        </p>
      )}
      {request.noBed === null ? null : (
        <div className="warning-text">
          <p>
            <strong>{t('noBed.plan')}</strong> {request.noBed.interimPlan}
          </p>
          <p>
            {t('noBed.retryAt')} <Clock at={request.noBed.retryAt} />
          </p>
        </div>
      )}
      {request.outside === null ? null : (
        <p className="warning-text">
          {t('outside.placed')} <strong>{request.outside.name}</strong>{' '}
          <a href={`tel:${request.outside.phone}`}>{request.outside.phone}</a>
        </p>
      )}
      {request.sameAs.length === 0 ? null : (
        <p className="warning-text">
          {t('request.sameAs')}{' '}
          {request.sameAs.map((same) => (
            <Link key={same.id} to="/requests/$id" params={{ id: same.id }}>
              {same.code}
            </Link>
          ))}
        </p>
      )}
    </div>
  )
}
