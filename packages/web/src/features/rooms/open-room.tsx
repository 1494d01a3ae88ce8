import { type PartyView, ROOM_LIMITS, roomEndpoints } from '@dure/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignedIn } from '../../app/session.ts'
import { useDraft } from '../../offline/draft.ts'
import { useAct } from '../../offline/use-outbox.ts'
import { ActState } from '../../ui/act-state.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextArea, TextField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { PartyField } from './party-field.tsx'

interface Typed {
  readonly title: string
  readonly purpose: string
  readonly parties: readonly PartyView[]
}
const EMPTY: Typed = { title: '', purpose: '', parties: [] }

/** A room for something that is no single request: its name, what it is for, and who is in it. */
export const OpenRoomButton = () => {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t('rooms.new.open')}
      </Button>
      {open ? <OpenRoomDialog onClose={() => setOpen(false)} /> : null}
    </>
  )
}

const OpenRoomDialog = ({ onClose }: { onClose: () => void }) => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const draft = useDraft<Typed>({ personId: me.id, form: 'room.new' }, EMPTY)
  const { item, send, busy } = useAct(`room:new:${draft.intent}`)
  const [tried, setTried] = useState(false)
  const { title, purpose, parties } = draft.value

  const submit = async () => {
    setTried(true)
    if (title.trim() === '') return
    // The draft's own id: a room that was opened by a lost answer is found again, not opened twice.
    const body = {
      id: draft.intent,
      title: title.trim(),
      purpose: purpose.trim() === '' ? null : purpose.trim(),
      parties: parties.map(({ party }) => party),
    }
    const label = { key: 'outbox.label.openRoom' as const }
    const settled = await send({ endpoint: roomEndpoints.openRoom, input: { body }, label })
    if (!settled.ok) return
    draft.clear()
    void queries.invalidateQueries({ queryKey: ['rooms'] })
    onClose()
    void navigate({ to: '/rooms/$id', params: { id: settled.value.id } })
  }

  return (
    <Dialog title={t('rooms.new.title')} open onClose={onClose}>
      <Form onSubmit={submit}>
        <TextField
          name="title"
          label={t('rooms.new.name')}
          value={title}
          onChange={(next) => draft.set({ title: next })}
          error={tried && title.trim() === '' ? t('field.needed') : undefined}
          maxLength={ROOM_LIMITS.titleChars}
          required
        />
        <TextArea
          name="purpose"
          label={t('rooms.new.purpose')}
          hint={t('rooms.new.purposeHint')}
          value={purpose}
          onChange={(next) => draft.set({ purpose: next })}
          maxLength={ROOM_LIMITS.purposeChars}
          rows={2}
        />
        <PartyField chosen={parties} onChange={(next) => draft.set({ parties: next })} />
        <div className="form-foot">
          <Button type="submit" look="primary" disabled={busy}>
            {t('rooms.new.make')}
          </Button>
          <ActState item={item} />
        </div>
      </Form>
    </Dialog>
  )
}
