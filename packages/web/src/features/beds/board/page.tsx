import type { bedEndpoints, Figures, ResponseOf } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../../app/connection-line.tsx'
import { currentLanguage } from '../../../i18n/index.ts'
import { formatMinutes, formatPercent } from '../../../ui/format.ts'
import { Card, PageTitle } from '../../../ui/page.tsx'
import { Read } from '../../../ui/states.tsx'
import { Since, useClockText } from '../../../ui/time.tsx'
import { boardQuery, figuresQuery } from '../shared/queries.ts'
import { BedsByClass, Declines, WaitsByClass } from './tables.tsx'

type Board = ResponseOf<typeof bedEndpoints.board>

/** The region in figures. The longest wait stands first and large; no mean is shown anywhere. */
export const BoardPage = () => {
  const { t } = useTranslation()
  const board = useQuery(boardQuery)
  const figures = useQuery(figuresQuery(24))
  return (
    <div className="page">
      <PageTitle>{t('board.title')}</PageTitle>
      <StaleNote />
      <Read query={board}>
        {(now) => (
          <>
            <Headline board={now} />
            <div className="columns">
              <div className="column">
                <Card title={t('board.freeByClass')}>
                  <BedsByClass rows={now.byClass} />
                </Card>
              </div>
              <div className="column">
                <Card title={t('board.byState')}>
                  <States byState={now.byState} />
                </Card>
                <Read query={figures}>{(past) => <Past figures={past} />}</Read>
              </div>
            </div>
          </>
        )}
      </Read>
    </div>
  )
}

const Headline = ({ board }: { board: Board }) => {
  const { t } = useTranslation()
  const clockText = useClockText()
  const minutes = (value: number | null) =>
    value === null ? t('common.none') : formatMinutes(value, currentLanguage())
  return (
    <dl className="headline">
      <div className={board.oldest === null ? 'headline-item is-first is-calm' : 'headline-item is-first'}>
        <dt>{t('board.oldest')}</dt>
        <dd>{board.oldest === null ? t('board.nobodyWaits') : <Since at={board.oldest.waitingSince} />}</dd>
        <dd className="quiet">
          {board.oldest === null ? null : (
            <>
              {board.oldest.code} · {t('time.since', { time: clockText(board.oldest.waitingSince) })}
            </>
          )}
        </dd>
      </div>
      <div className="headline-item">
        <dt>{t('board.waiting')}</dt>
        <dd>{t('board.people', { count: board.waiting })}</dd>
      </div>
      <div className="headline-item">
        <dt>{t('board.p50Long')}</dt>
        <dd>{minutes(board.toConfirmed.p50Min)}</dd>
      </div>
      <div className="headline-item">
        <dt>{t('board.p95Long')}</dt>
        <dd>{minutes(board.toConfirmed.p95Min)}</dd>
        <dd className="quiet">{t('board.counted', { count: board.toConfirmed.count })}</dd>
      </div>
    </dl>
  )
}

const States = ({ byState }: { byState: Board['byState'] }) => {
  const { t } = useTranslation()
  const rows = Object.entries(byState).filter(([, count]) => count > 0)
  if (rows.length === 0) return <p className="quiet">{t('board.nobodyWaits')}</p>
  return (
    <dl className="facts">
      {rows.map(([state, count]) => (
        <div key={state}>
          <dt>{t(`requestState.${state as 'held'}`)}</dt>
          <dd>
            <strong>{count}</strong>
          </dd>
        </div>
      ))}
    </dl>
  )
}

const Past = ({ figures }: { figures: Figures }) => {
  const { t } = useTranslation()
  const language = currentLanguage()
  return (
    <>
      <Card title={t('board.waits', { hours: figures.windowHours })}>
        <WaitsByClass rows={figures.byClass} hours={figures.windowHours} />
      </Card>
      <Card title={t('board.offers', { hours: figures.windowHours })}>
        <dl className="facts">
          {(['sent', 'accepted', 'declined', 'expired', 'withdrawn'] as const).map((name) => (
            <div key={name}>
              <dt>{t(`offerCount.${name}`)}</dt>
              <dd>
                <strong>{figures.offers[name]}</strong>
              </dd>
            </div>
          ))}
          <div>
            <dt>{t('board.expiredHolds')}</dt>
            <dd>
              <strong>{figures.holds.expired}</strong>
            </dd>
          </div>
          <div>
            <dt>{t('board.noBed')}</dt>
            <dd>
              <strong>{figures.noBed}</strong>
            </dd>
          </div>
          <div>
            <dt>{t('board.staleShare')}</dt>
            <dd>
              <strong>{formatPercent(figures.stale.share, language)}</strong>{' '}
              <span className="quiet">
                {t('board.staleOf', { stale: figures.stale.stale + figures.stale.expired, slots: figures.stale.slots })}
              </span>
            </dd>
          </div>
        </dl>
        <h3>{t('board.declines')}</h3>
        <Declines rows={figures.declines} />
      </Card>
    </>
  )
}
