import type { ReactNode } from 'react'

interface FormProps {
  readonly onSubmit: () => unknown
  readonly children: ReactNode
}

/** A form whose fields say themselves what they lack; sending it loads no page. */
export const Form = ({ onSubmit, children }: FormProps) => (
  <form
    className="form"
    noValidate
    onSubmit={(event) => {
      event.preventDefault()
      void onSubmit()
    }}
  >
    {children}
  </form>
)
