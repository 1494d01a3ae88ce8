import type { Endpoint, InputOf, ResponseOf } from '@dure/contract'
import type { ReactNode } from 'react'
import type { OutboxLabel } from '../offline/outbox-item.ts'
import { useAct } from '../offline/use-outbox.ts'
import { ActState } from './act-state.tsx'
import { Button, type ButtonLook } from './button.tsx'

interface ActButtonProps<E extends Endpoint> {
  readonly endpoint: E
  readonly input: InputOf<E>
  readonly intent: string
  readonly label: OutboxLabel
  readonly look?: ButtonLook
  readonly size?: 'small' | 'medium' | 'large'
  readonly disabled?: boolean
  readonly onAccepted?: (value: ResponseOf<E>) => void
  readonly children: ReactNode
}

/** A button whose press goes through the outbox, with what became of it beside it. */
export const ActButton = <E extends Endpoint>(props: ActButtonProps<E>) => {
  const { item, send, busy } = useAct(props.intent)
  const press = async () => {
    const settled = await send<E>({ endpoint: props.endpoint, input: props.input, label: props.label })
    if (settled.ok) props.onAccepted?.(settled.value)
  }
  return (
    <span className="act">
      <Button
        look={props.look ?? 'secondary'}
        size={props.size ?? 'medium'}
        disabled={props.disabled ?? false}
        aria-busy={busy}
        onClick={() => void press()}
      >
        {props.children}
      </Button>
      <ActState item={item} />
    </span>
  )
}
