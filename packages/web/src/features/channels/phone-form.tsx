import {
  bedEndpoints,
  CANCEL_REASONS,
  DECLINE_REASONS,
  offerAct,
  type RequestView,
  requestAct,
  TRANSPORTS,
} from '@dure/contract'
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAct } from '../../offline/use-outbox.ts'
import { ActState } from '../../ui/act-state.tsx'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import {
  type Ask,
  missingOf,
  offerActOf,
  type PhoneOption,
  phoneOptions,
  requestActOf,
  type Said,
} from './phone-options.ts'

/** Who says it, what is said, and what has to be asked back. Enter writes it down. */
export const PhoneForm = ({ request, onDone }: { request: RequestView; onDone: (what: string) => void }) => {
  const { t } = useTranslation()
  const options = phoneOptions(request)
  const [heardFrom, setHeardFrom] = useState('')
  const [chosen, setChosen] = useState('')
  const [said, setSaid] = useState<Said>({})
  const [tried, setTried] = useState(false)
  const first = useRef<HTMLDivElement>(null)
  const { item, send, busy } = useAct(`phone:${request.id}:${chosen}`)
  useEffect(() => first.current?.querySelector('input')?.focus(), [])
  const option = options.find(({ id }) => id === chosen)
  const missing = option === undefined ? [] : missingOf(option, said)
  const words = useWords(request)
  const needed = (name: boolean) => (tried && name ? t('field.needed') : undefined)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    const who = heardFrom.trim()
    if (option === undefined || who === '' || missing.length > 0) return
    const label = { key: 'outbox.label.phoned', values: { code: request.code, what: words(option) } }
    const settled = await sendCall(send, request, option, said, who, label)
    if (settled.ok) onDone(t('phoneDesk.done', { code: request.code, what: words(option) }))
  }

  if (options.length === 0) return <p className="note">{t('phoneDesk.nothing')}</p>
  return (
    <form className="form" noValidate onSubmit={(event) => void submit(event)} onKeyDown={submitFromSelect}>
      <p className="phone-about">
        <strong className="spoken-code">{request.code}</strong>{' '}
        {t(`bedClass.${request.details.requestedClass ?? 'CRITICAL'}`)} · {t(`requestState.${request.state}`)}
      </p>
      <div ref={first}>
        <TextField
          name="heardFrom"
          label={t('channel.heardFrom')}
          hint={t('channel.heardFromHint')}
          value={heardFrom}
          onChange={setHeardFrom}
          error={needed(heardFrom.trim() === '')}
          maxLength={80}
          required
        />
      </div>
      <SelectField
        name="said"
        label={t('phoneDesk.said')}
        none={t('common.choose')}
        value={chosen}
        onChange={(value) => {
          setChosen(value)
          setSaid({})
          setTried(false)
        }}
        options={options.map((one, at) => ({ value: one.id, label: `${at + 1} ${words(one)}` }))}
        error={needed(option === undefined)}
        required
      />
      {option?.asks.map((ask) => (
        <AskField
          key={ask}
          ask={ask}
          value={said[ask] ?? ''}
          onChange={(value) => setSaid({ ...said, [ask]: value })}
          error={needed(missing.includes(ask))}
        />
      ))}
      <div className="form-foot">
        <Button type="submit" look="primary" disabled={busy}>
          {t('phoneDesk.write')}
        </Button>
        <ActState item={item} />
      </div>
    </form>
  )
}

/** Enter in a list of choices writes the call down, as it does in every other field; digits choose, the space bar opens it. */
const submitFromSelect = (event: KeyboardEvent<HTMLFormElement>): void => {
  if (event.key !== 'Enter' || !(event.target instanceof HTMLSelectElement)) return
  event.preventDefault()
  event.currentTarget.requestSubmit()
}

/** What a choice is called. */
const useWords = (request: RequestView) => {
  const { t } = useTranslation()
  const several = new Set(request.offers.map(({ hospitalId }) => hospitalId)).size > 1
  return (option: PhoneOption): string => {
    if (option.kind === 'request') return t(`phoneDesk.act.${option.event}`)
    const hospital = several || option.kind === 'still_true' ? `${option.offer.hospitalName}: ` : ''
    return hospital + (option.kind === 'still_true' ? t('phoneDesk.stillTrue') : t(`answer.${option.event}`))
  }
}

type Send = ReturnType<typeof useAct>['send']
type Label = Parameters<Send>[0]['label']

/** The same transition a screen makes, with who said it. */
const sendCall = (
  send: Send,
  request: RequestView,
  option: PhoneOption,
  said: Said,
  heardFrom: string,
  label: Label,
) => {
  const heard = { channel: 'phone', heardFrom } as const
  switch (option.kind) {
    case 'offer': {
      const act = offerAct.parse(offerActOf(option.event, said))
      const input = { params: { id: option.offer.id }, body: { act, ...heard } }
      return send({ endpoint: bedEndpoints.actOnOffer, input, label })
    }
    case 'request': {
      const act = requestAct.parse(requestActOf(option.event, said))
      const input = { params: { id: request.id }, body: { act, version: request.version, ...heard } }
      return send({ endpoint: bedEndpoints.actOnRequest, input, label })
    }
    case 'still_true': {
      const input = { params: { id: option.offer.hospitalId }, body: heard }
      return send({ endpoint: bedEndpoints.stillTrue, input, label })
    }
  }
}

const AskField = (props: { ask: Ask; value: string; onChange: (value: string) => void; error: string | undefined }) => {
  const { t } = useTranslation()
  const { ask, value, onChange, error } = props
  const label = t(`phoneDesk.ask.${ask}`)
  const choices = {
    declineReason: DECLINE_REASONS.map((one, at) => ({
      value: one as string,
      label: `${at + 1} ${t(`declineReason.${one}`)}`,
    })),
    cancelReason: CANCEL_REASONS.map((one, at) => ({
      value: one as string,
      label: `${at + 1} ${t(`cancelReason.${one}`)}`,
    })),
    transport: TRANSPORTS.map((one, at) => ({ value: one as string, label: `${at + 1} ${t(`transport.${one}`)}` })),
  }
  if (ask === 'declineReason' || ask === 'cancelReason' || ask === 'transport')
    return (
      <SelectField
        name={ask}
        label={label}
        none={t('common.choose')}
        value={value}
        onChange={onChange}
        options={choices[ask]}
        error={error}
        required
      />
    )
  const eta = ask === 'etaMinutes'
  return (
    <TextField
      name={ask}
      label={label}
      value={value}
      onChange={onChange}
      error={error}
      maxLength={eta ? 4 : 300}
      required={!eta}
      {...(eta ? { inputMode: 'numeric' as const } : {})}
    />
  )
}
