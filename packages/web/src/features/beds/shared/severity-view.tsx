import type { RequestView } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { Clock } from '../../../ui/time.tsx'
import { SeverityBadge } from './badges.tsx'
import { wordFor } from './reason.ts'

/** The class that counts, whose it is, and what the score suggests and why. */
export const SeverityView = ({ severity }: { severity: RequestView['severity'] }) => {
  const { t } = useTranslation()
  const parts = Object.entries(severity.parts).filter(([, points]) => points > 0)
  return (
    <div className="severity-view">
      <p className="severity-main">
        <SeverityBadge severity={severity.effective} />{' '}
        {severity.judged === null ? (
          <span className="quiet">{t('severity.byScore')}</span>
        ) : (
          <span className="quiet">
            {t('severity.judgedBy', { name: severity.judged.by })} · <Clock at={severity.judged.at} />
          </span>
        )}
      </p>
      <p className="quiet">
        {severity.score === null || severity.points === null
          ? t('severity.noScore')
          : t('severity.score', {
              score: severity.score.toUpperCase(),
              points: severity.points,
              suggested: severity.suggested === null ? t('common.notKnown') : t(`severity.${severity.suggested}`),
            })}
        {parts.length === 0
          ? null
          : ` — ${parts.map(([name, points]) => `${wordFor(t, 'vitalName', name)} ${points}`).join(', ')}`}
      </p>
      {severity.missing.length === 0 ? null : (
        <p className="quiet">
          {t('severity.missing', { list: severity.missing.map((name) => wordFor(t, 'vitalName', name)).join(', ') })}
        </p>
      )}
    </div>
  )
}
