import type { bedEndpoints, RequestView, ResponseOf } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { Empty, Read } from '../../../ui/states.tsx'
import { Clock, useClockText } from '../../../ui/time.tsx'
import { timelineQuery } from './queries.ts'
import { wordFor } from './reason.ts'
import { saidInWords } from './said.ts'

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

type Entry = ResponseOf<typeof bedEndpoints.timeline>['entries'][number]

const spoken = (t: TFunction, clock: (at: number) => string, entry: Entry, request: RequestView): string => {
  const { data } = entry
  const said = [
    hospitalName(data, request),
    ...saidInWords(t, clock, entry),
    ...SPOKEN.map((name) => data[name]),
    warned(t, data),
    settled(t, data),
  ]
  return [...new Set(said.filter((value): value is string => typeof value === 'string' && value !== ''))].join(' · ')
}

/** What a hospital said against itself while it was asked. */
const warned = (t: TFunction, { warning, reason }: Record<string, unknown>): string | undefined =>
  typeof warning !== 'string'
    ? undefined
    : [wordFor(t, 'whyNot', warning), ...(typeof reason === 'string' ? [wordFor(t, 'stopReason', reason)] : [])].join(
        ': ',
      )

/** What a call settled. */
const settled = (t: TFunction, { bed, met, unmet }: Record<string, unknown>): string | undefined => {
  const words = (needs: unknown, answer: 'yes' | 'no') =>
    Array.isArray(needs)
      ? needs.map((need) => `${wordFor(t, 'need', String(need))} ${t(`capabilityAnswer.${answer}`)}`)
      : []
  const all = [...(bed === true ? [t('settle.bedThere')] : []), ...words(met, 'yes'), ...words(unmet, 'no')]
  return all.length === 0 ? undefined : all.join(', ')
}

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
  const clock = useClockText()
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
                  {spoken(t, clock, entry, request) === '' ? null : (
                    <p className="quiet">{spoken(t, clock, entry, request)}</p>
                  )}
                </div>
              </li>
            ))}
          </ol>
        )
      }
    </Read>
  )
}
