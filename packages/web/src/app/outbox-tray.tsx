import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dismiss, retryNow } from '../offline/outbox.ts'
import type { OutboxItem } from '../offline/outbox-item.ts'
import { useOutbox } from '../offline/use-outbox.ts'
import { ActState } from '../ui/act-state.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Empty } from '../ui/states.tsx'
import { Clock, serverNow } from '../ui/time.tsx'

/** What this person has sent from this device, and how far each is. */
export const OutboxTray = ({ personId }: { personId: string }) => {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  // That a question was seen is told by the screen itself; nobody pressed anything.
  const mine = useOutbox().filter((item) => item.personId === personId && item.label.key !== 'outbox.label.see')
  const waiting = mine.filter((item) => item.state === 'waiting').length
  const refused = mine.filter((item) => item.state === 'refused').length
  return (
    <>
      <Button look="quiet" size="small" className="tray-button" onClick={() => setOpen(true)}>
        {t('outbox.title')}
        {waiting > 0 ? <span className="count">{t('outbox.waitingCount', { count: waiting })}</span> : null}
        {refused > 0 ? <span className="count is-refused">{t('outbox.refusedCount', { count: refused })}</span> : null}
      </Button>
      <Dialog title={t('outbox.title')} open={open} onClose={() => setOpen(false)}>
        <p className="dialog-text">{t('outbox.explain')}</p>
        {mine.length === 0 ? <Empty title={t('outbox.empty')} /> : null}
        <ul className="tray">
          {mine.toReversed().map((item) => (
            <TrayRow key={item.id} item={item} />
          ))}
        </ul>
        {waiting > 0 ? <Button onClick={retryNow}>{t('outbox.retryNow')}</Button> : null}
      </Dialog>
    </>
  )
}

const TrayRow = ({ item }: { item: OutboxItem }) => {
  const { t } = useTranslation()
  // The key was stored with the action, perhaps by an older release.
  const say = t as unknown as (key: string, values: Readonly<Record<string, string>>) => string
  return (
    <li className="tray-row">
      <div>
        <p>{say(item.label.key, item.label.values ?? {})}</p>
        <p className="quiet">
          <Clock at={item.createdAt + serverNow() - Date.now()} seconds />
        </p>
        {item.state === 'accepted' ? <p className="quiet">{t('outbox.accepted')}</p> : <ActState item={item} />}
      </div>
      <Button look="quiet" size="small" onClick={() => dismiss(item.id)}>
        {t(item.state === 'waiting' ? 'outbox.takeBack' : 'outbox.hide')}
      </Button>
    </li>
  )
}
