import type { Candidate, RequestView } from '@dure/contract'
import { Link } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../../i18n/index.ts'
import { Button } from '../../../ui/button.tsx'
import { formatMinutes, formatNumber, formatPercent, formatSpan } from '../../../ui/format.ts'
import { FreshnessBadge } from '../../../ui/freshness.tsx'
import { Ago } from '../../../ui/time.tsx'
import { reasonsInWords, wordFor } from '../shared/reason.ts'
import { needsToAsk, SettleDialog, Settled } from './settle-dialog.tsx'

/** One hospital that fits: rank, drive, bed, age of its figures, and behind one tap every number of the order. */
export const CandidateRow = (props: {
  request: RequestView
  candidate: Candidate
  asked: boolean
  picked: boolean
  /** null = cannot be picked now. */
  onPick: (() => void) | null
}) => {
  const { t } = useTranslation()
  const { candidate: one } = props
  const language = currentLanguage()
  const [calling, setCalling] = useState(false)
  const mayCall = one.askFirst.length > 0 && props.request.allowed.includes('settle_by_phone')
  return (
    <li className={`candidate ${props.picked ? 'is-picked' : ''}`}>
      <div className="candidate-pick">
        {props.onPick === null ? (
          <span className="candidate-rank">{one.rank}</span>
        ) : (
          <label className="candidate-check">
            <input type="checkbox" checked={props.picked} onChange={props.onPick} />
            <span className="candidate-rank">{one.rank}</span>
            <span className="visually-hidden">{t('candidates.pick', { name: one.hospitalName })}</span>
          </label>
        )}
      </div>
      <div className="candidate-body">
        <p className="candidate-head">
          <Link to="/hospitals/$id" params={{ id: one.hospitalId }}>
            {one.hospitalName}
          </Link>
          <strong>{t('candidates.drive', { span: formatMinutes(one.driveMinutes, language) })}</strong>
          <FreshnessBadge freshness={one.freshness} />
          <span className="quiet">
            <Ago at={one.asOf} />
          </span>
          {props.asked ? <span className="tag">{t('candidates.asked')}</span> : null}
        </p>
        <p className="quiet">
          {t(`bedClass.${one.bedClass}`)} · {t(`slotIsolation.${one.isolation}`)} · {one.slotLabel} ·{' '}
          {t('candidates.free', { count: one.freeFitting })}
          {one.phone === null ? null : (
            <>
              {' · '}
              <a href={`tel:${one.phone}`}>{one.phone}</a>
            </>
          )}
        </p>
        {one.askFirst.length === 0 ? null : (
          <p className="ask-first">
            {t('candidates.askFirst')} {reasonsInWords(t, 'askFirst', one.askFirst)}{' '}
            {mayCall ? (
              <Button size="small" onClick={() => setCalling(true)}>
                {t('settle.title')}
              </Button>
            ) : null}
          </p>
        )}
        <Settled list={one.settled} />
        {calling ? (
          <SettleDialog
            request={props.request}
            callee={one}
            needs={needsToAsk(one.askFirst)}
            onClose={() => setCalling(false)}
          />
        ) : null}
        <details className="more">
          <summary>{t('candidates.terms')}</summary>
          <dl className="terms">
            {one.terms.map((term) => (
              <div key={term.term}>
                <dt>{wordFor(t, 'term', term.term)}</dt>
                <dd>{termValue(t, term)}</dd>
              </div>
            ))}
          </dl>
        </details>
      </div>
    </li>
  )
}

/** A number of the order in its own measure: seconds as a span, thousandths as per cent, levels and counts as points. */
const termValue = (t: TFunction, term: Candidate['terms'][number]): string => {
  const language = currentLanguage()
  if (term.unit === 's') return formatSpan(term.value * 1000, language)
  if (term.unit === '1/1000') return formatPercent(term.value / 1000, language)
  return t('termUnit.points', { value: formatNumber(term.value, language, 2) })
}
