import type { ReactNode } from 'react'

export const SHAPES = [
  'circle',
  'ring',
  'square',
  'triangle',
  'diamond',
  'octagon',
  'half',
  'bar',
  'cross',
  'dash',
] as const
export type ShapeName = (typeof SHAPES)[number]
export type Tone = 'quiet' | 'information' | 'success' | 'warning' | 'danger' | 'primary'

const PATHS: Record<ShapeName, ReactNode> = {
  circle: <circle cx="12" cy="12" r="10" />,
  ring: <path fillRule="evenodd" d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Zm0 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14Z" />,
  square: <rect x="3" y="3" width="18" height="18" rx="3" />,
  triangle: <path d="M12 1.5 23 21.5H1Z" />,
  diamond: <path d="M12 .8 23.2 12 12 23.2.8 12Z" />,
  octagon: <path d="M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4Z" />,
  half: <path fillRule="evenodd" d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Zm0 3v14a7 7 0 1 1 0-14Z" />,
  bar: <path d="M2 8h20v8H2Z" />,
  cross: <path d="m5 2 7 7 7-7 3 3-7 7 7 7-3 3-7-7-7 7-3-3 7-7-7-7Z" />,
  dash: <path fillRule="evenodd" d="M2 4h6v6H2Zm14 0h6v6h-6ZM2 14h6v6H2Zm14 0h6v6h-6Z" />,
}

/** A shape that says the same as the word beside it; hidden from screen readers, who hear the word. */
export const Shape = ({ name, children }: { name: ShapeName; children?: ReactNode }) => (
  <span className="shape" aria-hidden="true">
    <svg viewBox="0 0 24 24" focusable="false" aria-hidden="true">
      {PATHS[name]}
    </svg>
    {children === undefined ? null : <span className="shape-number">{children}</span>}
  </span>
)

/** Every status: a shape, a number where there is an order, and the word. Colour is only the fourth cue. */
export const Status = (props: { shape: ShapeName; tone: Tone; number?: number | undefined; children: ReactNode }) => (
  <span className={`status tone-${props.tone}`}>
    <Shape name={props.shape}>{props.number}</Shape>
    <span className="status-word">{props.children}</span>
  </span>
)
