import { bedEndpoints, type CardAct, type CardView, type OfferView, type RequestView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignedIn } from '../../../app/session.ts'
import { ActButton } from '../../../ui/act-button.tsx'
import { Button } from '../../../ui/button.tsx'
import { ActDialog } from '../shared/act-dialog.tsx'
import { ACT_FIELDS, type ActEvent, DETOURS, GRAVE } from '../shared/act-specs.ts'
import { AnswerDialog, type AnswerEvent } from '../shared/answer-dialog.tsx'
import { slotsQuery } from '../shared/queries.ts'

const ANSWERS: readonly string[] = ['accept', 'accept_with_conditions', 'decline'] satisfies AnswerEvent[]
const isAnswer = (act: string): act is AnswerEvent => ANSWERS.includes(act)
const isRequestAct = (act: string): act is ActEvent => Object.hasOwn(ACT_FIELDS, act)

/** Cards and the request are read apart: a button that has just come belongs to the newer of the two. */
const asNewAs = (card: CardView, request: RequestView): RequestView => ({
  ...request,
  version: Math.max(request.version, ...card.acts.map(({ version }) => version ?? 0)),
})

/** The buttons of a card: the very acts of the request's own screens, through the same outbox. */
export const CardActs = ({ card, request: known }: { card: CardView; request: RequestView }) => {
  const { t } = useTranslation()
  const request = asNewAs(card, known)
  const [act, setAct] = useState<ActEvent | null>(null)
  const [answer, setAnswer] = useState<CardAct | null>(null)
  if (card.acts.length === 0) return null
  const side = (one: CardAct) => one.endpoint === 'actOnRequest' && (DETOURS as readonly string[]).includes(one.act)
  const forward = card.acts.filter((one) => !side(one) || one.needs.length === 0 || one.act === 'triage')
  const detours = card.acts.filter((one) => !forward.includes(one))
  const offer = request.offers.find(({ id }) => id === answer?.id)
  const button = (one: CardAct) => (
    <OneAct key={`${one.endpoint}${one.act}`} one={one} request={request} onForm={setAct} onAnswer={setAnswer} />
  )
  return (
    <div className="card-acts">
      {forward.length === 0 ? null : <div className="act-forward">{forward.map(button)}</div>}
      {detours.length === 0 ? null : (
        <details className="more">
          <summary>{t('act.more')}</summary>
          <div className="act-detours">{detours.map(button)}</div>
        </details>
      )}
      {act === null ? null : (
        <ActDialog key={act} request={request} event={act} withChannel={false} onClose={() => setAct(null)} />
      )}
      {answer === null || offer === undefined || !isAnswer(answer.act) ? null : (
        <Answer
          offer={offer}
          event={answer.act}
          heard={answer.needs.includes('heardFrom')}
          onClose={() => setAnswer(null)}
        />
      )}
    </div>
  )
}

/** A hospital answers for itself; a desk types in what it heard, from whom. */
const Answer = (props: { offer: OfferView; event: AnswerEvent; heard: boolean; onClose: () => void }) => {
  const me = useSignedIn()
  const slots = useQuery({ ...slotsQuery(me.facilityId ?? ''), enabled: !props.heard && me.facilityId !== null })
  const free = props.heard ? null : (slots.data?.slots.filter(({ state }) => state === 'available') ?? [])
  return (
    <AnswerDialog
      offer={props.offer}
      slots={free}
      start={{ event: props.event, channel: props.heard ? 'phone' : 'web' }}
      withChannel={props.heard}
      onClose={props.onClose}
    />
  )
}

const OneAct = (props: {
  one: CardAct
  request: RequestView
  onForm: (event: ActEvent) => void
  onAnswer: (act: CardAct) => void
}) => {
  const { t } = useTranslation()
  const { one, request } = props
  const { code } = request
  switch (one.endpoint) {
    case 'actOnOffer':
      return isAnswer(one.act) ? (
        <Button
          look={one.act === 'accept' ? 'primary' : one.act === 'decline' ? 'danger' : 'secondary'}
          onClick={() => props.onAnswer(one)}
        >
          {t(one.needs.includes('heardFrom') ? 'rooms.act.heard' : 'rooms.act.own', { answer: t(`answer.${one.act}`) })}
        </Button>
      ) : (
        <OfferAct one={one} code={code} />
      )
    case 'sendOffers':
      return (
        <ActButton
          endpoint={bedEndpoints.sendOffers}
          input={{ params: { id: one.id }, body: { version: request.version } }}
          intent={`request:${one.id}:offers`}
          label={{ key: 'outbox.label.act', values: { act: t('rooms.act.send_offers'), code } }}
          look="primary"
        >
          {t('rooms.act.send_offers')}
        </ActButton>
      )
    case 'extendHold':
      return (
        <ActButton
          endpoint={bedEndpoints.extendHold}
          input={{ params: { id: one.id } }}
          intent={`hold:${one.id}:extend`}
          label={{ key: 'outbox.label.extend', values: { code } }}
        >
          {t('rooms.act.extend_hold')}
        </ActButton>
      )
    case 'actOnRequest':
      return isRequestAct(one.act) ? <RequestActButton event={one.act} {...props} /> : null
  }
}

const OfferAct = ({ one, code }: { one: CardAct; code: string }) => {
  const { t } = useTranslation()
  const event = one.act === 'withdraw' ? 'withdraw' : 'acknowledge'
  return (
    <ActButton
      endpoint={bedEndpoints.actOnOffer}
      input={{ params: { id: one.id }, body: { act: { event } } }}
      intent={`offer:${one.id}:${event}`}
      label={{ key: 'outbox.label.act', values: { act: t(`rooms.act.${event}`), code } }}
      look="quiet"
    >
      {t(`rooms.act.${event}`)}
    </ActButton>
  )
}

const RequestActButton = (props: { event: ActEvent; request: RequestView; onForm: (event: ActEvent) => void }) => {
  const { t } = useTranslation()
  const { event, request } = props
  const look = GRAVE.includes(event) ? 'danger' : DETOURS.includes(event) ? 'secondary' : 'primary'
  if (ACT_FIELDS[event].length > 0)
    return (
      <Button look={look} onClick={() => props.onForm(event)}>
        {t(`act.${event}`)}
      </Button>
    )
  const agree = event === 'confirm' && request.conditionsOpen
  const act = { event, ...(agree ? { agreeToConditions: true } : {}) }
  return (
    <ActButton
      endpoint={bedEndpoints.actOnRequest}
      input={{ params: { id: request.id }, body: { act: act as { event: 'confirm' }, version: request.version } }}
      intent={`request:${request.id}:${event}`}
      label={{ key: 'outbox.label.act', values: { act: t(`act.${event}`), code: request.code } }}
      look={look}
    >
      {t(agree ? 'act.confirmWithConditions' : `act.${event}`)}
    </ActButton>
  )
}
