import { bedEndpoints } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { hasRole, useSignedIn } from '../../../app/session.ts'
import { useAct } from '../../../offline/use-outbox.ts'
import { ActState } from '../../../ui/act-state.tsx'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextArea } from '../../../ui/field.tsx'
import { boardQuery } from '../shared/queries.ts'

/** Peace (hospitals are asked) or war (hospitals are designated and may refuse in writing). Changing it needs a reason. */
export const ModeSwitch = () => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const mode = useQuery(boardQuery).data?.mode
  const [open, setOpen] = useState(false)
  const [why, setWhy] = useState('')
  const { item, send, busy } = useAct('mode')
  if (mode === undefined) return null
  const next = mode === 'peace' ? 'war' : 'peace'
  const submit = async () => {
    if (why.trim() === '') return
    const settled = await send({
      endpoint: bedEndpoints.setMode,
      input: { body: { mode: next, why: why.trim() } },
      label: { key: 'outbox.label.mode', values: { mode: t(`mode.${next}`) } },
    })
    if (!settled.ok) return
    setOpen(false)
    setWhy('')
  }
  return (
    <>
      <span className="tag">{t(`mode.${mode}`)}</span>
      {hasRole(me, 'placement_desk', 'admin') ? (
        <Button size="small" look="quiet" onClick={() => setOpen(true)}>
          {t('mode.change')}
        </Button>
      ) : null}
      <Dialog title={t(`mode.to.${next}`)} open={open} onClose={() => setOpen(false)}>
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault()
            void submit()
          }}
        >
          <p>{t(`mode.explain.${next}`)}</p>
          <TextArea name="why" label={t('actField.why')} value={why} onChange={setWhy} maxLength={300} required />
          <div className="form-foot">
            <Button type="submit" look="primary" disabled={busy || why.trim() === ''}>
              {t(`mode.to.${next}`)}
            </Button>
            <ActState item={item} quietWhenAccepted />
          </div>
        </form>
      </Dialog>
    </>
  )
}
