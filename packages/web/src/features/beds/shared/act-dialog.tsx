import { bedEndpoints, type Problem, type RequestView, requestAct } from '@dure/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignedIn } from '../../../app/session.ts'
import { useDraft } from '../../../offline/draft.ts'
import { useAct } from '../../../offline/use-outbox.ts'
import { ActState } from '../../../ui/act-state.tsx'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { SelectField, TextArea, TextField } from '../../../ui/field.tsx'
import { faultAt } from '../../../ui/problem.ts'
import { ACT_FIELDS, type ActEvent, type ActField, actFromTyped, GRAVE } from './act-specs.ts'
import { ChannelFields, type Heard, heardBody } from './channel-fields.tsx'

const NOTHING: Record<string, string> & Partial<Heard> = {}

/** The form of one act on one request. What is typed is kept on the device until the act is accepted. */
export const ActDialog = (props: {
  request: RequestView
  event: ActEvent
  initial?: Readonly<Record<string, string>>
  withChannel: boolean
  onClose: () => void
}) => {
  const { t } = useTranslation()
  const { request, event } = props
  const me = useSignedIn()
  const draft = useDraft({ personId: me.id, form: `act.${request.id}.${event}` }, NOTHING)
  const { item, send, busy } = useAct(`request:${request.id}:${event}`)
  const [tried, setTried] = useState(false)
  const typed: Record<string, string> = { ...props.initial, ...draft.value }
  const heard: Heard = { channel: draft.value.channel ?? 'web', heardFrom: draft.value.heardFrom ?? '' }
  const parsed = requestAct.safeParse(actFromTyped(event, typed))
  const missingWho = heard.channel !== 'web' && heard.heardFrom.trim() === ''
  const problem: Problem | undefined = item?.state === 'refused' ? item.problem : undefined

  const errorOf = (field: ActField): string | undefined => {
    if (faultAt(problem, field.name) !== undefined) return t('field.refused')
    if (!tried || parsed.success) return undefined
    const fault = parsed.error.issues.find((issue) => issue.path[0] === field.name)
    if (fault === undefined) return undefined
    return (typed[field.name] ?? '').trim() === '' ? t('field.needed') : t('field.notValid')
  }

  const submit = async () => {
    setTried(true)
    if (!parsed.success || missingWho) return
    const settled = await send({
      endpoint: bedEndpoints.actOnRequest,
      input: { params: { id: request.id }, body: { act: parsed.data, version: request.version, ...heardBody(heard) } },
      label: { key: 'outbox.label.act', values: { act: t(`act.${event}`), code: request.code } },
    })
    if (!settled.ok) return
    draft.clear()
    props.onClose()
  }

  return (
    <Dialog title={`${t(`act.${event}`)} · ${request.code}`} open onClose={props.onClose}>
      <form
        className="form"
        noValidate
        onSubmit={(submitted) => {
          submitted.preventDefault()
          void submit()
        }}
      >
        {GRAVE.includes(event) ? <p className="warning-text">{t('act.grave')}</p> : null}
        {ACT_FIELDS[event].map((field) => (
          <OneField
            key={field.name}
            field={field}
            value={typed[field.name] ?? ''}
            error={errorOf(field)}
            onChange={(value) => draft.set({ [field.name]: value })}
          />
        ))}
        {props.withChannel ? (
          <ChannelFields
            value={heard}
            onChange={(change) => draft.set(change)}
            error={tried && missingWho ? t('field.needed') : undefined}
          />
        ) : null}
        <div className="form-foot">
          <Button type="submit" look={GRAVE.includes(event) ? 'danger' : 'primary'} disabled={busy}>
            {t(`act.${event}`)}
          </Button>
          <ActState item={item} quietWhenAccepted />
        </div>
      </form>
    </Dialog>
  )
}

const OneField = (props: {
  field: ActField
  value: string
  error: string | undefined
  onChange: (value: string) => void
}) => {
  const { t } = useTranslation()
  const { field } = props
  const common = {
    name: field.name,
    label: t(`actField.${field.name as 'why'}`),
    required: field.required,
    error: props.error,
    value: props.value,
    onChange: props.onChange,
  }
  if (field.kind === 'choice')
    return <SelectField {...common} options={field.options?.(t) ?? []} none={t('common.choose')} />
  if (field.kind === 'area') return <TextArea {...common} maxLength={1000} />
  if (field.kind === 'number')
    return <TextField {...common} inputMode="numeric" unit={t('time.minutes')} maxLength={4} />
  if (field.kind === 'phone') return <TextField {...common} type="tel" inputMode="tel" maxLength={20} />
  if (field.kind === 'datetime') return <TextField {...common} type="datetime-local" />
  return <TextField {...common} maxLength={100} />
}
