import type { RequestView } from '@dure/contract'
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

const spoken = (data: Record<string, unknown>, request: RequestView): string =>
  [hospitalName(data, request), ...SPOKEN.map((name) => data[name])]
    .filter((value): value is string => typeof value === 'string' && value !== '')
    .join(' · ')

/** Entries name a hospital by id; the offers of the request know it by name. */
const hospitalName = (data: Record<string, unknown>, request: RequestView): string | undefined => {
  const ids = Array.isArray(data.hospitalIds) ? data.hospitalIds : [data.hospitalId]
  const names = request.offers
    .filter((offer) => offer.id === data.offerId || ids.includes(offer.hospitalId))
    .map((offer) => offer.hospitalName)
  return names.length === 0 ? undefined : [...new Set(names)].join(', ')
}

export const Timeline = ({ request }: { request: RequestView }) => {
  const { t } = useTranslation()
  const query = useQuery(timelineQuery(request.id))
  return (
    <Read query={query}>
      {({ entries }) =>
        entries.length === 0 ? (
          <Empty title={t('timeline.empty')} />
        ) : (
          <ol className="timeline">
            {entries.toReversed().map((entry) => (
              <li key={entry.seq} className="timeline-entry">
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
                  {spoken(entry.data, request) === '' ? null : <p className="quiet">{spoken(entry.data, request)}</p>}
                </div>
              </li>
            ))}
          </ol>
        )
      }
    </Read>
  )
}
