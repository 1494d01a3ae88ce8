import { type RefCallback, useCallback, useLayoutEffect, useRef, useState } from 'react'

/** Closer than this to the end, a reader is taken to be reading the newest. */
const NEAR_PX = 80

export interface Follow {
  readonly ref: RefCallback<HTMLElement>
  readonly atEnd: boolean
  readonly toEnd: () => void
  /** Something is about to be put above: what is on the screen stays where it is. */
  readonly keepPlace: () => void
}

/**
 * Keeps the newest in sight for who is at the end, and leaves alone who has scrolled up.
 * @param tick changes whenever something was added
 */
export const useFollow = (tick: unknown): Follow => {
  const box = useRef<HTMLElement | null>(null)
  const fromEnd = useRef<number | null>(null)
  const [atEnd, setAtEnd] = useState(true)
  const at = useRef(true)

  const ref = useCallback((element: HTMLElement | null) => {
    box.current = element
    if (element === null) return
    element.scrollTop = element.scrollHeight
    const look = () => {
      at.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX
      setAtEnd(at.current)
    }
    // A picture that finished loading, a keyboard that opened: who was at the end stays there.
    const grown = new ResizeObserver(() => {
      if (at.current) element.scrollTop = element.scrollHeight
    })
    grown.observe(element)
    for (const child of element.children) grown.observe(child)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      grown.disconnect()
      element.removeEventListener('scroll', look)
      box.current = null
    }
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: `tick` says that the content changed
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    if (fromEnd.current !== null) {
      element.scrollTop = element.scrollHeight - fromEnd.current
      fromEnd.current = null
    } else if (at.current) element.scrollTop = element.scrollHeight
  }, [tick])

  const toEnd = useCallback(() => {
    const element = box.current
    if (element !== null) element.scrollTop = element.scrollHeight
  }, [])
  const keepPlace = useCallback(() => {
    const element = box.current
    fromEnd.current = element === null ? null : element.scrollHeight - element.scrollTop
  }, [])
  return { ref, atEnd, toEnd, keepPlace }
}
