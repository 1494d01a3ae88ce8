import type { Overview, RegionOverview } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../app/connection-line.tsx'
import { currentLanguage } from '../../i18n/index.ts'
import { Bar } from '../../ui/bar.tsx'
import { Card, PageTitle } from '../../ui/page.tsx'
import { ScrollTable } from '../../ui/scroll-table.tsx'
import { type ShapeName, Status, type Tone } from '../../ui/shape.tsx'
import { Read } from '../../ui/states.tsx'
import { Ago, Since, useClockText } from '../../ui/time.tsx'
import { ProvinceMap } from './map.tsx'
import { useSidoNames } from './names.ts'
import { overviewQuery } from './queries.ts'

const LOOKS: Record<RegionOverview['link'], { shape: ShapeName; tone: Tone }> = {
  own: { shape: 'square', tone: 'primary' },
  connected: { shape: 'circle', tone: 'success' },
  cut: { shape: 'cross', tone: 'danger' },
  stood_in: { shape: 'diamond', tone: 'warning' },
  never: { shape: 'ring', tone: 'quiet' },
}

/** The nation as this cell knows it: the map to look at, the table to decide by. Nothing here is younger than it says. */
export const NationalBoardPage = () => {
  const { t } = useTranslation()
  const overview = useQuery(overviewQuery)
  return (
    <div className="page">
      <PageTitle>{t('national.title')}</PageTitle>
      <StaleNote />
      <Read query={overview}>{(now) => <Nation overview={now} />}</Read>
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
        <Card className="nation-table" title={t('national.more')}>
          <RegionTable regions={known} />
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
  const up = regions.filter(({ link }) => link === 'own' || link === 'connected').length
  return (
    <dl className="headline">
      <div className="headline-item is-first">
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
        <dd>{sum(({ byClass }) => byClass.reduce((free, one) => free + one.free, 0))}</dd>
      </div>
      <div className="headline-item">
        <dt>{t('national.cells')}</dt>
        <dd>{t('national.cellsOf', { up, all: regions.length })}</dd>
      </div>
    </dl>
  )
}

const LinkWord = ({ region }: { region: RegionOverview }) => {
  const { t } = useTranslation()
  const names = useSidoNames()
  const clockText = useClockText()
  const look = LOOKS[region.link]
  const writer = region.writer === null ? '' : names([region.writer])
  return (
    <span data-link={region.link}>
      <Status shape={look.shape} tone={look.tone}>
        {region.link === 'stood_in' ? t('national.link.stood_in', { writer }) : t(`national.link.${region.link}`)}
        {region.link === 'cut' && region.contactAt !== null
          ? ` (${t('time.since', { time: clockText(region.contactAt) })})`
          : null}
      </Status>
    </span>
  )
}

const RegionTable = ({ regions }: { regions: readonly RegionOverview[] }) => {
  const { t } = useTranslation()
  const language = currentLanguage()
  return (
    <ScrollTable label={t('national.title')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('national.region')}</th>
            <th scope="col" className="number">
              {t('national.waiting')}
            </th>
            <th scope="col" className="number">
              {t('national.oldest')}
            </th>
            <th scope="col">{t('national.free')}</th>
            <th scope="col" className="number">
              {t('national.placed')}
            </th>
            <th scope="col">{t('national.age')}</th>
          </tr>
        </thead>
        <tbody>
          {regions.map((region) => (
            <tr key={region.sido} data-region={region.sido}>
              <th scope="row">
                <span className="block">{language === 'ko' ? region.nameKo : region.nameEn}</span>
                <LinkWord region={region} />
              </th>
              <td className="number">
                <strong>{region.waiting}</strong>
              </td>
              <td className="number">
                {region.oldestWaitingSince === null ? '–' : <Since at={region.oldestWaitingSince} />}
              </td>
              <td>
                <FreeBeds region={region} />
              </td>
              <td className="number">{region.placed24h}</td>
              <td>{region.toldAt === null ? t('national.unknown') : <Ago at={region.toldAt} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollTable>
  )
}

const FreeBeds = ({ region }: { region: RegionOverview }) => {
  const { t } = useTranslation()
  const rows = region.byClass.filter(({ staffed }) => staffed > 0)
  if (rows.length === 0) return <span className="quiet">{t('national.notTold')}</span>
  return (
    <ul className="free-beds">
      {rows.map(({ bedClass, free, staffed }) => (
        <li key={bedClass}>
          <span>{t(`bedClassShort.${bedClass}`)}</span>
          <Bar total={staffed} parts={[{ value: free, look: 'main' }]} />
          <span>
            <strong>{free}</strong> <span className="quiet">/ {staffed}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}

const Legend = () => {
  const { t } = useTranslation()
  return (
    <ul className="nation-legend">
      {(['own', 'connected', 'cut', 'stood_in', 'never'] as const).map((link) => (
        <li key={link}>
          <span className={`swatch is-${link}`} aria-hidden="true" />
          {t(`national.link.${link}`, { writer: '–' })}
        </li>
      ))}
    </ul>
  )
}
