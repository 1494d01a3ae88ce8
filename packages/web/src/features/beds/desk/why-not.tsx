import type { candidates } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { currentLanguage } from '../../../i18n/index.ts'
import { formatMinutes } from '../../../ui/format.ts'
import { reasonsInWords } from '../shared/reason.ts'

type Excluded = z.infer<typeof candidates>['whyNot'][number]

/** For every hospital that was left out, each filter that failed: the first question a desk is asked by phone. */
export const WhyNot = ({ list, total }: { list: readonly Excluded[]; total: number }) => {
  const { t } = useTranslation()
  if (total === 0) return null
  return (
    <details className="more why-not">
      <summary>{t('whyNotList.title', { count: total })}</summary>
      <ul className="plain-list">
        {list.map((one) => (
          <li key={one.hospitalId}>
            <strong>{one.hospitalName}</strong>{' '}
            <span className="quiet">
              {one.driveMinutes === null ? '' : `${formatMinutes(one.driveMinutes, currentLanguage())} · `}
              {reasonsInWords(t, 'whyNot', one.reasons)}
            </span>
          </li>
        ))}
      </ul>
      {list.length < total ? <p className="quiet">{t('whyNotList.more', { count: total - list.length })}</p> : null}
    </details>
  )
}
