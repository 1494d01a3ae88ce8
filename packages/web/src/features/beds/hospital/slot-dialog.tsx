import {
  BLOCKED_REASONS,
  bedEndpoints,
  SLOT_SHARES,
  type SlotChange,
  type SlotState,
  type SlotView,
} from '@dure/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAct } from '../../../offline/use-outbox.ts'
import { ActState } from '../../../ui/act-state.tsx'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/field.tsx'
import { SlotBadge } from '../shared/badges.tsx'

type Change = SlotChange['change']

/** What a hospital may do by hand in each state; holding and giving up a promised bed happen through placing. */
const POSSIBLE: Record<SlotState, readonly Change[]> = {
  available: ['occupy_own', 'start_cleaning', 'block', 'plan_surge', 'close', 'set_share'],
  held: ['block'],
  occupied: ['discharge'],
  cleaning: ['open', 'block', 'close', 'set_share'],
  blocked: ['open', 'start_cleaning', 'plan_surge', 'close', 'set_share'],
  surge: ['open', 'block', 'close', 'set_share'],
  closed: ['open', 'start_cleaning', 'plan_surge', 'block', 'set_share'],
}

export const SlotDialog = ({ slot, onClose }: { slot: SlotView; onClose: () => void }) => {
  const { t } = useTranslation()
  const { item, send, busy } = useAct(`slot:${slot.id}`)
  const [hours, setHours] = useState('6')
  const [agreedWith, setAgreedWith] = useState('')
  const may = (change: Change) => POSSIBLE[slot.state].includes(change)
  const change = async (body: SlotChange) => {
    const settled = await send({
      endpoint: bedEndpoints.changeSlot,
      input: { params: { id: slot.id }, body },
      label: { key: 'outbox.label.slot', values: { slot: slot.label } },
    })
    if (settled.ok) onClose()
  }
  const { version } = slot
  const plain = (['open', 'occupy_own', 'discharge', 'start_cleaning', 'close'] as const).filter(may)
  return (
    <Dialog title={t('slot.title', { label: slot.label })} open onClose={onClose}>
      <p>
        <SlotBadge state={slot.state} /> {t(`bedClass.${slot.bedClass}`)}
      </p>
      {slot.state === 'held' ? (
        <p className="warning-text">{t('slot.heldWarning', { code: slot.requestCode ?? '' })}</p>
      ) : null}
      <div className="act-detours">
        {plain.map((one) => (
          <Button key={one} disabled={busy} onClick={() => void change({ change: one, version })}>
            {t(`slotChange.${one}`)}
          </Button>
        ))}
      </div>
      {may('block') ? (
        <fieldset className="slot-part">
          <legend className="field-label">{t('slotChange.block')}</legend>
          <div className="act-detours">
            {BLOCKED_REASONS.map((reason) => (
              <Button key={reason} disabled={busy} onClick={() => void change({ change: 'block', reason, version })}>
                {t(`blockedReason.${reason}`)}
              </Button>
            ))}
          </div>
        </fieldset>
      ) : null}
      {may('plan_surge') ? (
        <fieldset className="slot-part">
          <legend className="field-label">{t('slotChange.plan_surge')}</legend>
          <div className="inline-form">
            <TextField
              name="opensInHours"
              label={t('slot.opensInHours')}
              unit={t('time.hours')}
              inputMode="numeric"
              maxLength={2}
              value={hours}
              onChange={setHours}
            />
            <Button
              disabled={busy || !/^\d{1,2}$/.test(hours)}
              onClick={() => void change({ change: 'plan_surge', opensInHours: Number(hours), version })}
            >
              {t('slotChange.plan_surge')}
            </Button>
          </div>
        </fieldset>
      ) : null}
      {may('set_share') ? (
        <fieldset className="slot-part">
          <legend className="field-label">{t('slot.share')}</legend>
          <p className="quiet">{t('slot.shareExplain')}</p>
          <TextField
            name="agreedWith"
            label={t('slot.agreedWith')}
            value={agreedWith}
            onChange={setAgreedWith}
            maxLength={80}
          />
          <div className="act-detours">
            {SLOT_SHARES.filter((share) => share !== slot.share).map((share) => (
              <Button
                key={share}
                disabled={busy}
                onClick={() =>
                  void change({
                    change: 'set_share',
                    share,
                    version,
                    ...(agreedWith.trim() === '' ? {} : { agreedWith: agreedWith.trim() }),
                  })
                }
              >
                {t('slot.moveTo', { share: t(`share.${share}`) })}
              </Button>
            ))}
          </div>
        </fieldset>
      ) : null}
      <ActState item={item} quietWhenAccepted />
    </Dialog>
  )
}
