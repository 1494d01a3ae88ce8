import type { candidates, RequestView } from '@dure/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { currentLanguage } from '../../../i18n/index.ts'
import { Button } from '../../../ui/button.tsx'
import { formatMinutes } from '../../../ui/format.ts'
import { reasonsInWords } from '../shared/reason.ts'
import { needsToAsk, SettleDialog, Settled } from './settle-dialog.tsx'

type Excluded = z.infer<typeof candidates>['whyNot'][number]

/** For every hospital that was left out, each filter that failed: the first question a desk is asked by phone. */
export const WhyNot = (props: { request: RequestView; list: readonly Excluded[]; total: number }) => {
  const { t } = useTranslation()
  const { request, list, total } = props
  const [calling, setCalling] = useState<Excluded | null>(null)
  const mayCall = (one: Excluded) =>
    request.allowed.includes('settle_by_phone') && one.reasons.some((reason) => CALLABLE.includes(reason))
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
            </span>{' '}
            {mayCall(one) ? (
              <Button size="small" look="quiet" onClick={() => setCalling(one)}>
                {t('settle.title')}
              </Button>
            ) : null}
            <Settled list={one.settled} />
          </li>
        ))}
      </ul>
      {list.length < total ? <p className="quiet">{t('whyNotList.more', { count: total - list.length })}</p> : null}
      {calling === null ? null : (
        <SettleDialog
          key={calling.hospitalId}
          request={request}
          callee={calling}
          needs={needsToAsk(calling.reasons)}
          onClose={() => setCalling(null)}
        />
      )}
    </details>
  )
}

/** What a call can change. */
const CALLABLE: readonly string[] = ['data-too-old', 'capability-missing']
