import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../app/connection-line.tsx'
import { TextField } from '../../ui/field.tsx'
import { Card, PageTitle } from '../../ui/page.tsx'
import { Failed, Loading } from '../../ui/states.tsx'
import './channels.css'
import { PhoneForm } from './phone-form.tsx'
import { spokenQuery } from './queries.ts'

/** A call, typed while it is spoken: the code, who says it, what is said. Keyboard alone is enough. */
export const PhoneDeskPage = () => {
  const { t } = useTranslation()
  const search = useSearch({ from: '/signed-in/phone' })
  const [typed, setTyped] = useState(search.code ?? '')
  const [done, setDone] = useState<string | null>(null)
  const codeBox = useRef<HTMLDivElement>(null)
  const code = typed.normalize('NFKC').replace(/\D/g, '').slice(0, 4)
  const query = useQuery(spokenQuery(code))
  const focusCode = () => codeBox.current?.querySelector('input')?.focus()
  useEffect(() => {
    if (search.code === undefined) codeBox.current?.querySelector('input')?.focus()
  }, [search.code])
  const next = (what: string) => {
    setDone(what)
    setTyped('')
    focusCode()
  }
  const submit = (event: FormEvent) => event.preventDefault()
  return (
    <div className="page page-narrow phone-desk">
      <PageTitle>{t('phoneDesk.title')}</PageTitle>
      <p className="lead">{t('phoneDesk.lead')}</p>
      <StaleNote />
      <Card>
        <form onSubmit={submit}>
          <div ref={codeBox} className="code-box">
            <TextField
              name="code"
              label={t('phoneDesk.code')}
              hint={t('phoneDesk.codeHint')}
              value={typed}
              onChange={(value) => {
                setTyped(value)
                setDone(null)
              }}
              inputMode="numeric"
              maxLength={8}
              required
            />
          </div>
        </form>
        <p role="status" className="phone-done">
          {done}
        </p>
        {code.length < 4 ? null : query.data !== undefined ? (
          <PhoneForm key={query.data.id} request={query.data} onDone={next} />
        ) : query.isError ? (
          <Failed error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Loading />
        )}
      </Card>
    </div>
  )
}
