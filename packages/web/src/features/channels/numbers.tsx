import { channelEndpoints as e, type Me, type NumberKind, type NumberView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { hasRole } from '../../app/session.ts'
import { Button } from '../../ui/button.tsx'
import { ChoiceChips } from '../../ui/chips.tsx'
import { TextField } from '../../ui/field.tsx'
import { Card } from '../../ui/page.tsx'
import { Status } from '../../ui/shape.tsx'
import { Read } from '../../ui/states.tsx'
import { showPhone } from './phone-text.ts'
import { ProblemLine } from './problem-line.tsx'
import { numbersQuery } from './queries.ts'
import { useCall } from './use-call.ts'

/** Telephones that are written to and listened to. */
export const Numbers = ({ me }: { me: Me }) => {
  const { t } = useTranslation()
  const query = useQuery(numbersQuery)
  return (
    <Card title={t('channels.numbers')}>
      <p className="quiet">{t('channels.numbersLead')}</p>
      <Read query={query}>
        {({ numbers }) =>
          numbers.length === 0 ? (
            <p>{t('channels.noNumbers')}</p>
          ) : (
            <ul className="plain-list">
              {numbers.map((one) => (
                <NumberLine key={one.id} one={one} />
              ))}
            </ul>
          )
        }
      </Read>
      <NewNumber me={me} />
    </Card>
  )
}

const NumberLine = ({ one }: { one: NumberView }) => {
  const { t } = useTranslation()
  const { busy, problem, send } = useCall(['numbers'])
  const pending = one.state === 'pending'
  return (
    <li className="number-line">
      <div className="number-head">
        <div>
          <strong className="tel">{showPhone(one.phone)}</strong> {one.label}
          <span className="quiet block">
            {one.kind === 'person' ? one.personName : (one.facilityName ?? t('role.placement_desk'))}
          </span>
        </div>
        <Status shape={pending ? 'half' : 'circle'} tone={pending ? 'warning' : 'success'}>
          {t(pending ? 'channels.pending' : 'channels.confirmed')}
        </Status>
        <Button look="quiet" disabled={busy} onClick={() => void send(e.removeNumber, { params: { id: one.id } })}>
          {t('channels.remove')}
        </Button>
      </div>
      {pending ? <Confirm id={one.id} /> : null}
      <ProblemLine problem={problem} />
    </li>
  )
}

const Confirm = ({ id }: { id: string }) => {
  const { t } = useTranslation()
  const [code, setCode] = useState('')
  const { busy, problem, send } = useCall(['numbers'])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void send(e.confirmNumber, { params: { id }, body: { code: code.trim() } })
  }
  return (
    <form className="number-confirm" onSubmit={submit}>
      <TextField
        name="code"
        label={t('channels.code')}
        value={code}
        onChange={setCode}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={6}
      />
      <Button type="submit" look="primary" disabled={busy || !/^\d{6}$/.test(code.trim())}>
        {t('channels.confirm')}
      </Button>
      <Button look="quiet" disabled={busy} onClick={() => void send(e.resendNumberCode, { params: { id } })}>
        {t('channels.resend')}
      </Button>
      <ProblemLine problem={problem} />
    </form>
  )
}

const NewNumber = ({ me }: { me: Me }) => {
  const { t } = useTranslation()
  const mayDesk = hasRole(me, 'hospital_desk', 'sponsor', 'placement_desk', 'desk_lead', 'admin')
  const [kind, setKind] = useState<NumberKind>(mayDesk ? 'desk' : 'person')
  const [phone, setPhone] = useState('')
  const [label, setLabel] = useState('')
  const { busy, problem, send } = useCall(['numbers'])
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const body = { phone, kind, label: label.trim() === '' ? t('channels.labelDefault') : label.trim() }
    if ((await send(e.registerNumber, { body })) === undefined) return
    setPhone('')
    setLabel('')
  }
  return (
    <form className="form number-new" onSubmit={(event) => void submit(event)}>
      <h3>{t('channels.register')}</h3>
      {mayDesk ? (
        <ChoiceChips
          name="kind"
          label={t('channels.whose')}
          options={[
            { value: 'desk', label: t('channels.ofDesk') },
            { value: 'person', label: t('channels.ofPerson') },
          ]}
          value={kind}
          onChange={setKind}
        />
      ) : null}
      <TextField
        name="phone"
        label={t('channels.phone')}
        value={phone}
        onChange={setPhone}
        type="tel"
        inputMode="tel"
        autoComplete="off"
        maxLength={20}
        required
      />
      <TextField name="label" label={t('channels.label')} value={label} onChange={setLabel} maxLength={40} />
      <div className="form-foot">
        <Button type="submit" look="primary" disabled={busy || phone.trim() === ''}>
          {t('channels.sendCode')}
        </Button>
      </div>
      <ProblemLine problem={problem} />
    </form>
  )
}
