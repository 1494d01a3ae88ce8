import type { RequestRow } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../../app/connection-line.tsx'
import { PageTitle } from '../../../ui/page.tsx'
import { Empty, Read } from '../../../ui/states.tsx'
import { useArrivals } from '../../../ui/use-arrivals.ts'
import { queueQuery } from '../shared/queries.ts'
import { QueueRowBody } from '../shared/queue-row.tsx'
import { BatchView } from './batch.tsx'
import { BoardStrip } from './board-strip.tsx'
import { DeskDetail } from './detail.tsx'
import { ModeSwitch } from './mode-switch.tsx'

/** The region's placement desk: the queue on the left, the patient that is being worked on beside it. */
export const DeskPage = () => {
  const { t } = useTranslation()
  const { request: selected, view = 'queue' } = useSearch({ from: '/signed-in/desk' })
  return (
    <div className={`page page-desk ${selected === undefined ? '' : 'has-selected'}`}>
      <div className="desk-head">
        <PageTitle>{t('desk.title')}</PageTitle>
        <div className="desk-tools">
          <Link
            to="/desk"
            search={{ view: view === 'batch' ? 'queue' : 'batch' }}
            className="button look-secondary size-small"
          >
            {t(view === 'batch' ? 'desk.toQueue' : 'desk.toBatch')}
          </Link>
          <ModeSwitch />
        </div>
      </div>
      <StaleNote />
      <BoardStrip />
      {view === 'batch' ? (
        <BatchView />
      ) : (
        <div className="desk">
          <section className="desk-queue" aria-label={t('desk.queue')}>
            <Queue selected={selected} />
          </section>
          <section className="desk-detail" aria-label={t('desk.detail')}>
            {selected === undefined ? (
              <Empty title={t('desk.choose')}>{t('desk.chooseNext')}</Empty>
            ) : (
              <DeskDetail key={selected} id={selected} />
            )}
          </section>
        </div>
      )}
    </div>
  )
}

const Queue = ({ selected }: { selected: string | undefined }) => {
  const { t } = useTranslation()
  const query = useQuery(queueQuery('open'))
  useArrivals(query.data?.requests, (row) => t('desk.arrived', { code: row.code, complaint: row.complaint }))
  return (
    <Read query={query}>
      {({ requests }) =>
        requests.length === 0 ? (
          <Empty title={t('desk.empty')}>{t('desk.emptyNext')}</Empty>
        ) : (
          <ol className="queue">
            {requests.map((row: RequestRow) => (
              <li key={row.id}>
                <Link
                  to="/desk"
                  search={{ request: row.id }}
                  className="queue-row"
                  aria-current={row.id === selected ? 'true' : undefined}
                  resetScroll={false}
                >
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
