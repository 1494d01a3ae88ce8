import type { RegionOverview } from '@dure/contract'
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../i18n/index.ts'
import { Bar } from '../../ui/bar.tsx'
import { ScrollTable } from '../../ui/scroll-table.tsx'
import { type ShapeName, Status, type Tone } from '../../ui/shape.tsx'
import { Ago, Since, useClockText } from '../../ui/time.tsx'
import { useSidoNames } from './names.ts'

const LOOKS: Record<RegionOverview['link'], { shape: ShapeName; tone: Tone }> = {
  own: { shape: 'square', tone: 'primary' },
  connected: { shape: 'circle', tone: 'success' },
  cut: { shape: 'cross', tone: 'danger' },
  stood_in: { shape: 'diamond', tone: 'warning' },
  never: { shape: 'ring', tone: 'quiet' },
}
type Regions = readonly RegionOverview[]
type BedClass = RegionOverview['byClass'][number]['bedClass']

/** From here on a class of beds has a column of its own; below, a region has a card. */
const WALL = '(min-width: 1600px)'
const subscribe = (changed: () => void) => {
  const query = matchMedia(WALL)
  query.addEventListener('change', changed)
  return () => query.removeEventListener('change', changed)
}
const useIsWall = (): boolean => useSyncExternalStore(subscribe, () => matchMedia(WALL).matches)

/** What the map shows, in numbers. */
export const RegionFigures = ({ regions }: { regions: Regions }) => {
  const isWall = useIsWall()
  return isWall ? <RegionTable regions={regions} /> : <RegionCards regions={regions} />
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

const nameOf = ({ nameKo, nameEn }: RegionOverview): string => (currentLanguage() === 'ko' ? nameKo : nameEn)

/** The own figures are those of this moment; another region's are as old as it says. */
const Age = ({ region }: { region: RegionOverview }) => {
  const { t } = useTranslation()
  if (region.link === 'own') return <>{t('national.now')}</>
  return region.toldAt === null ? t('national.unknown') : <Ago at={region.toldAt} />
}

const Oldest = ({ region }: { region: RegionOverview }) =>
  region.oldestWaitingSince === null ? <>–</> : <Since at={region.oldestWaitingSince} />

/** Classes that any region has, in the order they are told. */
const classesOf = (regions: Regions): readonly BedClass[] => [
  ...new Set(regions.flatMap(({ byClass }) => byClass.filter(({ staffed }) => staffed > 0).map((one) => one.bedClass))),
]

const RegionTable = ({ regions }: { regions: Regions }) => {
  const { t } = useTranslation()
  const classes = classesOf(regions)
  return (
    <ScrollTable label={t('national.title')}>
      <table className="region-table">
        <thead>
          <tr>
            <th scope="col">{t('national.region')}</th>
            <th scope="col" className="number">
              {t('national.waiting')}
            </th>
            <th scope="col" className="number">
              {t('national.oldest')}
            </th>
            {classes.map((one) => (
              <th key={one} scope="col" className="number">
                {t(`bedClassShort.${one}`)}
              </th>
            ))}
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
                <span className="block">{nameOf(region)}</span>
                <LinkWord region={region} />
              </th>
              <td className="number">
                <strong>{region.waiting}</strong>
              </td>
              <td className="number">
                <Oldest region={region} />
              </td>
              {classes.map((one) => (
                <td key={one} className="number">
                  <Free region={region} bedClass={one} />
                </td>
              ))}
              <td className="number">{region.placed24h}</td>
              <td>
                <Age region={region} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollTable>
  )
}

const Free = ({ region, bedClass }: { region: RegionOverview; bedClass: BedClass }) => {
  const told = region.byClass.find((one) => one.bedClass === bedClass)
  if (told === undefined || told.staffed === 0) return <span className="quiet">–</span>
  return (
    <>
      <FreeCount beds={told} />
      <Bar total={told.staffed} parts={[{ value: told.free, look: 'main' }]} />
    </>
  )
}

/** Beds that nobody has confirmed since are neither free nor full: counted beside the free ones, and never shown as none. */
const FreeCount = ({ beds: { free, doubted, staffed } }: { beds: RegionOverview['byClass'][number] }) => {
  const { t } = useTranslation()
  return (
    <>
      <strong>{free === 0 && doubted > 0 ? '?' : free}</strong>
      <span className="quiet">/{staffed}</span>
      {doubted > 0 ? <span className="quiet block">{t('national.doubted', { count: doubted })}</span> : null}
    </>
  )
}

const RegionCards = ({ regions }: { regions: Regions }) => (
  <ul className="region-cards">
    {regions.map((region) => (
      <li key={region.sido} data-region={region.sido}>
        <RegionCard region={region} />
      </li>
    ))}
  </ul>
)

const RegionCard = ({ region }: { region: RegionOverview }) => {
  const { t } = useTranslation()
  const rows = region.byClass.filter(({ staffed }) => staffed > 0)
  return (
    <>
      <div className="region-head">
        <h3>{nameOf(region)}</h3>
        <LinkWord region={region} />
      </div>
      <dl className="region-facts">
        <div>
          <dt>{t('national.waiting')}</dt>
          <dd>
            <strong>{region.waiting}</strong>
          </dd>
        </div>
        <div>
          <dt>{t('national.oldest')}</dt>
          <dd>
            <Oldest region={region} />
          </dd>
        </div>
        <div>
          <dt>{t('national.placed')}</dt>
          <dd>{region.placed24h}</dd>
        </div>
        <div>
          <dt>{t('national.age')}</dt>
          <dd>
            <Age region={region} />
          </dd>
        </div>
      </dl>
      {rows.length === 0 ? <p className="quiet">{t('national.notTold')}</p> : null}
      <ul className="region-beds" aria-label={t('national.beds')}>
        {rows.map((beds) => (
          <li key={beds.bedClass}>
            {t(`bedClassShort.${beds.bedClass}`)} <FreeCount beds={beds} />
          </li>
        ))}
      </ul>
    </>
  )
}
