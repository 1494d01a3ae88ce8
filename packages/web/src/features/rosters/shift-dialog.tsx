import { rosterEndpoints, type ShiftView } from '@dure/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignedIn } from '../../app/session.ts'
import { useDraft } from '../../offline/draft.ts'
import { ActButton } from '../../ui/act-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Facts } from '../../ui/facts.tsx'
import { SelectField, TextArea, TextField } from '../../ui/field.tsx'
import { Clock, useClockText, useNow } from '../../ui/time.tsx'
import { Phone } from './on-call-now.tsx'

interface ShiftProps {
  readonly shift: ShiftView
  readonly others: readonly ShiftView[]
  readonly onClose: () => void
}

/** One shift: who, until when, the telephone; and swapping it, handing it over, or taking it off. */
export const ShiftDialog = (props: ShiftProps) => {
  const { t } = useTranslation()
  const { shift } = props
  return (
    <Dialog title={`${t(`duty.${shift.duty}`)} · ${shift.name}`} open onClose={props.onClose}>
      <Facts
        rows={[
          [t('rosters.rankLabel'), t(`rosters.rank.${shift.rank}`)],
          [
            t('rosters.time'),
            <span key="time">
              <Clock at={shift.startsAt} /> – <Clock at={shift.endsAt} />
            </span>,
          ],
          [t('rosters.phone'), shift.phone === null ? null : <Phone key="phone" phone={shift.phone} />],
        ]}
      />
      {shift.allowed.includes('propose_swap') ? <Swap {...props} /> : null}
      {shift.allowed.includes('hand_over') ? <HandOver {...props} /> : null}
      {shift.allowed.includes('cancel') ? <Cancel {...props} /> : null}
    </Dialog>
  )
}

/** A swap is asked for here and done when both have agreed. */
const Swap = ({ shift, others, onClose }: ShiftProps) => {
  const { t } = useTranslation()
  const clock = useClockText()
  const [choice, setChoice] = useState('')
  const now = useNow()
  const candidates = others.filter(
    ({ personId, endsAt }) => personId !== null && personId !== shift.personId && Date.parse(endsAt) > now,
  )
  const people = [...new Map(candidates.map((one) => [one.personId, one.name])).entries()]
  const options = [
    ...candidates.map((one) => ({
      value: `shift:${one.id}`,
      label: t('rosters.swap.with', { name: one.name, time: `${clock(one.startsAt)} – ${clock(one.endsAt)}` }),
    })),
    ...people.map(([id, name]) => ({ value: `person:${id}`, label: t('rosters.swap.takeOver', { name }) })),
  ]
  if (options.length === 0) return <p className="quiet">{t('rosters.swap.nobody')}</p>
  const [kind, id] = choice.split(':')
  const target = kind === 'shift' ? { takesShiftId: id ?? null } : { toPersonId: id ?? null }
  return (
    <section className="form">
      <h3>{t('rosters.swap.title')}</h3>
      <SelectField
        name="swap"
        label={t('rosters.swap.whom')}
        none={t('common.choose')}
        value={choice}
        onChange={setChoice}
        options={options}
      />
      <ActButton
        endpoint={rosterEndpoints.proposeSwap}
        input={{ body: { givesShiftId: shift.id, ...target } }}
        intent={`shift:${shift.id}:swap`}
        label={{ key: 'outbox.label.swap' }}
        disabled={choice === ''}
        onAccepted={onClose}
      >
        {t('rosters.swap.propose')}
      </ActButton>
    </section>
  )
}

const NOTHING = { note: '', to: '' }

/** What is open goes to whoever is on call next, or to a colleague of this week who takes it instead. */
const HandOver = ({ shift, others, onClose }: ShiftProps) => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const draft = useDraft({ personId: me.id, form: `shift.${shift.id}.handover` }, NOTHING)
  const { note, to } = draft.value
  const people = new Map(
    others.flatMap(({ personId, name }): [string, string][] =>
      personId === null || personId === me.id ? [] : [[personId, name]],
    ),
  )
  return (
    <section className="form">
      <h3>{t('rosters.handover.title')}</h3>
      <p className="dialog-text">{t('rosters.handover.explain')}</p>
      <SelectField
        name="to"
        label={t('rosters.handover.to')}
        none={t('rosters.handover.toNext')}
        value={to}
        onChange={(value) => draft.set({ to: value })}
        options={[...people].map(([value, label]) => ({ value, label }))}
      />
      <TextArea
        name="note"
        label={t('rosters.handover.note')}
        value={note}
        onChange={(value) => draft.set({ note: value })}
        maxLength={1000}
      />
      <ActButton
        endpoint={rosterEndpoints.handOver}
        input={{
          body: { shiftId: shift.id, toPersonId: to === '' ? null : to, note: note.trim() === '' ? null : note.trim() },
        }}
        intent={`shift:${shift.id}:handover`}
        label={{ key: 'outbox.label.handover' }}
        look="primary"
        onAccepted={() => {
          draft.clear()
          onClose()
        }}
      >
        {t('rosters.handover.give')}
      </ActButton>
    </section>
  )
}

const Cancel = ({ shift, onClose }: { shift: ShiftView; onClose: () => void }) => {
  const { t } = useTranslation()
  const [why, setWhy] = useState('')
  return (
    <details className="more">
      <summary>{t('rosters.cancel')}</summary>
      <div className="form">
        <TextField name="why" label={t('actField.why')} value={why} onChange={setWhy} maxLength={200} required />
        <ActButton
          endpoint={rosterEndpoints.cancelShift}
          input={{ params: { id: shift.id }, body: { version: shift.version, why: why.trim() } }}
          intent={`shift:${shift.id}:cancel`}
          label={{ key: 'outbox.label.cancelShift' }}
          look="danger"
          disabled={why.trim() === ''}
          onAccepted={onClose}
        >
          {t('rosters.cancel')}
        </ActButton>
      </div>
    </details>
  )
}
