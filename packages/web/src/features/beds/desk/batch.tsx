import { bedEndpoints, type RequestRow } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ActButton } from '../../../ui/act-button.tsx'
import { Card } from '../../../ui/page.tsx'
import { Empty, Read } from '../../../ui/states.tsx'
import { Clock } from '../../../ui/time.tsx'
import { SeverityBadge } from '../shared/badges.tsx'
import { assignmentQuery, queueQuery } from '../shared/queries.ts'
import { WaitingTime } from '../shared/waiting-time.tsx'

/** The whole queue at once, as a suggestion. Nothing is sent until a person presses. */
export const BatchView = () => {
  const { t } = useTranslation()
  const suggestion = useQuery(assignmentQuery)
  const rows = useQuery(queueQuery('open')).data?.requests ?? []
  return (
    <Card title={t('batch.title')}>
      <p className="quiet">{t('batch.explain')}</p>
      <Read query={suggestion}>
        {({ at, pairs, unplaced, later }) => (
          <>
            <p className="quiet">
              {t('batch.countedAt')} <Clock at={at} seconds />
            </p>
            {pairs.length === 0 ? <Empty title={t('batch.empty')} /> : null}
            <ul className="offers">
              {pairs.map((pair) => {
                const row = rows.find((one) => one.id === pair.requestId)
                return (
                  <li key={pair.requestId} className="offer">
                    <div className="offer-head">
                      <Link to="/desk" search={{ request: pair.requestId }}>
                        {pair.code}
                      </Link>
                      {row === undefined ? null : (
                        <>
                          <SeverityBadge severity={row.severity} />
                          <WaitingTime state={row.state} since={row.waitingSince} />
                          <span>{row.complaint}</span>
                        </>
                      )}
                    </div>
                    <p className="offer-head">
                      <span aria-hidden="true">→</span>
                      <Link to="/hospitals/$id" params={{ id: pair.hospitalId }}>
                        <strong>{pair.hospitalName}</strong>
                      </Link>
                      {row === undefined ? null : <span className="tag">{t(`bedClass.${row.requestedClass}`)}</span>}
                    </p>
                    {row === undefined ? null : (
                      <ActButton
                        endpoint={bedEndpoints.sendOffers}
                        input={{
                          params: { id: pair.requestId },
                          body: { hospitalIds: [pair.hospitalId], version: row.version },
                        }}
                        intent={`request:${pair.requestId}:offers`}
                        label={{ key: 'outbox.label.offers', values: { code: pair.code, count: '1' } }}
                        size="small"
                      >
                        {t('batch.ask')}
                      </ActButton>
                    )}
                  </li>
                )
              })}
            </ul>
            <Left text={t('batch.unplaced', { count: unplaced.length })} ids={unplaced} rows={rows} />
            <Left text={t('batch.later', { count: later.length })} ids={later} rows={rows} />
          </>
        )}
      </Read>
    </Card>
  )
}

/** Whom the suggestion has nothing for, each a tap from being looked at. */
const Left = (props: { text: string; ids: readonly string[]; rows: readonly RequestRow[] }) =>
  props.ids.length === 0 ? null : (
    <p className="warning-text">
      {props.text}{' '}
      {props.ids.map((id) => (
        <Link key={id} to="/desk" search={{ request: id }}>
          {props.rows.find((row) => row.id === id)?.code ?? id}{' '}
        </Link>
      ))}
    </p>
  )
