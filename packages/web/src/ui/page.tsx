import { type ReactNode, useEffect, useRef } from 'react'

/** The heading of a page: names the document and takes the focus when somebody arrives by a link inside the app. */
export const PageTitle = ({ children }: { children: string }) => {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${children} · 두레`
  }, [children])
  useEffect(() => {
    if (arrivals > 0 && document.querySelector('[role="dialog"]') === null)
      heading.current?.focus({ preventScroll: true })
    arrivals += 1
  }, [])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}
/** The first page of a visit leaves the focus where the browser puts it, before the skip link. */
let arrivals = 0

export const Card = (props: {
  title?: ReactNode
  aside?: ReactNode
  children: ReactNode
  className?: string
  id?: string
}) => (
  <section className={`card ${props.className ?? ''}`} id={props.id}>
    {props.title === undefined ? null : (
      <header className="card-head">
        <h2>{props.title}</h2>
        {props.aside}
      </header>
    )}
    {props.children}
  </section>
)
