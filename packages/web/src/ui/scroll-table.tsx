import type { ReactNode } from 'react'

/** A table that may be wider than a phone: it scrolls by itself, also by keyboard, and the page does not. */
export const ScrollTable = ({ label, children }: { label: string; children: ReactNode }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard (axe: scrollable-region-focusable)
  <section className="table-scroll" tabIndex={0} aria-label={label}>
    {children}
  </section>
)
