import { type HandoverView, rosterEndpoints } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ActButton } from '../../ui/act-button.tsx'
import { Card } from '../../ui/page.tsx'
import { Status } from '../../ui/shape.tsx'
import { Clock } from '../../ui/time.tsx'
import { handoversQuery } from './queries.ts'

/** What was handed over, with everything that was open then; the next one says that they have it. */
export const Handovers = () => {
  const { t } = useTranslation()
  const { data } = useQuery(handoversQuery)
  return (
    <Card title={t('rosters.handover.list')}>
      {data === undefined || data.handovers.length === 0 ? (
        <p className="quiet">{t('rosters.handover.none')}</p>
      ) : (
        <ul className="plain-list">
          {data.handovers.map((one) => (
            <li key={one.id} className="handover" data-handover={one.acknowledgedAt === null ? 'open' : 'taken'}>
              <OneHandover handover={one} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

const OneHandover = ({ handover }: { handover: HandoverView }) => {
  const { t } = useTranslation()
  const taken = handover.acknowledgedAt !== null
  return (
    <>
      <p>
        <Status shape={taken ? 'circle' : 'half'} tone={taken ? 'success' : 'warning'}>
          {t(taken ? 'rosters.handover.taken' : 'rosters.handover.open')}
        </Status>{' '}
        <strong>{handover.fromName}</strong> → <strong>{handover.toName ?? t('rosters.handover.nobodyNext')}</strong>{' '}
        <span className="quiet">
          {t(`duty.${handover.duty}`)} <Clock at={handover.at} />
        </span>
      </p>
      {handover.note === null ? null : <p>{handover.note}</p>}
      <details className="more" open={!taken}>
        <summary>{t('rosters.handover.items', { count: handover.items.length })}</summary>
        <ul className="handover-items">
          {handover.items.map((item) => (
            <li key={`${item.kind}${item.id ?? item.text}`}>
              {item.kind === 'request' && item.id !== null ? (
                <Link to="/requests/$id" params={{ id: item.id }} className="queue-code">
                  {item.code ?? item.text}
                </Link>
              ) : null}{' '}
              {item.kind === 'acknowledgement' ? <span className="tag">{t('rosters.handover.ack')}</span> : null}{' '}
              {item.state === null || item.kind !== 'request' ? null : (
                <span className="tag">{t(`requestState.${item.state as 'held'}`, { defaultValue: item.state })}</span>
              )}{' '}
              {item.text}{' '}
              {item.since === null ? null : (
                <span className="quiet">
                  <Clock at={item.since} />
                </span>
              )}
            </li>
          ))}
        </ul>
      </details>
      {handover.mine ? (
        <ActButton
          endpoint={rosterEndpoints.acknowledgeHandover}
          input={{ params: { id: handover.id } }}
          intent={`handover:${handover.id}:acknowledge`}
          label={{ key: 'outbox.label.takeOver' }}
          look="primary"
        >
          {t('rosters.handover.take')}
        </ActButton>
      ) : null}
    </>
  )
}
