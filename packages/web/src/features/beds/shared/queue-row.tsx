import type { RequestRow } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { Status } from '../../../ui/shape.tsx'
import { Clock, useNow } from '../../../ui/time.tsx'
import { SeverityBadge, StateBadge } from './badges.tsx'
import { WaitingTime } from './waiting-time.tsx'

/** One waiting patient in two or three lines: how ill, how long, where it stands, what is needed. */
export const QueueRowBody = ({ row }: { row: RequestRow }) => {
  const { t } = useTranslation()
  const now = useNow()
  const late = row.deadlineAt !== null && Date.parse(row.deadlineAt) < now
  return (
    <>
      <span className="queue-head">
        <span className="queue-code">{row.code}</span>
        <SeverityBadge severity={row.severity} />
        {row.deteriorating ? (
          <Status shape="triangle" tone="danger">
            {t('queue.deteriorating')}
          </Status>
        ) : null}
        <span className={late ? 'queue-wait is-late' : 'queue-wait'}>
          <WaitingTime state={row.state} since={row.waitingSince} />
        </span>
      </span>
      <span className="queue-complaint">
        {row.patient.ageBand} {t(`sex.${row.patient.sex}`)} · {row.complaint}
      </span>
      <span className="queue-foot">
        <StateBadge state={row.state} />
        <span className="quiet">{row.hospitalName ?? row.originHospitalName ?? ''}</span>
      </span>
      <span className="queue-needs">
        <span className="tag">{t(`bedClass.${row.requestedClass}`)}</span>
        {row.isolationNeed === 'none' ? null : <span className="tag">{t(`isolationNeed.${row.isolationNeed}`)}</span>}
        {row.needs.map((need) => (
          <span key={need} className="tag">
            {t(`need.${need}`)}
          </span>
        ))}
        {late && row.deadlineAt !== null ? (
          <span className="tag is-late">
            {t('queue.late')} <Clock at={row.deadlineAt} />
          </span>
        ) : null}
      </span>
    </>
  )
}
