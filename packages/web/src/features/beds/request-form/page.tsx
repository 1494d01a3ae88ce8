import { bedEndpoints, type RequestView } from '@dure/contract'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignedIn } from '../../../app/session.ts'
import { useDraft } from '../../../offline/draft.ts'
import { useAct } from '../../../offline/use-outbox.ts'
import { ActState } from '../../../ui/act-state.tsx'
import { Button } from '../../../ui/button.tsx'
import { PageTitle } from '../../../ui/page.tsx'
import { faultAt } from '../../../ui/problem.ts'
import { Clock, serverNow } from '../../../ui/time.tsx'
import { rememberedPhone, rememberPhone } from './callback-phone.ts'
import { ClinicalSection } from './clinical-section.tsx'
import { Essentials } from './essentials.tsx'
import { checkTyped, EMPTY, type TypedRequest } from './typed.ts'

/** Asking for a bed: eight fields on one screen, everything else may follow. */
export const RequestFormPage = () => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const navigate = useNavigate()
  const form = useRef<HTMLFormElement>(null)
  const [empty] = useState<TypedRequest>(() => ({ ...EMPTY, callbackPhone: rememberedPhone(me.id) }))
  const draft = useDraft<TypedRequest>({ personId: me.id, form: 'request' }, empty)
  const { item, send, busy } = useAct('request:create')
  const [tried, setTried] = useState(false)
  const checked = checkTyped(draft.value)
  const problem = item?.state === 'refused' ? item.problem : undefined

  const errorOf = (name: string): string | undefined => {
    if (faultAt(problem, name) !== undefined) return t('field.refused')
    const fault = checked.ok ? undefined : checked.faults.get(name)
    return fault === undefined || (!tried && fault === 'needed') ? undefined : t(`field.${fault}`)
  }

  const accepted = (request: RequestView) => {
    rememberPhone(me.id, draft.value.callbackPhone)
    draft.clear()
    void navigate({ to: '/requests/$id', params: { id: request.id } })
  }

  const submit = async () => {
    setTried(true)
    if (!checked.ok) {
      const first = [...checked.faults.keys()][0]
      form.current?.querySelector<HTMLElement>(`[data-field="${first}"] :is(input, textarea, select)`)?.focus()
      return
    }
    const settled = await send({
      id: draft.intent,
      endpoint: bedEndpoints.createRequest,
      input: { body: checked.input },
      label: { key: 'outbox.label.create' },
    })
    if (settled.ok) accepted(settled.value)
    else draft.renew()
  }

  return (
    <div className="page page-form">
      <PageTitle>{t('form.title')}</PageTitle>
      <p className="lead">{t('form.lead')}</p>
      {draft.restoredFrom === null ? null : (
        <p className="note">
          {t('form.restored')} <Clock at={draft.restoredFrom + serverNow() - Date.now()} />{' '}
          <button type="button" className="text-button" onClick={draft.clear}>
            {t('form.startOver')}
          </button>
        </p>
      )}
      <form
        ref={form}
        className="form request-form"
        noValidate
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void submit()
        }}
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <Essentials value={draft.value} onChange={draft.set} errorOf={errorOf} />
        <ClinicalSection value={draft.value} onChange={draft.set} errorOf={errorOf} />
        <div className="form-foot is-sticky">
          <Button type="submit" look="primary" size="large" disabled={busy}>
            {t('form.send')}
          </Button>
          {tried && !checked.ok ? (
            <span className="field-error" role="alert">
              {t('form.missing', { count: checked.faults.size })}
            </span>
          ) : null}
          <ActState item={item} quietWhenAccepted />
        </div>
      </form>
    </div>
  )
}
