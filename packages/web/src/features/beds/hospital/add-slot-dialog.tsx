import { bedEndpoints, slotInput } from '@dure/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignedIn } from '../../../app/session.ts'
import { useDraft } from '../../../offline/draft.ts'
import { useAct } from '../../../offline/use-outbox.ts'
import { ActState } from '../../../ui/act-state.tsx'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { SelectField, TextField } from '../../../ui/field.tsx'
import { Form } from '../../../ui/form.tsx'
import { options } from '../shared/options.ts'

const EMPTY = {
  label: '',
  bedClass: '',
  isolation: 'none',
  share: 'placeable',
  roomSex: 'any',
  minAgeYears: '',
  maxAgeYears: '',
}

/** A bed with its staff, from now on to be counted and, if placeable, to be promised. */
export const AddSlotDialog = ({ hospitalId, onClose }: { hospitalId: string; onClose: () => void }) => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const draft = useDraft({ personId: me.id, form: `slot.${hospitalId}` }, EMPTY)
  const { item, send, busy } = useAct(`add-slot:${hospitalId}`)
  const [tried, setTried] = useState(false)
  const typed = draft.value
  const age = (text: string) => (text.trim() === '' ? null : Number(text))
  const parsed = slotInput.safeParse({
    ...typed,
    minAgeYears: age(typed.minAgeYears),
    maxAgeYears: age(typed.maxAgeYears),
  })
  const errorOf = (name: string) =>
    tried && !parsed.success && parsed.error.issues.some((issue) => issue.path[0] === name)
      ? t('field.needed')
      : undefined
  const submit = async () => {
    setTried(true)
    if (!parsed.success) return
    const settled = await send({
      id: draft.intent,
      endpoint: bedEndpoints.addSlot,
      input: { params: { id: hospitalId }, body: parsed.data },
      label: { key: 'outbox.label.addSlot', values: { slot: parsed.data.label } },
    })
    if (!settled.ok) return draft.renew()
    draft.clear()
    onClose()
  }
  return (
    <Dialog title={t('ownBeds.add')} open onClose={onClose}>
      <Form onSubmit={submit}>
        <TextField
          name="label"
          label={t('slot.label')}
          hint={t('slot.labelHint')}
          value={typed.label}
          onChange={(label) => draft.set({ label })}
          error={errorOf('label')}
          maxLength={40}
          required
        />
        <SelectField
          name="bedClass"
          label={t('request.bedClass')}
          options={options.bedClass(t)}
          none={t('common.choose')}
          value={typed.bedClass}
          onChange={(bedClass) => draft.set({ bedClass })}
          error={errorOf('bedClass')}
          required
        />
        <SelectField
          name="isolation"
          label={t('slot.isolation')}
          options={options.slotIsolation(t)}
          value={typed.isolation}
          onChange={(isolation) => draft.set({ isolation })}
        />
        <SelectField
          name="share"
          label={t('slot.share')}
          options={options.share(t)}
          value={typed.share}
          onChange={(share) => draft.set({ share })}
        />
        <SelectField
          name="roomSex"
          label={t('slot.roomSex')}
          options={options.roomSex(t)}
          value={typed.roomSex}
          onChange={(roomSex) => draft.set({ roomSex })}
        />
        <div className="pair">
          <TextField
            name="minAgeYears"
            label={t('slot.minAge')}
            unit={t('patient.yearsUnit')}
            inputMode="numeric"
            maxLength={3}
            value={typed.minAgeYears}
            onChange={(minAgeYears) => draft.set({ minAgeYears })}
            error={errorOf('minAgeYears')}
          />
          <TextField
            name="maxAgeYears"
            label={t('slot.maxAge')}
            unit={t('patient.yearsUnit')}
            inputMode="numeric"
            maxLength={3}
            value={typed.maxAgeYears}
            onChange={(maxAgeYears) => draft.set({ maxAgeYears })}
            error={errorOf('maxAgeYears')}
          />
        </div>
        <div className="form-foot">
          <Button type="submit" look="primary" disabled={busy}>
            {t('ownBeds.add')}
          </Button>
          <ActState item={item} quietWhenAccepted />
        </div>
      </Form>
    </Dialog>
  )
}
