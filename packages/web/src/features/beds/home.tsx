import { useQuery } from '@tanstack/react-query'
import { Link, Navigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../app/connection-line.tsx'
import { homeOf } from '../../app/home-of.ts'
import { hasRole, useSignedIn } from '../../app/session.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { Card, PageTitle } from '../../ui/page.tsx'
import { Empty, Read } from '../../ui/states.tsx'
import { queueQuery } from './shared/queries.ts'
import { QueueRowBody } from './shared/queue-row.tsx'

/** Each person starts where their work is; requesters and ambulance crews at their own patients. */
export const Home = () => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const home = homeOf(me)
  if (home !== '/') return <Navigate to={home} replace />
  return (
    <div className="page">
      <div className="desk-head">
        <PageTitle>{t(hasRole(me, 'requester') ? 'home.mine' : 'home.transports')}</PageTitle>
        {hasRole(me, 'requester') ? (
          <ButtonLink to="/requests/new" look="primary">
            {t('nav.ask')}
          </ButtonLink>
        ) : null}
      </div>
      <StaleNote />
      <Mine />
      <Closed />
    </div>
  )
}

const Mine = () => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const query = useQuery(queueQuery(hasRole(me, 'requester') ? 'mine' : 'open'))
  return (
    <Read query={query}>
      {({ requests }) =>
        requests.length === 0 ? (
          <Empty title={t('home.empty')}>{t('home.emptyNext')}</Empty>
        ) : (
          <ol className="queue">
            {requests.map((row) => (
              <li key={row.id}>
                <Link to="/requests/$id" params={{ id: row.id }} className="queue-row">
                  <QueueRowBody row={row} />
                </Link>
              </li>
            ))}
          </ol>
        )
      }
    </Read>
  )
}

const Closed = () => {
  const { t } = useTranslation()
  const rows = useQuery(queueQuery('closed')).data?.requests ?? []
  if (rows.length === 0) return null
  return (
    <Card title={t('home.closed')}>
      <ol className="queue">
        {rows.slice(0, 20).map((row) => (
          <li key={row.id}>
            <Link to="/requests/$id" params={{ id: row.id }} className="queue-row is-plain">
              <QueueRowBody row={row} />
            </Link>
          </li>
        ))}
      </ol>
    </Card>
  )
}
