import i18next, { type ParseKeys, type TFunction } from 'i18next'
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../i18n/index.ts'
import { connectionFacts, subscribeConnection } from '../offline/connection.ts'
import { isOnDevice } from '../offline/device-store.ts'
import type { OutboxItem } from '../offline/outbox-item.ts'
import { isAway, subscribeServer } from '../offline/server.ts'
import { problemTitle } from './problem.ts'
import { Status } from './shape.tsx'

const SHOW_ACCEPTED_MS = 6_000
/** What stays on the device for another reason than the line. */
const waitingText = (putOff: string | undefined, stays: boolean, away: boolean) => {
  if (putOff === 'storage-full') return 'outbox.noRoom'
  // Said by a neighbour, it means that the own region decides again.
  if (putOff === 'stood-in') return away ? 'outbox.toHome' : 'outbox.toNeighbour'
  return stays ? 'outbox.waiting' : 'outbox.sent'
}

/** sent · waiting for the network · accepted · refused (why) */
export const ActState = ({
  item,
  quietWhenAccepted = false,
}: {
  item: OutboxItem | undefined
  quietWhenAccepted?: boolean
}) => {
  const { t } = useTranslation()
  const { requestsFailingSince } = useSyncExternalStore(subscribeConnection, connectionFacts)
  const away = useSyncExternalStore(subscribeServer, isAway)
  if (item === undefined) return null
  // Behind another one that gets no answer it was not even tried.
  const stays = item.state === 'waiting' && (item.attempts > 0 || requestsFailingSince !== null)
  if (item.state === 'waiting' && stays && !isOnDevice('outbox', item.id))
    return (
      <span className="act-state" role="alert">
        <Status shape="cross" tone="danger">
          {t('outbox.onlyHere')}
        </Status>
        <span className="act-detail">{t('outbox.onlyHereNext')}</span>
      </span>
    )
  if (item.state === 'waiting')
    return (
      <span className="act-state" role="status">
        <Status shape="half" tone="information">
          {t(waitingText(item.putOff, stays, away))}
        </Status>
        {item.putOff === 'storage-full' ? <span className="act-detail">{t('outbox.noRoomNext')}</span> : null}
      </span>
    )
  if (item.state === 'accepted') {
    if (quietWhenAccepted || Date.now() - item.settledAt > SHOW_ACCEPTED_MS) return null
    return (
      <span className="act-state" role="status">
        <Status shape="circle" tone="success">
          {t('outbox.accepted')}
        </Status>
      </span>
    )
  }
  return (
    <span className="act-state" role="alert">
      <Status shape="cross" tone="danger">
        {t('outbox.refused')}: {problemTitle(item.problem, currentLanguage())}
      </Status>
      <span className="act-detail">
        {nextFor(t, item.problem.code)}
        {/* The server's own words are English; they help who reads it, and would only be in the way of others. */}
        {item.problem.detail === undefined || currentLanguage() === 'ko' ? null : ` (${item.problem.detail})`}
      </span>
    </span>
  )
}

/** What to do about a refusal; by its code, so that every one of them has an answer. */
const nextFor = (t: TFunction, code: string): string => {
  const key = `refusedNext.${code.replaceAll('-', '_')}`
  return i18next.exists(key) ? t(key as ParseKeys) : t('refusedNext.other')
}
