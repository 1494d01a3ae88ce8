import { bedEndpoints, NEEDS, type Need, type PhoneSettled, type RequestView } from '@dure/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAct } from '../../../offline/use-outbox.ts'
import { ActState } from '../../../ui/act-state.tsx'
import { Button } from '../../../ui/button.tsx'
import { ChoiceChips, MultiChips } from '../../../ui/chips.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/field.tsx'
import { Form } from '../../../ui/form.tsx'
import { Status } from '../../../ui/shape.tsx'
import { Ago } from '../../../ui/time.tsx'

export interface Callee {
  readonly hospitalId: string
  readonly hospitalName: string
  readonly phone: string | null
}

/** `unknown:ecmo`, `missing:ecmo`: needs that a call can settle. */
export const needsToAsk = (codes: readonly string[]): readonly Need[] =>
  NEEDS.filter((need) => codes.includes(`unknown:${need}`) || codes.includes(`missing:${need}`))

/** What the desk heard by phone about this patient: the bed, and each need. */
export const SettleDialog = (props: {
  request: RequestView
  callee: Callee
  needs: readonly Need[]
  onClose: () => void
}) => {
  const { t } = useTranslation()
  const { request, callee } = props
  const { item, send, busy } = useAct(`settle:${request.id}:${callee.hospitalId}`)
  const [bed, setBed] = useState<readonly 'bed'[]>([])
  const [answers, setAnswers] = useState<Partial<Record<Need, 'yes' | 'no'>>>({})
  const [heardFrom, setHeardFrom] = useState('')
  const [tried, setTried] = useState(false)
  const needs = props.needs.flatMap((need) => {
    const answer = answers[need]
    return answer === undefined ? [] : [{ need, answer }]
  })
  const nothing = bed.length === 0 && needs.length === 0
  const submit = async () => {
    setTried(true)
    if (nothing || heardFrom.trim() === '') return
    const settled = await send({
      endpoint: bedEndpoints.settleByPhone,
      input: {
        params: { id: request.id },
        body: {
          hospitalId: callee.hospitalId,
          heardFrom: heardFrom.trim(),
          ...(bed.length === 0 ? {} : { bed: true as const }),
          ...(needs.length === 0 ? {} : { needs }),
        },
      },
      label: { key: 'outbox.label.settle', values: { code: request.code, hospital: callee.hospitalName } },
    })
    if (settled.ok) props.onClose()
  }
  return (
    <Dialog title={`${t('settle.title')} · ${callee.hospitalName}`} open onClose={props.onClose}>
      <Form onSubmit={submit}>
        {callee.phone === null ? null : (
          <p>
            <a href={`tel:${callee.phone}`}>{callee.phone}</a>
          </p>
        )}
        <MultiChips
          name="bed"
          label={t('settle.bed')}
          options={[{ value: 'bed', label: t('settle.bedThere') }]}
          value={bed}
          onChange={setBed}
        />
        {props.needs.map((need) => (
          <ChoiceChips
            key={need}
            name={`need.${need}`}
            label={t(`need.${need}`)}
            options={(['yes', 'no'] as const).map((value) => ({ value, label: t(`capabilityAnswer.${value}`) }))}
            value={answers[need] ?? null}
            onChange={(answer) => setAnswers({ ...answers, [need]: answer })}
          />
        ))}
        <TextField
          name="heardFrom"
          label={t('channel.heardFrom')}
          hint={t('channel.heardFromHint')}
          value={heardFrom}
          onChange={setHeardFrom}
          error={tried && heardFrom.trim() === '' ? t('field.needed') : undefined}
          maxLength={80}
          required
        />
        <div className="form-foot">
          <Button type="submit" look="primary" disabled={busy}>
            {t('settle.save')}
          </Button>
          {tried && nothing ? (
            <span className="field-error" role="alert">
              {t('settle.nothing')}
            </span>
          ) : null}
          <ActState item={item} quietWhenAccepted />
        </div>
      </Form>
    </Dialog>
  )
}

/** What calls have settled, and who said so when. */
export const Settled = ({ list }: { list: readonly PhoneSettled[] }) => {
  const { t } = useTranslation()
  if (list.length === 0) return null
  const word = (what: string) => {
    const need = NEEDS.find((one) => what === `need:${one}`)
    return need === undefined ? t(what === 'bed' ? 'settle.bedThere' : 'settle.figures') : t(`need.${need}`)
  }
  return (
    <ul className="settled">
      {list.map((one) => (
        <li key={one.what}>
          <Status shape={one.answer === 'yes' ? 'circle' : 'cross'} tone={one.answer === 'yes' ? 'success' : 'danger'}>
            {word(one.what)}
          </Status>{' '}
          <span className="quiet">
            {t(`channel.${one.channel}`)} ({one.heardFrom}) · {one.by} · <Ago at={one.at} />
          </span>
        </li>
      ))}
    </ul>
  )
}
