import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { connectionFacts, connectionOf, subscribeConnection, trueAsOf } from '../offline/connection.ts'
import { server, subscribeServer } from '../offline/server.ts'
import { newerShell, subscribeShell, takeNewerShell } from '../offline/shell-update.ts'
import { type ShapeName, Status, type Tone } from '../ui/shape.tsx'
import { Ago, serverNow, useClockText, useNow } from '../ui/time.tsx'

export const useConnection = () => {
  const facts = useSyncExternalStore(subscribeConnection, connectionFacts)
  useNow()
  return { facts, connection: connectionOf(facts, Date.now()) }
}

const LOOKS: Record<'connecting' | 'connected' | 'reconnecting' | 'offline', { shape: ShapeName; tone: Tone }> = {
  connecting: { shape: 'ring', tone: 'quiet' },
  connected: { shape: 'circle', tone: 'success' },
  reconnecting: { shape: 'half', tone: 'warning' },
  offline: { shape: 'cross', tone: 'danger' },
}

/** The oldest of the figures on the screen, on this device's clock. */
const useShownAsOf = (): number | null => {
  const queries = useQueryClient()
  const facts = connectionFacts()
  const ages = queries
    .getQueryCache()
    .findAll({ type: 'active' })
    .filter((query) => query.state.data !== undefined && query.queryKey[0] !== 'me')
    .map((query) => trueAsOf(query.state.dataUpdatedAt, query.state.isInvalidated, facts))
  return ages.length === 0 ? null : Math.min(...ages)
}

/** One quiet line, always there: how we are connected, since when, and how old what you see is. */
export const ConnectionLine = ({ children }: { children?: ReactNode }) => {
  const { t } = useTranslation()
  const { connection } = useConnection()
  const shownAsOf = useShownAsOf()
  const look = LOOKS[connection.state]
  const toServer = serverNow() - Date.now()
  const clockText = useClockText()
  return (
    <div className="connection-line" data-connection={connection.state}>
      <Status shape={look.shape} tone={look.tone}>
        <span role="status">{t(`connection.${connection.state}`)}</span>
        {connection.since === null
          ? null
          : ` (${t('time.since', { time: clockText(connection.since + toServer, true) })})`}
      </Status>
      <OtherServer />
      {children}
      {shownAsOf === null ? null : (
        <span className={connection.state === 'connected' ? 'shown-age' : 'shown-age is-stale'}>
          {t('connection.shown')} <Ago at={shownAsOf + toServer} />
        </span>
      )}
      <NewerShell />
    </div>
  )
}

/** The own server is silent and another of the list is worked with: said as long as it lasts. */
const OtherServer = () => {
  const { t } = useTranslation()
  const { origin, cell, neighbour } = useSyncExternalStore(subscribeServer, server)
  if (origin === '') return null
  return (
    <span className="other-server" data-server={cell ?? ''}>
      <Status shape="half" tone="warning">
        {neighbour
          ? t('connection.neighbour', { name: t(`sido.${cell as '28'}`) })
          : t('connection.otherServer', { host: new URL(origin).host })}
      </Status>
    </span>
  )
}

/** A newer version of the program lies ready; it takes over when somebody says so, or when every page was closed. */
const NewerShell = () => {
  const { t } = useTranslation()
  if (!useSyncExternalStore(subscribeShell, newerShell)) return null
  return (
    <span className="newer-shell" role="status">
      {t('shell.newer')}{' '}
      <button type="button" className="text-button" onClick={takeNewerShell}>
        {t('shell.takeNewer')}
      </button>
    </span>
  )
}

/** Shown above figures that may have changed since: they stay readable, and say that they are old. */
export const StaleNote = () => {
  const { t } = useTranslation()
  const { connection } = useConnection()
  if (connection.state === 'connected' || connection.state === 'connecting') return null
  return (
    <p className="stale-note" role="note">
      {t('connection.staleNote')}
    </p>
  )
}
