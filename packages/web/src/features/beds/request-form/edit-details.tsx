import { bedEndpoints, type RequestView } from '@dure/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignedIn } from '../../../app/session.ts'
import { useDraft } from '../../../offline/draft.ts'
import { useAct } from '../../../offline/use-outbox.ts'
import { ActState } from '../../../ui/act-state.tsx'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { Form } from '../../../ui/form.tsx'
import { ClinicalSection } from './clinical-section.tsx'
import { Essentials } from './essentials.tsx'
import { changesOf, checkTyped, type TypedRequest, typedOf } from './typed.ts'

/** Adding or correcting what was asked, until the patient has arrived. */
export const EditDetails = ({ request }: { request: RequestView }) => {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  if (!request.allowed.includes('edit')) return null
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t('edit.open')}
      </Button>
      <Dialog title={`${t('edit.open')} · ${request.code}`} open={open} onClose={() => setOpen(false)}>
        <EditForm request={request} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  )
}

const EditForm = ({ request, onDone }: { request: RequestView; onDone: () => void }) => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const [known] = useState<TypedRequest>(() => typedOf(request.details, request.continuityHospitalName))
  const draft = useDraft<TypedRequest>({ personId: me.id, form: `edit.${request.id}` }, known)
  const { item, send, busy } = useAct(`edit:${request.id}`)
  const checked = checkTyped(draft.value)
  const errorOf = (name: string) => {
    const fault = checked.ok ? undefined : checked.faults.get(name)
    return fault === undefined ? undefined : t(`field.${fault}`)
  }
  const submit = async () => {
    if (!checked.ok) return
    const details = changesOf(request.details, checked.input)
    if (Object.keys(details).length === 0) return onDone()
    const settled = await send({
      endpoint: bedEndpoints.editRequest,
      input: { params: { id: request.id }, body: { version: request.version, details } },
      label: { key: 'outbox.label.edit', values: { code: request.code } },
    })
    if (!settled.ok) return
    draft.clear()
    onDone()
  }
  return (
    <Form onSubmit={submit}>
      <ClinicalSection value={draft.value} onChange={draft.set} errorOf={errorOf} />
      <Essentials value={draft.value} onChange={draft.set} errorOf={errorOf} />
      <div className="form-foot">
        <Button type="submit" look="primary" disabled={busy || !checked.ok}>
          {t('edit.save')}
        </Button>
        <ActState item={item} quietWhenAccepted />
      </div>
    </Form>
  )
}
