import { bedEndpoints, type Channel, type OfferAct, type OfferView, offerAct, type SlotView } from '@dure/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignedIn } from '../../../app/session.ts'
import { useDraft } from '../../../offline/draft.ts'
import { useAct } from '../../../offline/use-outbox.ts'
import { ActState } from '../../../ui/act-state.tsx'
import { Button } from '../../../ui/button.tsx'
import { ChoiceChips } from '../../../ui/chips.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { SelectField, TextArea } from '../../../ui/field.tsx'
import { ChannelFields, heardBody } from './channel-fields.tsx'
import { options } from './options.ts'

export type AnswerEvent = Extract<OfferAct['event'], 'accept' | 'accept_with_conditions' | 'decline'>

interface TypedAnswer {
  readonly event: AnswerEvent
  readonly slotId: string
  readonly conditions: string
  readonly reason: string
  readonly note: string
  readonly channel: Channel
  readonly heardFrom: string
}
const EMPTY: TypedAnswer = {
  event: 'accept',
  slotId: '',
  conditions: '',
  reason: '',
  note: '',
  channel: 'web',
  heardFrom: '',
}

const actOf = (typed: TypedAnswer): Record<string, unknown> => {
  const slot = typed.slotId === '' ? {} : { slotId: typed.slotId }
  if (typed.event === 'accept') return { event: 'accept', ...slot }
  if (typed.event === 'accept_with_conditions')
    return { event: typed.event, conditions: typed.conditions.trim(), ...slot }
  return { event: 'decline', reason: typed.reason, ...(typed.note.trim() === '' ? {} : { note: typed.note.trim() }) }
}

/** Answering a question: yes, yes with conditions, or no with a reason. The desk uses the same form for what it hears. */
export const AnswerDialog = (props: {
  offer: OfferView
  /** Free places of the hospital to choose from; null = the best fitting one is taken. */
  slots: readonly SlotView[] | null
  start: { event: AnswerEvent; channel: Channel }
  withChannel: boolean
  onClose: () => void
}) => {
  const { t } = useTranslation()
  const { offer, slots } = props
  const me = useSignedIn()
  const [empty] = useState<TypedAnswer>({ ...EMPTY, ...props.start })
  const draft = useDraft<TypedAnswer>({ personId: me.id, form: `answer.${offer.id}` }, empty)
  const [event, setEvent] = useState(props.start.event)
  const [tried, setTried] = useState(false)
  const { item, send, busy } = useAct(`offer:${offer.id}:answer`)
  const typed = { ...draft.value, event }
  const parsed = offerAct.safeParse(actOf(typed))
  const missingWho = typed.channel !== 'web' && typed.heardFrom.trim() === ''
  const errorOf = (name: string) =>
    tried && !parsed.success && parsed.error.issues.some((issue) => issue.path[0] === name)
      ? t('field.needed')
      : undefined

  const submit = async () => {
    setTried(true)
    if (!parsed.success || missingWho) return
    const settled = await send({
      endpoint: bedEndpoints.actOnOffer,
      input: { params: { id: offer.id }, body: { act: parsed.data, ...heardBody(typed) } },
      label: { key: 'outbox.label.answer', values: { answer: t(`answer.${event}`), code: offer.requestCode } },
    })
    if (!settled.ok) return
    draft.clear()
    props.onClose()
  }

  return (
    <Dialog title={`${offer.requestCode} · ${offer.hospitalName}`} open onClose={props.onClose}>
      <form
        className="form"
        noValidate
        onSubmit={(submitted) => {
          submitted.preventDefault()
          void submit()
        }}
      >
        <ChoiceChips
          name="answer"
          label={t('answer.title')}
          options={(['accept', 'accept_with_conditions', 'decline'] as const).map((value) => ({
            value,
            label: t(`answer.${value}`),
          }))}
          value={event}
          onChange={setEvent}
        />
        {event === 'decline' ? (
          <>
            <ChoiceChips
              name="reason"
              label={t('answer.reason')}
              options={options.declineReason(t)}
              value={options.declineReason(t).find((one) => one.value === typed.reason)?.value ?? null}
              onChange={(reason) => draft.set({ reason })}
              error={errorOf('reason')}
              required
            />
            <TextArea
              name="note"
              label={t('answer.note')}
              rows={2}
              value={typed.note}
              onChange={(note) => draft.set({ note })}
              maxLength={500}
            />
          </>
        ) : null}
        {event === 'accept_with_conditions' ? (
          <TextArea
            name="conditions"
            label={t('answer.conditions')}
            hint={t('answer.conditionsHint')}
            value={typed.conditions}
            onChange={(conditions) => draft.set({ conditions })}
            error={errorOf('conditions')}
            maxLength={500}
            required
          />
        ) : null}
        {event === 'decline' || slots === null ? null : (
          <SelectField
            name="slotId"
            label={t('answer.slot')}
            none={t('answer.bestSlot')}
            value={typed.slotId}
            onChange={(slotId) => draft.set({ slotId })}
            options={slots.map((slot) => ({
              value: slot.id,
              label: `${slot.label} · ${t(`bedClass.${slot.bedClass}`)} · ${t(`slotIsolation.${slot.isolation}`)}`,
            }))}
          />
        )}
        {props.withChannel ? (
          <ChannelFields
            value={typed}
            onChange={draft.set}
            error={tried && missingWho ? t('field.needed') : undefined}
          />
        ) : null}
        <div className="form-foot">
          <Button type="submit" look={event === 'decline' ? 'danger' : 'primary'} disabled={busy}>
            {t(`answer.${event}`)}
          </Button>
          <ActState item={item} quietWhenAccepted />
        </div>
      </form>
    </Dialog>
  )
}
