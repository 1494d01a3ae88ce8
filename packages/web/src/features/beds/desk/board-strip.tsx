import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../../i18n/index.ts'
import { formatMinutes } from '../../../ui/format.ts'
import { Since } from '../../../ui/time.tsx'
import { boardQuery } from '../shared/queries.ts'

/** The region in one line. The longest wait is named first: a mean once hid a patient who waited twenty hours. */
export const BoardStrip = () => {
  const { t } = useTranslation()
  const board = useQuery(boardQuery).data
  if (board === undefined) return null
  const language = currentLanguage()
  const minutes = (value: number | null) => (value === null ? t('common.none') : formatMinutes(value, language))
  return (
    <dl className="strip">
      <div className="strip-item is-first">
        <dt>{t('board.oldest')}</dt>
        <dd>
          {board.oldest === null ? (
            t('board.nobodyWaits')
          ) : (
            <Link to="/desk" search={{ request: board.oldest.requestId }}>
              {board.oldest.code} · <Since at={board.oldest.waitingSince} />
            </Link>
          )}
        </dd>
      </div>
      <div className="strip-item">
        <dt>{t('board.waiting')}</dt>
        <dd>{board.waiting}</dd>
      </div>
      <div className="strip-item">
        <dt>{t('board.p50')}</dt>
        <dd>{minutes(board.toConfirmed.p50Min)}</dd>
      </div>
      <div className="strip-item">
        <dt>{t('board.p95')}</dt>
        <dd>{minutes(board.toConfirmed.p95Min)}</dd>
      </div>
      <div className="strip-item is-wide">
        <dt>{t('board.freeByClass')}</dt>
        <dd className="strip-classes">
          {board.byClass
            .filter((one) => one.staffed > 0)
            .map((one) => (
              <span key={one.bedClass}>
                {t(`bedClassShort.${one.bedClass}`)}{' '}
                <strong>
                  {one.free}/{one.staffed}
                </strong>
              </span>
            ))}
        </dd>
      </div>
    </dl>
  )
}
