import type { RequestView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../../app/connection-line.tsx'
import { hasRole, useSignedIn } from '../../../app/session.ts'
import { Card, PageTitle } from '../../../ui/page.tsx'
import { Read } from '../../../ui/states.tsx'
import { EditDetails } from '../request-form/edit-details.tsx'
import { ActPanel } from '../shared/act-panel.tsx'
import { SeverityBadge, StateBadge, UrgencyBadge } from '../shared/badges.tsx'
import { FollowUp } from '../shared/follow-up.tsx'
import { HoldView } from '../shared/hold-view.tsx'
import { Identity } from '../shared/identity.tsx'
import { Ladder } from '../shared/ladder.tsx'
import { OfferList } from '../shared/offer-list.tsx'
import { requestQuery } from '../shared/queries.ts'
import { PatientLine, RequestSummary } from '../shared/request-summary.tsx'
import { SeverityView } from '../shared/severity-view.tsx'
import { Situation } from '../shared/situation.tsx'
import { Timeline } from '../shared/timeline.tsx'
import { WaitingTime } from '../shared/waiting-time.tsx'

export const RequestPage = () => {
  const { t } = useTranslation()
  const { id } = useParams({ from: '/signed-in/requests/$id' })
  const query = useQuery(requestQuery(id))
  return (
    <div className="page">
      <PageTitle>
        {query.data === undefined ? t('request.title') : t('request.titleCode', { code: query.data.code })}
      </PageTitle>
      <StaleNote />
      <Read query={query}>{(request) => <RequestBody request={request} />}</Read>
    </div>
  )
}

const RequestBody = ({ request }: { request: RequestView }) => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const isDesk = hasRole(me, 'placement_desk', 'national_desk')
  return (
    <>
      <div className="request-head">
        <SeverityBadge severity={request.severity.effective} />
        <StateBadge state={request.state} />
        <UrgencyBadge urgency={request.urgency} />
        <WaitingTime state={request.state} since={request.waitingSince} />
        <Link to="/requests/$id/room" params={{ id: request.id }} className="button look-secondary size-small">
          {t('rooms.open')}
        </Link>
      </div>
      <PatientLine request={request} />
      <Ladder state={request.state} />
      <div className="columns">
        <div className="column">
          <Card title={t('request.now')}>
            <Situation request={request} />
            {request.hold === null ? null : (
              <HoldView hold={request.hold} code={request.code} mayExtend={request.allowed.includes('extend_hold')} />
            )}
            <ActPanel request={request} withChannel={isDesk} />
            <FollowUp request={request} />
          </Card>
          <Card title={t('request.patient')} aside={<EditDetails request={request} />}>
            <RequestSummary request={request} />
            <SeverityView severity={request.severity} />
          </Card>
          <Identity request={request} />
        </div>
        <div className="column">
          {request.offers.length === 0 ? null : (
            <Card title={t('offers.title')}>
              <OfferList request={request} mayType={false} />
            </Card>
          )}
          <Card title={t('timeline.title')}>
            <Timeline request={request} />
          </Card>
        </div>
      </div>
    </>
  )
}
