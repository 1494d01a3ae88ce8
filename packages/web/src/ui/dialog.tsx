import { lazy, Suspense } from 'react'
import { stubborn } from '../offline/stubborn.ts'
import type { DialogProps } from './dialog-props.ts'

/** The behaviour of dialogs is large and nobody opens one in the first second; it is fetched while the page is idle. */
const load = stubborn(() => import('./dialog-window.tsx'))
const DialogWindow = lazy(load)
addEventListener('load', () => setTimeout(() => void load(), 200), { once: true })

export const Dialog = (props: DialogProps) =>
  props.open ? (
    <Suspense fallback={null}>
      <DialogWindow {...props} />
    </Suspense>
  ) : null
