import type { RequestView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Card } from '../../../ui/page.tsx'
import { Read } from '../../../ui/states.tsx'
import { EditDetails } from '../request-form/edit-details.tsx'
import { ActPanel } from '../shared/act-panel.tsx'
import { SeverityBadge, UrgencyBadge } from '../shared/badges.tsx'
import { FollowUp } from '../shared/follow-up.tsx'
import { HoldView } from '../shared/hold-view.tsx'
import { Identity } from '../shared/identity.tsx'
import { Ladder } from '../shared/ladder.tsx'
import { OfferList } from '../shared/offer-list.tsx'
import { candidatesQuery, requestQuery } from '../shared/queries.ts'
import { PatientLine, RequestSummary } from '../shared/request-summary.tsx'
import { SeverityView } from '../shared/severity-view.tsx'
import { Situation } from '../shared/situation.tsx'
import { Timeline } from '../shared/timeline.tsx'
import { WaitingTime } from '../shared/waiting-time.tsx'
import { Candidates } from './candidates.tsx'

/** States in which hospitals can be looked for. */
const LOOKING: readonly RequestView['state'][] = [
  'submitted',
  'triaged',
  'matching',
  'offered',
  'escalated',
  'no_bed',
  'diverted',
]

export const DeskDetail = ({ id }: { id: string }) => {
  const { t } = useTranslation()
  const query = useQuery(requestQuery(id))
  const looking = query.data !== undefined && LOOKING.includes(query.data.state)
  // Asking a hospital starts the search by itself; without one to ask, it is started to declare that there is no bed.
  const nobodyFits = useQuery({ ...candidatesQuery(id), enabled: looking }).data?.candidates.length === 0
  return (
    <>
      <Link to="/desk" className="button look-quiet size-small desk-back">
        ← {t('desk.back')}
      </Link>
      <Read query={query}>
        {(request) => (
          <>
            <div className="request-head">
              <h2 className="detail-code">{t('request.titleCode', { code: request.code })}</h2>
              <SeverityBadge severity={request.severity.effective} />
              <UrgencyBadge urgency={request.urgency} />
              <WaitingTime state={request.state} since={request.waitingSince} />
            </div>
            <PatientLine request={request} />
            <Ladder state={request.state} />
            <Card title={t('request.now')}>
              <Situation request={request} />
              {request.hold === null ? null : (
                <HoldView hold={request.hold} code={request.code} mayExtend={request.allowed.includes('extend_hold')} />
              )}
              {request.offers.length === 0 ? null : <OfferList request={request} mayType />}
              <ActPanel
                request={request}
                except={nobodyFits ? [] : ['start_matching']}
                withChannel
                initial={{ triage: triageStart(request), declare_no_bed: { retryInMinutes: '30' } }}
              />
              <FollowUp request={request} />
            </Card>
            {looking ? <Candidates request={request} /> : null}
            <Card title={t('request.patient')} aside={<EditDetails request={request} />}>
              <RequestSummary request={request} />
              <SeverityView severity={request.severity} />
            </Card>
            <Identity request={request} />
            <Card title={t('timeline.title')}>
              <Timeline request={request} />
            </Card>
          </>
        )}
      </Read>
    </>
  )
}

/** The form of triage opens with what is already known, so that agreeing is one press. */
const triageStart = (request: RequestView): Record<string, string> => ({
  severity: request.severity.effective ?? '',
  urgency: request.urgency,
  requestedClass: request.details.requestedClass ?? '',
  stability: request.stability,
})
