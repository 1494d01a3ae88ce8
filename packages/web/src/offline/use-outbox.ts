import type { Endpoint } from '@dure/contract'
import { useCallback, useSyncExternalStore } from 'react'
import { type Action, act, outboxItems, subscribeOutbox } from './outbox.ts'
import type { OutboxItem } from './outbox-item.ts'

export const useOutbox = (): readonly OutboxItem[] => useSyncExternalStore(subscribeOutbox, outboxItems)

/** The newest action with this intent, as far as this device knows. */
export const useIntent = (intent: string): OutboxItem | undefined =>
  useOutbox().findLast((item) => item.intent === intent)

/** `send` an action; `item` says how far it is. */
export const useAct = (intent: string) => {
  const item = useIntent(intent)
  const send = useCallback(
    <E extends Endpoint>(action: Omit<Action<E>, 'intent'>) => act<E>({ ...action, intent } as Action<E>),
    [intent],
  )
  return { item, send, busy: item?.state === 'waiting' }
}
