import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/** Unknown is a word of its own, never an empty place and never a nought. */
export const NotKnown = () => {
  const { t } = useTranslation()
  return <span className="not-known">{t('common.notKnown')}</span>
}

/** Label and value pairs; what is not there takes no room. */
export const Facts = ({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) => (
  <dl className="facts">
    {rows
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
)
