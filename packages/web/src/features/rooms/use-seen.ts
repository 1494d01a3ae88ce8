import { useEffect, useState, useSyncExternalStore } from 'react'
import { noteSeen } from './receipts.ts'

const subscribe = (listener: () => void) => {
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}

/**
 * A message is seen when its end of the talk is on a screen that is in front of somebody.
 * @returns how many came while the reader was elsewhere
 */
export const useSeen = (roomId: string, newest: number, atEnd: boolean): number => {
  const visible = useSyncExternalStore(subscribe, () => document.visibilityState === 'visible')
  const [seen, setSeen] = useState(newest)
  const looking = visible && atEnd
  useEffect(() => {
    if (!looking || newest === 0) return
    noteSeen(roomId, newest)
    setSeen(newest)
  }, [looking, newest, roomId])
  return Math.max(0, newest - seen)
}
