import type { RequestRow } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Card } from '../../../ui/page.tsx'
import { Empty, Read } from '../../../ui/states.tsx'
import { ActPanel } from '../shared/act-panel.tsx'
import { HoldView } from '../shared/hold-view.tsx'
import { queueQuery, requestQuery } from '../shared/queries.ts'
import { QueueRowBody } from '../shared/queue-row.tsx'

const COMING: readonly RequestRow['state'][] = ['held', 'confirmed', 'transport_arranged', 'in_transit', 'arrived']

/** Patients to whom this hospital has promised a bed: until when it is held, where they are, and taking them in. */
export const Arrivals = () => {
  const { t } = useTranslation()
  const query = useQuery(queueQuery('open'))
  return (
    <Card title={t('hospitalDesk.arrivals')}>
      <Read query={query}>
        {({ requests }) => {
          const coming = requests.filter((row) => COMING.includes(row.state))
          return coming.length === 0 ? (
            <Empty title={t('hospitalDesk.noArrivals')} />
          ) : (
            <ul className="offer-cards">
              {coming.map((row) => (
                <li key={row.id} className="offer-card">
                  <Link to="/requests/$id" params={{ id: row.id }} className="queue-row is-plain">
                    <QueueRowBody row={row} />
                  </Link>
                  <Coming id={row.id} />
                </li>
              ))}
            </ul>
          )
        }}
      </Read>
    </Card>
  )
}

const Coming = ({ id }: { id: string }) => {
  const request = useQuery(requestQuery(id)).data
  if (request === undefined) return null
  return (
    <>
      {request.hold === null ? null : (
        <HoldView hold={request.hold} code={request.code} mayExtend={request.allowed.includes('extend_hold')} />
      )}
      <ActPanel request={request} />
    </>
  )
}
