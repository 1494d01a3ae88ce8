import { bedEndpoints, type SlotView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ActButton } from '../../../ui/act-button.tsx'
import { Bar } from '../../../ui/bar.tsx'
import { Button } from '../../../ui/button.tsx'
import { FreshnessBadge } from '../../../ui/freshness.tsx'
import { Card } from '../../../ui/page.tsx'
import { Empty, Read } from '../../../ui/states.tsx'
import { Ago } from '../../../ui/time.tsx'
import { SlotBadge } from '../shared/badges.tsx'
import { slotsQuery } from '../shared/queries.ts'
import { AddSlotDialog } from './add-slot-dialog.tsx'
import { SlotDialog } from './slot-dialog.tsx'

/** The hospital's own beds, by class; every one a tap from being changed, all of them a tap from being said true. */
export const OwnBeds = ({ hospitalId }: { hospitalId: string }) => {
  const { t } = useTranslation()
  const [changing, setChanging] = useState<string | null>(null)
  const [adding, setAdding] = useState(false)
  const query = useQuery(slotsQuery(hospitalId))
  const slot = query.data?.slots.find((one) => one.id === changing)
  const old = (query.data?.slots ?? []).filter((one) => one.freshness !== 'fresh').length
  return (
    <Card
      title={t('ownBeds.title')}
      aside={
        <Button size="small" onClick={() => setAdding(true)}>
          {t('ownBeds.add')}
        </Button>
      }
    >
      <div className="still-true">
        <ActButton
          endpoint={bedEndpoints.stillTrue}
          input={{ params: { id: hospitalId }, body: {} }}
          intent={`still-true:${hospitalId}`}
          label={{ key: 'outbox.label.stillTrue' }}
          look={old > 0 ? 'primary' : 'secondary'}
        >
          {t('ownBeds.stillTrue')}
        </ActButton>
        <span className="quiet">{old > 0 ? t('ownBeds.old', { count: old }) : t('ownBeds.allFresh')}</span>
      </div>
      <Read query={query}>
        {({ slots }) =>
          slots.length === 0 ? (
            <Empty title={t('ownBeds.empty')}>{t('ownBeds.emptyNext')}</Empty>
          ) : (
            byClass(slots).map(([bedClass, list]) => (
              <details key={bedClass} className="more bed-class" open={list.length <= FEW || list.some(wantsALook)}>
                <summary>
                  {t(`bedClass.${bedClass}`)}{' '}
                  <span className="quiet">
                    {t('ownBeds.freeOf', {
                      free: list.filter((one) => one.state === 'available').length,
                      total: list.length,
                    })}
                  </span>
                </summary>
                <Bar
                  total={list.length}
                  parts={[
                    { value: list.filter((one) => one.state === 'available').length, look: 'main' },
                    { value: list.filter((one) => one.state === 'held').length, look: 'third' },
                    { value: list.filter((one) => one.state === 'occupied').length, look: 'second' },
                  ]}
                />
                <ul className="slots">
                  {list.map((one) => (
                    <li key={one.id}>
                      <SlotButton slot={one} onPress={() => setChanging(one.id)} />
                    </li>
                  ))}
                </ul>
              </details>
            ))
          )
        }
      </Read>
      {slot === undefined ? null : <SlotDialog key={slot.id} slot={slot} onClose={() => setChanging(null)} />}
      {adding ? <AddSlotDialog hospitalId={hospitalId} onClose={() => setAdding(false)} /> : null}
    </Card>
  )
}

const SlotButton = ({ slot, onPress }: { slot: SlotView; onPress: () => void }) => {
  const { t } = useTranslation()
  return (
    <button type="button" className="slot" onClick={onPress} aria-haspopup="dialog">
      <span className="slot-label">
        <strong>{slot.label}</strong> <SlotBadge state={slot.state} />
      </span>
      <span className="quiet">
        {t(`share.${slot.share}`)}
        {slot.isolation === 'none' ? '' : ` · ${t(`slotIsolation.${slot.isolation}`)}`}
        {slot.blockedReason === null ? '' : ` · ${t(`blockedReason.${slot.blockedReason}`)}`}
        {slot.opensInHours === null ? '' : ` · ${t('ownBeds.opensIn', { hours: slot.opensInHours })}`}
        {slot.requestCode === null ? '' : ` · ${slot.requestCode}`}
      </span>
      {slot.freshness === 'fresh' ? null : (
        <span className="quiet">
          <FreshnessBadge freshness={slot.freshness} /> <Ago at={slot.asOf} />
        </span>
      )}
    </button>
  )
}

const byClass = (slots: readonly SlotView[]): [SlotView['bedClass'], SlotView[]][] => {
  const groups = new Map<SlotView['bedClass'], SlotView[]>()
  for (const slot of slots) groups.set(slot.bedClass, [...(groups.get(slot.bedClass) ?? []), slot])
  for (const list of groups.values())
    list.sort((one, other) => one.label.localeCompare(other.label, 'ko', { numeric: true }))
  return [...groups.entries()]
}

/** So few that they stay open. */
const FEW = 4
const wantsALook = (slot: SlotView): boolean => slot.freshness !== 'fresh' || slot.state === 'held'
