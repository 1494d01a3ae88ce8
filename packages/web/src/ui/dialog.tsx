import { lazy, type ReactNode, Suspense } from 'react'

export interface DialogProps {
  readonly title: string
  readonly open: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}

/** The behaviour of dialogs is large and nobody opens one in the first second; it is fetched while the page is idle. */
const load = () => import('./dialog-window.tsx')
const DialogWindow = lazy(load)
addEventListener('load', () => setTimeout(() => void load().catch(() => undefined), 1_000), { once: true })

export const Dialog = (props: DialogProps) =>
  props.open ? (
    <Suspense fallback={null}>
      <DialogWindow {...props} />
    </Suspense>
  ) : null
