import { useEffect, useRef } from 'react'
import { announce } from './live.ts'
import { chime } from './sound.ts'

/** What is new in a list is heard and said. What was there when the screen opened is not new. */
export const useArrivals = <T extends { readonly id: string }>(
  list: readonly T[] | undefined,
  sentence: (first: T) => string,
): void => {
  const known = useRef<ReadonlySet<string> | null>(null)
  const say = useRef(sentence)
  say.current = sentence
  useEffect(() => {
    if (list === undefined) return
    const before = known.current
    known.current = new Set([...(before ?? []), ...list.map((one) => one.id)])
    const first = before === null ? undefined : list.find((one) => !before.has(one.id))
    if (first === undefined) return
    chime()
    announce(say.current(first), true)
  }, [list])
}
