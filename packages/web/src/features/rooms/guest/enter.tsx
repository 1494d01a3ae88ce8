import { type Problem, roomEndpoints } from '@dure/contract'
import type { TFunction } from 'i18next'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../../i18n/index.ts'
import { call } from '../../../offline/api.ts'
import { Button } from '../../../ui/button.tsx'
import { TextField } from '../../../ui/field.tsx'
import { PageTitle } from '../../../ui/page.tsx'
import { problemTitle } from '../../../ui/problem.ts'

/** The code was said on another way than the link came; both together open the room once. */
export const Enter = ({ token, onEntered }: { token: string; onEntered: () => void }) => {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const [code, setCode] = useState('')
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<Problem | 'no-answer' | null>(null)
  const digits = code.replaceAll(/\D/g, '')
  const enter = async () => {
    setTried(true)
    if (digits.length !== 6 || name.trim() === '') return
    setBusy(true)
    const body = { token, code: digits, name: name.trim() }
    const answer = await call(roomEndpoints.guestEnter, { body }).catch(() => null)
    setBusy(false)
    if (answer === null) return setRefused('no-answer')
    if (!answer.ok) return setRefused(answer.error)
    onEntered()
  }
  return (
    <div className="page page-narrow">
      <PageTitle>{t('rooms.guestPage.title')}</PageTitle>
      <p className="lead">{t('rooms.guestPage.lead')}</p>
      <form
        className="card form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void enter()
        }}
      >
        <TextField
          name="name"
          label={t('rooms.guestPage.name')}
          hint={t('rooms.guestPage.nameHint')}
          value={name}
          onChange={setName}
          error={tried && name.trim() === '' ? t('field.needed') : undefined}
          maxLength={80}
          required
        />
        <TextField
          name="code"
          label={t('rooms.guestPage.code')}
          hint={t('rooms.guestPage.codeHint')}
          value={code}
          onChange={setCode}
          error={tried && digits.length !== 6 ? t('rooms.guestPage.codeWrong') : undefined}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={7}
          required
        />
        {refused === null ? null : (
          <p className="field-error" role="alert">
            {refusalText(refused, t)}
          </p>
        )}
        <div className="form-foot">
          <Button type="submit" look="primary" disabled={busy}>
            {t('signIn.enter')}
          </Button>
        </div>
      </form>
    </div>
  )
}

/** The server does not tell a wrong code from a spent link, so neither may this: first look at the code again, then ask for a link. */
const refusalText = (refused: Problem | 'no-answer', t: TFunction): string => {
  if (refused === 'no-answer') return t('failed.noAnswer')
  return refused.code === 'link-spent' ? t('rooms.guestPage.notOpened') : problemTitle(refused, currentLanguage())
}
