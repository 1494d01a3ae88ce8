import type { RequestView } from '@dure/contract'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { SeverityBadge, StateBadge, UrgencyBadge } from '../shared/badges.tsx'
import { PatientLine, RequestSummary } from '../shared/request-summary.tsx'
import { WaitingTime } from '../shared/waiting-time.tsx'

/** The request a room is about: always in sight, the rest one tap away. */
export const RequestHead = ({ request }: { request: RequestView }) => {
  const { t } = useTranslation()
  return (
    <section className="room-request" aria-label={t('rooms.request')}>
      <div className="request-head">
        <SeverityBadge severity={request.severity.effective} />
        <StateBadge state={request.state} />
        <UrgencyBadge urgency={request.urgency} />
        <WaitingTime state={request.state} since={request.waitingSince} />
      </div>
      <PatientLine request={request} />
      <details className="more">
        <summary>{t('rooms.requestMore')}</summary>
        <RequestSummary request={request} />
        <Link to="/requests/$id" params={{ id: request.id }} className="button look-secondary size-small">
          {t('rooms.toRequest')}
        </Link>
      </details>
    </section>
  )
}
