import { bedEndpoints } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ActButton } from '../../../ui/act-button.tsx'
import { Card } from '../../../ui/page.tsx'
import { Empty, Read } from '../../../ui/states.tsx'
import { Clock } from '../../../ui/time.tsx'
import { assignmentQuery, queueQuery } from '../shared/queries.ts'

/** The whole queue at once, as a suggestion. Nothing is sent until a person presses. */
export const BatchView = () => {
  const { t } = useTranslation()
  const suggestion = useQuery(assignmentQuery)
  const rows = useQuery(queueQuery('open')).data?.requests ?? []
  return (
    <Card title={t('batch.title')}>
      <p className="quiet">{t('batch.explain')}</p>
      <Read query={suggestion}>
        {({ at, pairs, unplaced }) => (
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
                      <span>{row?.complaint ?? ''}</span>
                      <span aria-hidden="true">→</span>
                      <strong>{pair.hospitalName}</strong>
                    </div>
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
            {unplaced.length === 0 ? null : (
              <p className="warning-text">
                {t('batch.unplaced', { count: unplaced.length })}{' '}
                {unplaced.map((id) => (
                  <Link key={id} to="/desk" search={{ request: id }}>
                    {rows.find((row) => row.id === id)?.code ?? id}{' '}
                  </Link>
                ))}
              </p>
            )}
          </>
        )}
      </Read>
    </Card>
  )
}
