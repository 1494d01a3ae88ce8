import { CARRIER_MOODS, demoChannelEndpoints as e, type ResponseOf } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Missing } from '../../app/missing.tsx'
import { Refused } from '../../offline/api.ts'
import { Button } from '../../ui/button.tsx'
import { ChoiceChips } from '../../ui/chips.tsx'
import { TextField } from '../../ui/field.tsx'
import { Card, PageTitle } from '../../ui/page.tsx'
import { Read } from '../../ui/states.tsx'
import { Clock } from '../../ui/time.tsx'
import './channels.css'
import { showPhone } from './phone-text.ts'
import { ProblemLine } from './problem-line.tsx'
import { demoPhonesQuery } from './queries.ts'
import { useCall } from './use-call.ts'

type Phones = ResponseOf<typeof e.demoPhones>

/** Plays the telephones of the demo. A cell that is no demo has neither the routes nor, therefore, this page. */
export const DemoPhonesPage = () => {
  const { t } = useTranslation()
  const query = useQuery(demoPhonesQuery)
  if (query.error instanceof Refused && query.error.problem.code === 'not-found') return <Missing />
  return (
    <div className="page">
      <PageTitle>{t('demoPhones.title')}</PageTitle>
      <p className="lead">{t('demoPhones.lead')}</p>
      <Read query={query}>
        {({ phones, carriers }) => (
          <>
            <Card title={t('channels.carriers')}>
              <div className="demo-carriers">
                {carriers.map((one) => (
                  <Mood key={one.key} carrier={one} />
                ))}
              </div>
            </Card>
            <div className="demo-phones">
              {inOrder(phones).map((one) => (
                <Phone key={one.phone} phone={one} />
              ))}
            </div>
          </>
        )}
      </Read>
    </div>
  )
}

/** The ones that rang last first. */
const inOrder = (phones: Phones['phones']) =>
  [...phones].sort((a, b) => ((a.texts.at(-1)?.at ?? '') < (b.texts.at(-1)?.at ?? '') ? 1 : -1))

const Mood = ({ carrier }: { carrier: Phones['carriers'][number] }) => {
  const { t } = useTranslation()
  const { send } = useCall(['demo-phones'])
  return (
    <ChoiceChips
      name={`mood-${carrier.key}`}
      label={carrier.name}
      options={CARRIER_MOODS.map((value) => ({ value, label: t(`demoPhones.mood.${value}`) }))}
      value={carrier.mood}
      onChange={(mood) => void send(e.demoCarrierMood, { params: { carrier: carrier.key }, body: { mood } })}
    />
  )
}

const Phone = ({ phone }: { phone: Phones['phones'][number] }) => {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const { busy, problem, send } = useCall(['demo-phones'])
  const reply = async (event: FormEvent) => {
    event.preventDefault()
    if ((await send(e.demoReply, { body: { phone: phone.phone, text } })) !== undefined) setText('')
  }
  return (
    <section className="card demo-phone" data-phone={phone.phone} aria-label={`${phone.owner} ${phone.label}`}>
      <header>
        <h2 className="tel">{showPhone(phone.phone)}</h2>
        <p className="quiet">
          {phone.owner} {phone.label}
          {phone.registered ? '' : ` · ${t('demoPhones.unregistered')}`}
        </p>
      </header>
      <ol className="texts-of-phone">
        {phone.texts.map((one) => (
          <li key={one.id} className={one.direction === 'to_phone' ? 'text-of-phone' : 'text-of-phone is-mine'}>
            <span>{one.text}</span>
            <span className="quiet">
              <Clock at={one.at} seconds /> · {one.carrier}
            </span>
          </li>
        ))}
      </ol>
      {phone.texts.length === 0 ? <p className="quiet">{t('demoPhones.empty')}</p> : null}
      <form className="demo-reply" onSubmit={(event) => void reply(event)}>
        <TextField
          name="reply"
          label={t('demoPhones.reply')}
          value={text}
          onChange={setText}
          maxLength={200}
          placeholder="4821 1"
        />
        <Button type="submit" look="primary" disabled={busy || text.trim() === ''}>
          {t('demoPhones.send')}
        </Button>
      </form>
      <ProblemLine problem={problem} />
    </section>
  )
}
