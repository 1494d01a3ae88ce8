import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../i18n/index.ts'
import { Refused } from '../offline/api.ts'
import { Button } from './button.tsx'
import { problemTitle } from './problem.ts'
import { Shape } from './shape.tsx'

export const Loading = () => {
  const { t } = useTranslation()
  return (
    <div className="state" role="status">
      <span className="spinner" aria-hidden="true" />
      <p>{t('common.loading')}</p>
    </div>
  )
}

export const Empty = (props: { title: string; children?: ReactNode }) => (
  <div className="state">
    <Shape name="ring" />
    <p className="state-title">{props.title}</p>
    {props.children === undefined ? null : <div className="state-text">{props.children}</div>}
  </div>
)

/** What went wrong and what to do next: a refusal by its own sentence, silence as silence. */
export const Failed = ({ error, onRetry }: { error: unknown; onRetry: () => void }) => {
  const { t } = useTranslation()
  const refused = error instanceof Refused ? error.problem : null
  return (
    <div className="state tone-danger" role="alert">
      <Shape name="cross" />
      <p className="state-title">
        {refused === null ? t('failed.noAnswer') : problemTitle(refused, currentLanguage())}
      </p>
      <p className="state-text">
        {refused === null ? t('failed.noAnswerNext') : t('failed.refusedNext', { code: refused.code })}
      </p>
      <Button onClick={onRetry}>{t('common.retry')}</Button>
    </div>
  )
}

/** A fault of this program: said as such, with the way on. What was typed is in its draft. */
export const Crashed = ({ onRetry }: { onRetry: () => void }) => {
  const { t } = useTranslation()
  return (
    <div className="state tone-danger" role="alert">
      <Shape name="cross" />
      <p className="state-title">{t('failed.crashed')}</p>
      <p className="state-text">{t('failed.crashedNext')}</p>
      <Button onClick={onRetry}>{t('common.retry')}</Button>
    </div>
  )
}

/** Loading, failed or there. What was read before stays on the screen when a later reading fails. */
export const Read = <T,>({ query, children }: { query: UseQueryResult<T>; children: (value: T) => ReactNode }) => {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />
  return <Loading />
}
