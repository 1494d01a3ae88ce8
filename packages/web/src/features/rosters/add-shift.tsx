import { DUTIES, type Duty, RANKS, type Rank, type RosterPlace, rosterEndpoints } from '@dure/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignedIn } from '../../app/session.ts'
import { useDraft } from '../../offline/draft.ts'
import { useAct } from '../../offline/use-outbox.ts'
import { ActState } from '../../ui/act-state.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { seoulInstant } from './seoul-days.ts'

interface Typed {
  readonly duty: Duty | ''
  readonly rank: Rank
  readonly name: string
  readonly phone: string
  readonly mine: boolean
  readonly starts: string
  readonly ends: string
}
const EMPTY: Typed = { duty: '', rank: 'on_call', name: '', phone: '', mine: false, starts: '', ends: '' }

/** Putting somebody on call; without an account here a name and a telephone are enough. */
export const AddShift = ({ place }: { place: RosterPlace }) => {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t('rosters.add')}
      </Button>
      {open ? <AddDialog place={place} onClose={() => setOpen(false)} /> : null}
    </>
  )
}

const AddDialog = ({ place, onClose }: { place: RosterPlace; onClose: () => void }) => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const draft = useDraft<Typed>({ personId: me.id, form: `shift.${place.kind}.${place.id}` }, EMPTY)
  const { item, send, busy } = useAct(`shift:new:${draft.intent}`)
  const [tried, setTried] = useState(false)
  const typed = draft.value
  const name = typed.mine ? me.name : typed.name.trim()
  const startsAt = seoulInstant(typed.starts)
  const endsAt = seoulInstant(typed.ends)
  const error = (missing: boolean) => (tried && missing ? t('field.needed') : undefined)
  const backwards = startsAt !== null && endsAt !== null && endsAt <= startsAt

  const submit = async () => {
    setTried(true)
    if (typed.duty === '' || name === '' || startsAt === null || endsAt === null || backwards) return
    const settled = await send({
      endpoint: rosterEndpoints.addShift,
      input: {
        body: {
          ...{ place, duty: typed.duty, rank: typed.rank, name, startsAt, endsAt },
          personId: typed.mine ? me.id : null,
          phone: typed.phone.trim() === '' ? null : typed.phone.trim(),
        },
      },
      label: { key: 'outbox.label.shift' },
    })
    if (!settled.ok) return
    draft.clear()
    onClose()
  }

  return (
    <Dialog title={t('rosters.add')} open onClose={onClose}>
      <Form onSubmit={submit}>
        <SelectField
          name="duty"
          label={t('rosters.duty')}
          none={t('common.choose')}
          value={typed.duty}
          onChange={(duty) => draft.set({ duty })}
          options={DUTIES.map((value) => ({ value, label: t(`duty.${value}`) }))}
          error={error(typed.duty === '')}
          required
        />
        <SelectField
          name="rank"
          label={t('rosters.rankLabel')}
          value={typed.rank}
          onChange={(rank) => draft.set({ rank: rank === '' ? 'on_call' : rank })}
          options={RANKS.map((value) => ({ value, label: t(`rosters.rank.${value}`) }))}
        />
        <label className="switch">
          <input type="checkbox" checked={typed.mine} onChange={(event) => draft.set({ mine: event.target.checked })} />
          {t('rosters.myself')}
        </label>
        {typed.mine ? null : (
          <TextField
            name="name"
            label={t('rosters.name')}
            value={typed.name}
            onChange={(value) => draft.set({ name: value })}
            error={error(name === '')}
            maxLength={80}
            required
          />
        )}
        <TextField
          name="phone"
          label={t('rosters.phone')}
          type="tel"
          inputMode="tel"
          value={typed.phone}
          onChange={(phone) => draft.set({ phone })}
          maxLength={20}
        />
        <div className="pair is-even">
          <TextField
            name="startsAt"
            label={t('rosters.starts')}
            type="datetime-local"
            value={typed.starts}
            onChange={(starts) => draft.set({ starts })}
            error={error(startsAt === null)}
            required
          />
          <TextField
            name="endsAt"
            label={t('rosters.ends')}
            type="datetime-local"
            value={typed.ends}
            onChange={(ends) => draft.set({ ends })}
            error={backwards ? t('rosters.backwards') : error(endsAt === null)}
            required
          />
        </div>
        <div className="form-foot">
          <Button type="submit" look="primary" disabled={busy}>
            {t('rosters.add')}
          </Button>
          <ActState item={item} quietWhenAccepted />
        </div>
      </Form>
    </Dialog>
  )
}
