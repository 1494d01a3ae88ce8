import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Empty, Read } from '../../../ui/states.tsx'
import { Clock } from '../../../ui/time.tsx'
import { timelineQuery } from './queries.ts'
import { wordFor } from './reason.ts'

/** Members of an entry that a person can read as they are. */
const SPOKEN = [
  'hospitalName',
  'why',
  'question',
  'answer',
  'conditions',
  'note',
  'interimPlan',
  'crew',
  'slotLabel',
] as const

const spoken = (data: Record<string, unknown>): string =>
  SPOKEN.map((name) => data[name])
    .filter((value): value is string => typeof value === 'string' && value !== '')
    .join(' · ')

export const Timeline = ({ requestId }: { requestId: string }) => {
  const { t } = useTranslation()
  const query = useQuery(timelineQuery(requestId))
  return (
    <Read query={query}>
      {({ entries }) =>
        entries.length === 0 ? (
          <Empty title={t('timeline.empty')} />
        ) : (
          <ol className="timeline">
            {entries.toReversed().map((entry) => (
              <li key={entry.seq}>
                <span className="timeline-time">
                  <Clock at={entry.at} seconds />
                </span>
                <div>
                  <p>
                    <strong>{wordFor(t, 'event', entry.kind)}</strong> <span className="quiet">{entry.by}</span>
                    {entry.channel === 'web' || entry.channel === 'system' ? null : (
                      <span className="tag">
                        {t(`channel.${entry.channel}`)}
                        {entry.heardFrom === null ? '' : ` · ${t('timeline.heardFrom', { name: entry.heardFrom })}`}
                      </span>
                    )}
                  </p>
                  {spoken(entry.data) === '' ? null : <p className="quiet">{spoken(entry.data)}</p>}
                </div>
              </li>
            ))}
          </ol>
        )
      }
    </Read>
  )
}
