import { signUpEndpoints as e } from '@dure/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../i18n/index.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/page.tsx'
import { Status } from '../../ui/shape.tsx'
import { Read } from '../../ui/states.tsx'
import { Clock } from '../../ui/time.tsx'
import { deviceCredential, enrolDevice, forgetDevice } from './device-key.ts'
import { devicesQuery, organisationsQuery, providersQuery } from './queries.ts'
import { TroubleNote } from './trouble-note.tsx'
import { type Trouble, useSend } from './use-send.ts'
import { FLOW_KEY } from './ways-in.tsx'

/** A credential is signed anew while the network holds, so that a cut finds it long from its end. */
const RENEW_BELOW_DAYS = 12
const DAY_MS = 86_400_000

/** Devices that hold a staff credential. */
export const Devices = ({ personId }: { personId: string }) => {
  const { t } = useTranslation()
  const query = useQuery(devicesQuery)
  const queries = useQueryClient()
  const { send, busy, trouble, setTrouble } = useSend()
  const device = useQuery({
    queryKey: ['people', 'this-device', personId],
    queryFn: async () => {
      const kept = await deviceCredential().catch(() => undefined)
      return kept?.personId === personId ? { id: kept.credentialId, validUntil: kept.validUntil } : null
    },
  })
  const here = device.data ?? null
  const enrol = async () => {
    const label = t('people.account.thisPhone')
    const problem: Trouble | null = await enrolDevice(personId, label).catch(() => 'no-answer' as const)
    setTrouble(problem)
    void queries.invalidateQueries({ queryKey: ['people'] })
  }
  const runsOut = here?.validUntil
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per credential
  useEffect(() => {
    if (runsOut !== undefined && Date.parse(runsOut) - Date.now() < RENEW_BELOW_DAYS * DAY_MS) void enrol()
  }, [runsOut])
  const revoke = async (id: string) => {
    if (id === here?.id) await forgetDevice()
    await send(e.revokeCredential, { params: { id } })
  }
  const notReady = trouble !== null && trouble !== 'no-answer' && trouble.code === 'wrong-state'
  return (
    <Card title={t('people.account.devices')}>
      <p className="quiet">{t('people.account.devicesLead')}</p>
      <Read query={query}>
        {({ credentials }) => (
          <ul className="rows">
            {credentials.map((credential) => (
              <li key={credential.id} className="row-item">
                <span className="row-main">
                  <strong>{credential.label}</strong>
                  <span className="quiet">
                    {t('people.account.until')} <Clock at={credential.validUntil} />
                  </span>
                </span>
                {credential.revokedAt === null ? (
                  <Button size="small" look="danger" disabled={busy} onClick={() => void revoke(credential.id)}>
                    {t('people.account.revoke')}
                  </Button>
                ) : (
                  <Status shape="cross" tone="danger">
                    {t('people.account.revoked')}
                  </Status>
                )}
              </li>
            ))}
          </ul>
        )}
      </Read>
      <TroubleNote trouble={trouble} words={notReady ? t('people.account.notReady') : undefined} />
      {here === null ? (
        <Button disabled={busy} onClick={() => void enrol()}>
          {t('people.account.enrol')}
        </Button>
      ) : (
        <Status shape="circle" tone="success">
          {t('people.account.enrolled')}
        </Status>
      )}
    </Card>
  )
}

/** Accounts of organisations whose own sign-in opens this one. Shown where there are such organisations. */
export const Organisations = () => {
  const { t } = useTranslation()
  const { data } = useQuery(providersQuery)
  const query = useQuery(organisationsQuery)
  const { send, busy, trouble } = useSend()
  const providers = data?.providers ?? []
  if (providers.length === 0) return null
  const nameOf = (id: string) => {
    const found = providers.find((one) => one.id === id)
    return found === undefined ? id : currentLanguage() === 'ko' ? found.nameKo : found.nameEn
  }
  const connect = async (provider: string) => {
    const begun = await send(e.startOrganisationLink, { body: { provider } })
    if (begun === null) return
    sessionStorage.setItem(FLOW_KEY, JSON.stringify({ flow: begun.flow, purpose: 'link' }))
    location.assign(begun.url)
  }
  return (
    <Card title={t('people.account.organisations')}>
      <Read query={query}>
        {({ accounts }) => (
          <ul className="rows">
            {accounts.map((account) => (
              <li key={account.id} className="row-item">
                <span className="row-main">
                  <strong>{nameOf(account.provider)}</strong>
                  <span className="quiet">{account.subject}</span>
                </span>
                <Button
                  size="small"
                  disabled={busy}
                  onClick={() => void send(e.unlinkOrganisation, { params: { id: account.id } })}
                >
                  {t('people.account.disconnect')}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Read>
      <div className="form-foot">
        {providers.map(({ id }) => (
          <Button key={id} disabled={busy} onClick={() => void connect(id)}>
            {t('people.account.connect', { name: nameOf(id) })}
          </Button>
        ))}
      </div>
      <TroubleNote trouble={trouble} />
    </Card>
  )
}
