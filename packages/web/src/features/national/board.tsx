import type { Overview, RegionOverview } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../app/connection-line.tsx'
import { Card, PageTitle } from '../../ui/page.tsx'
import { Read } from '../../ui/states.tsx'
import { Since, useClockText } from '../../ui/time.tsx'
import { agreeing, isDown } from './ladder.ts'
import { ProvinceMap } from './map.tsx'
import { useSidoNames } from './names.ts'
import { cellsQuery, overviewQuery } from './queries.ts'
import { RegionFigures } from './region-figures.tsx'

/** The nation as this cell knows it: the map to look at, the table to decide by. Nothing here is younger than it says. */
export const NationalBoardPage = () => {
  const { t } = useTranslation()
  const overview = useQuery(overviewQuery)
  const cells = useQuery(cellsQuery).data?.cells ?? []
  return (
    <div className="page page-wall">
      <PageTitle>{t('national.title')}</PageTitle>
      <StaleNote />
      <Read query={overview}>{(now) => <Nation overview={{ ...now, regions: agreeing(now.regions, cells) }} />}</Read>
    </div>
  )
}

const Nation = ({ overview }: { overview: Overview }) => {
  const { t } = useTranslation()
  const names = useSidoNames()
  const known = overview.regions.filter(({ link }) => link !== 'never')
  const silent = overview.regions.filter(({ link }) => link === 'never')
  return (
    <>
      <Headline regions={known} />
      <div className="nation">
        <Card className="nation-picture">
          <ProvinceMap regions={overview.regions} />
          <Legend />
        </Card>
        <Card
          className="nation-table"
          title={t('national.perClass')}
          aside={<span className="quiet">{t('national.beds')}</span>}
        >
          <RegionFigures regions={known} />
          {silent.length === 0 ? null : (
            <p className="quiet">{t('national.others', { names: names(silent.map(({ sido }) => sido)) })}</p>
          )}
        </Card>
      </div>
    </>
  )
}

const Headline = ({ regions }: { regions: readonly RegionOverview[] }) => {
  const { t } = useTranslation()
  const names = useSidoNames()
  const clockText = useClockText()
  const oldest = regions
    .flatMap(({ sido, oldestWaitingSince: since }) => (since === null ? [] : [{ sido, since }]))
    .sort((one, other) => (one.since < other.since ? -1 : 1))[0]
  const sum = (of: (region: RegionOverview) => number) => regions.reduce((total, region) => total + of(region), 0)
  const beds = (which: 'free' | 'doubted') => sum(({ byClass }) => byClass.reduce((all, one) => all + one[which], 0))
  return (
    <dl className="headline">
      <div className={oldest === undefined ? 'headline-item is-first is-calm' : 'headline-item is-first'}>
        <dt>{t('national.oldest')}</dt>
        <dd>{oldest === undefined ? t('national.nobody') : <Since at={oldest.since} />}</dd>
        <dd className="quiet">
          {oldest === undefined
            ? null
            : `${names([oldest.sido])} · ${t('time.since', { time: clockText(oldest.since) })}`}
        </dd>
      </div>
      <div className="headline-item">
        <dt>{t('national.all')}</dt>
        <dd>{t('national.people', { count: sum(({ waiting }) => waiting) })}</dd>
      </div>
      <div className="headline-item">
        <dt>{t('national.freeAll')}</dt>
        <dd>{beds('free')}</dd>
        {beds('doubted') > 0 ? <dd className="quiet">{t('national.doubted', { count: beds('doubted') })}</dd> : null}
      </div>
      <CellsUp />
    </dl>
  )
}

/** The centre is one of them: that it is dark has to be seen here too. */
const CellsUp = () => {
  const { t } = useTranslation()
  const names = useSidoNames()
  const cells = useQuery(cellsQuery).data?.cells
  if (cells === undefined) return null
  const down = cells.filter(isDown)
  const all = cells.filter(({ link }) => link !== 'never')
  return (
    <div className={down.length === 0 ? 'headline-item' : 'headline-item is-first'} data-cells-down={down.length}>
      <dt>{t('national.cells')}</dt>
      <dd>{t('national.cellsOf', { up: all.length - down.length, all: all.length })}</dd>
      {down.length === 0 ? null : (
        <dd className="quiet">{t('national.cutNow', { names: names(down.map(({ cell }) => cell)) })}</dd>
      )}
    </div>
  )
}

const Legend = () => {
  const { t } = useTranslation()
  return (
    <ul className="nation-legend">
      {(['own', 'connected', 'cut', 'stood_in', 'never'] as const).map((link) => (
        <li key={link}>
          <span className={`swatch is-${link}`} aria-hidden="true" />
          {t(`national.link.${link}`, { writer: t('national.another') })}
        </li>
      ))}
    </ul>
  )
}
