import type { RosterWarning } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Status } from '../../ui/shape.tsx'
import { Clock } from '../../ui/time.tsx'
import { warningsQuery } from './queries.ts'

/** Hours that nobody covers, days before they come. */
export const Warnings = () => {
  const { t } = useTranslation()
  const { data } = useQuery(warningsQuery)
  if (data === undefined || data.warnings.length === 0) return null
  return (
    <section className="card" aria-label={t('rosters.warnings')}>
      <h2>{t('rosters.warnings', { hours: data.hours })}</h2>
      <ul className="plain-list">
        {data.warnings.map((one) => (
          <li key={`${one.place.id}${one.duty}${one.rank}${one.warning}${one.from}`}>
            <OneWarning warning={one} />
          </li>
        ))}
      </ul>
    </section>
  )
}

const OneWarning = ({ warning }: { warning: RosterWarning }) => {
  const { t } = useTranslation()
  return (
    <>
      <Status
        shape={warning.warning === 'gap' ? 'triangle' : 'diamond'}
        tone={warning.warning === 'gap' ? 'danger' : 'warning'}
      >
        {t(`rosters.warning.${warning.warning}`)}
      </Status>{' '}
      <strong>
        {warning.placeName} {t(`duty.${warning.duty}`)}
      </strong>{' '}
      <span className="quiet">{t(`rosters.rank.${warning.rank}`)}</span> <Clock at={warning.from} /> –{' '}
      <Clock at={warning.to} />
      {warning.holiday === null ? null : <span className="tag is-late">{warning.holiday}</span>}
    </>
  )
}
