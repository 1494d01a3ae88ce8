import type { Me } from '@dure/contract'
import { signUpEndpoints as e } from '@dure/contract'
import { browserSupportsWebAuthn } from '@simplewebauthn/browser'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../i18n/index.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/page.tsx'
import { deviceCredential, signInWithDevice } from './device-key.ts'
import { signInWithPasskey } from './passkey.ts'
import { providersQuery } from './queries.ts'
import { TroubleNote } from './trouble-note.tsx'
import { type Trouble, useSend } from './use-send.ts'

/** Where the secret of a flow waits while the browser is at the organisation's page: this tab only. */
export const FLOW_KEY = 'dure.organisation.flow'

/** The ordinary way first, the others below it. */
export const WaysIn = ({ onEnter }: { onEnter: (me: Me) => void }) => {
  const { t } = useTranslation()
  return (
    <Card>
      <PasskeyButton onEnter={onEnter} />
      <OtherWays onEnter={onEnter} />
      <p>
        <Link to="/sign-up">{t('people.signIn.signUp')}</Link>
      </p>
    </Card>
  )
}

const PasskeyButton = ({ onEnter }: { onEnter: (me: Me) => void }) => {
  const { t } = useTranslation()
  const [busy, setBusy] = useState(false)
  const [said, setSaid] = useState<string | null>(null)
  if (!browserSupportsWebAuthn()) return <p className="quiet">{t('people.signIn.unsupported')}</p>
  const press = async () => {
    setBusy(true)
    setSaid(null)
    const outcome = await signInWithPasskey().catch(() => null)
    setBusy(false)
    if (outcome === null) setSaid(t('failed.noAnswer'))
    else if (outcome.ok) onEnter(outcome.value)
    else setSaid(t(outcome.problem === 'cancelled' ? 'people.signIn.cancelled' : 'people.signIn.refused'))
  }
  return (
    <div className="stack">
      <Button look="primary" size="large" disabled={busy} onClick={() => void press()}>
        {t('people.signIn.passkey')}
      </Button>
      <p className="quiet">{t('people.signIn.passkeyHint')}</p>
      {said === null ? null : (
        <p className="field-error" role="alert">
          {said}
        </p>
      )}
    </div>
  )
}

const OtherWays = ({ onEnter }: { onEnter: (me: Me) => void }) => {
  const { t } = useTranslation()
  const { data } = useQuery(providersQuery)
  const [device, setDevice] = useState(false)
  useEffect(() => {
    void deviceCredential()
      .then((kept) => setDevice(kept !== undefined))
      .catch(() => undefined)
  }, [])
  const providers = data?.providers ?? []
  if (providers.length === 0 && !device) return null
  return (
    <section className="stack">
      <h2 className="small-title">{t('people.signIn.or')}</h2>
      {providers.map(({ id, nameKo, nameEn }) => (
        <OrganisationButton key={id} id={id} name={currentLanguage() === 'ko' ? nameKo : nameEn} />
      ))}
      {device ? <DeviceButton onEnter={onEnter} /> : null}
    </section>
  )
}

const OrganisationButton = ({ id, name }: { id: string; name: string }) => {
  const { t } = useTranslation()
  const { send, busy, trouble } = useSend()
  const press = async () => {
    const begun = await send(e.startOrganisationSignIn, { body: { provider: id } })
    if (begun === null) return
    sessionStorage.setItem(FLOW_KEY, JSON.stringify({ flow: begun.flow, purpose: 'sign-in' }))
    location.assign(begun.url)
  }
  return (
    <>
      <Button disabled={busy} onClick={() => void press()}>
        {t('people.signIn.organisation', { name })}
      </Button>
      <TroubleNote trouble={trouble} />
    </>
  )
}

const DeviceButton = ({ onEnter }: { onEnter: (me: Me) => void }) => {
  const { t } = useTranslation()
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const press = async () => {
    setBusy(true)
    setTrouble(null)
    const answer = await signInWithDevice().catch(() => 'no-answer' as const)
    setBusy(false)
    if (answer === 'no-answer' || answer === null) setTrouble('no-answer')
    else if ('code' in answer) setTrouble(answer)
    else onEnter(answer)
  }
  return (
    <>
      <Button disabled={busy} onClick={() => void press()}>
        {t('people.signIn.credential')}
      </Button>
      <p className="quiet">{t('people.signIn.credentialHint')}</p>
      <TroubleNote trouble={trouble} />
    </>
  )
}
