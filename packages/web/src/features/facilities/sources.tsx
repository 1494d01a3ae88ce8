import type { SourceView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../app/connection-line.tsx'
import { currentLanguage } from '../../i18n/index.ts'
import { Count } from '../../ui/count.tsx'
import { Facts } from '../../ui/facts.tsx'
import { formatMinutes } from '../../ui/format.ts'
import { Card, PageTitle } from '../../ui/page.tsx'
import { Status } from '../../ui/shape.tsx'
import { Empty, Read } from '../../ui/states.tsx'
import { Clock } from '../../ui/time.tsx'
import { sourcesQuery } from './queries.ts'
import { aboutOf, errorOf, STATE_LOOKS, stateOf } from './source-words.ts'

/** What we listen to from outside. A silent source keeps its last good figures, and here it says how old they are. */
export const SourcesPage = () => {
  const { t } = useTranslation()
  const query = useQuery(sourcesQuery)
  return (
    <div className="page">
      <PageTitle>{t('sources.title')}</PageTitle>
      <p className="lead">{t('sources.lead')}</p>
      <StaleNote />
      <Read query={query}>
        {({ sources }) =>
          sources.length === 0 ? (
            <Empty title={t('sources.empty')}>{t('sources.emptyNext')}</Empty>
          ) : (
            <div className="source-grid">
              {sources.toSorted(silentFirst).map((source) => (
                <SourceCard key={source.key} source={source} />
              ))}
            </div>
          )
        }
      </Read>
    </div>
  )
}

const silentFirst = (one: SourceView, other: SourceView): number => Number(other.silent) - Number(one.silent)

const SourceCard = ({ source }: { source: SourceView }) => {
  const { t } = useTranslation()
  const state = stateOf(source)
  const look = STATE_LOOKS[state]
  const clock = (at: string | null) => (at === null ? t('common.never') : <Clock at={at} seconds />)
  return (
    <Card
      title={t(`sourceKind.${source.kind}`)}
      aside={
        <Status shape={look.shape} tone={look.tone}>
          {t(`sources.${state}`)}
        </Status>
      }
    >
      {source.operation === null && source.sidoCode === null ? null : <p className="quiet">{aboutOf(t, source)}</p>}
      <Facts
        rows={[
          [
            t('sources.age'),
            source.ageMin === null ? t('common.never') : formatMinutes(source.ageMin, currentLanguage()),
          ],
          [t('sources.lastSuccess'), clock(source.lastSuccessAt)],
          [t('sources.lastAttempt'), clock(source.lastAttemptAt)],
          [t('sources.nextTry'), source.nextTryAt === null ? null : clock(source.nextTryAt)],
          [t('sources.items'), <Count key="items" value={source.items} />],
          [t('sources.refused'), <Count key="refused" value={source.refused} />],
          [t('sources.flagged'), <Count key="flagged" value={source.flagged} />],
          [t('sources.error'), errorOf(t, source)],
          [t('sources.failures'), source.failuresInRow === 0 ? null : source.failuresInRow],
        ]}
      />
    </Card>
  )
}
