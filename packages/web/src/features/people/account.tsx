import { signUpEndpoints as e, type Passkey, type SessionView } from '@dure/contract'
import { browserSupportsWebAuthn } from '@simplewebauthn/browser'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { useSignedIn } from '../../app/session.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Card, PageTitle } from '../../ui/page.tsx'
import { Status } from '../../ui/shape.tsx'
import { Empty, Read } from '../../ui/states.tsx'
import { Ago, Clock } from '../../ui/time.tsx'
import { Devices, Organisations } from './account-ways.tsx'
import { enrolDevice } from './device-key.ts'
import { addPasskey } from './passkey.ts'
import { PeopleNav } from './people-nav.tsx'
import { accountEventsQuery, passkeysQuery, sessionsQuery } from './queries.ts'
import { TroubleNote } from './trouble-note.tsx'
import { useSend } from './use-send.ts'

/** The own access: keys, sessions, and what happened to them. */
export const AccountPage = () => {
  const { t } = useTranslation()
  const me = useSignedIn()
  return (
    <div className="page">
      <PageTitle>{t('people.account.title')}</PageTitle>
      <PeopleNav me={me} />
      <div className="columns">
        <div className="column">
          {me.session?.kind === 'credential' ? (
            <Card>
              <p>{t('people.account.guest')}</p>
            </Card>
          ) : (
            <>
              <Passkeys personId={me.id} />
              <Devices personId={me.id} />
              <Organisations />
            </>
          )}
        </div>
        <div className="column">
          <Sessions />
          <Events />
        </div>
      </div>
    </div>
  )
}

const Passkeys = ({ personId }: { personId: string }) => {
  const { t } = useTranslation()
  const query = useQuery(passkeysQuery)
  return (
    <Card title={t('people.account.passkeys')}>
      <p className="quiet">{t('people.account.passkeysLead')}</p>
      <Read query={query}>
        {({ passkeys }) =>
          passkeys.length === 0 ? (
            <Empty title={t('people.account.noPasskey')}>{t('people.account.noPasskeyNext')}</Empty>
          ) : (
            <ul className="rows">
              {passkeys.map((passkey) => (
                <PasskeyItem key={passkey.id} passkey={passkey} />
              ))}
            </ul>
          )
        }
      </Read>
      <AddPasskey personId={personId} />
    </Card>
  )
}

const AddPasskey = ({ personId }: { personId: string }) => {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const [said, setSaid] = useState<string | null>(null)
  if (!browserSupportsWebAuthn()) return <p className="quiet">{t('people.signIn.unsupported')}</p>
  const called = name.trim() === '' ? t('people.account.thisPhone') : name.trim()
  const press = async () => {
    setBusy(true)
    setSaid(null)
    const outcome = await addPasskey(called).catch(() => null)
    // The day the network is cut this device can still prove who holds it. A region without a key yet says so below.
    if (outcome?.ok === true) await enrolDevice(personId, called).catch(() => null)
    setBusy(false)
    void queries.invalidateQueries({ queryKey: ['people'] })
    if (outcome === null) setSaid(t('failed.noAnswer'))
    else if (outcome.ok) setName('')
    else if (outcome.problem !== 'cancelled' && /sign-in-too-old/.test(outcome.problem.detail ?? ''))
      setSaid(t('people.account.tooOld'))
    else setSaid(t('people.account.failed'))
  }
  return (
    <div className="inline-form">
      <TextField
        name="passkeyName"
        label={t('people.account.passkeyName')}
        value={name}
        onChange={setName}
        maxLength={40}
        placeholder={t('people.account.thisPhone')}
        error={said ?? undefined}
      />
      <Button look="primary" disabled={busy} onClick={() => void press()}>
        {t('people.account.addPasskey')}
      </Button>
    </div>
  )
}

const PasskeyItem = ({ passkey }: { passkey: z.output<typeof Passkey> }) => {
  const { t } = useTranslation()
  const { send, busy, trouble } = useSend()
  const [name, setName] = useState<string | null>(null)
  const params = { id: passkey.id }
  const save = async () => {
    if (name !== null && name.trim() !== '') await send(e.renamePasskey, { params, body: { name: name.trim() } })
    setName(null)
  }
  return (
    <li className="row-item">
      {name === null ? (
        <span className="row-main">
          <strong>{passkey.name}</strong>
          <span className="quiet">
            {t(passkey.synced ? 'people.account.synced' : 'people.account.oneDevice')} · {t('people.account.added')}{' '}
            <Ago at={passkey.createdAt} />
            {passkey.lastUsedAt === null ? null : (
              <>
                {' · '}
                {t('people.account.lastUsed')} <Ago at={passkey.lastUsedAt} />
              </>
            )}
          </span>
        </span>
      ) : (
        <TextField name="name" label={t('people.account.passkeyName')} value={name} onChange={setName} maxLength={40} />
      )}
      <span className="row-acts">
        {name === null ? (
          <>
            <Button size="small" look="quiet" onClick={() => setName(passkey.name)}>
              {t('people.account.rename')}
            </Button>
            <Button size="small" look="danger" disabled={busy} onClick={() => void send(e.removePasskey, { params })}>
              {t('people.account.remove')}
            </Button>
          </>
        ) : (
          <>
            <Button size="small" disabled={busy} onClick={() => void save()}>
              {t('people.account.save')}
            </Button>
            <Button size="small" look="quiet" onClick={() => setName(null)}>
              {t('people.account.cancel')}
            </Button>
          </>
        )}
      </span>
      <TroubleNote trouble={trouble} />
    </li>
  )
}

const Sessions = () => {
  const { t } = useTranslation()
  const query = useQuery(sessionsQuery)
  const { send, busy, trouble } = useSend()
  return (
    <Card
      title={t('people.account.sessions')}
      aside={
        <Button size="small" disabled={busy} onClick={() => void send(e.endOtherSessions, {})}>
          {t('people.account.endOthers')}
        </Button>
      }
    >
      <TroubleNote trouble={trouble} />
      <Read query={query}>
        {({ sessions }) => (
          <ul className="rows">
            {sessions.map((session) => (
              <SessionItem key={session.id} session={session} />
            ))}
          </ul>
        )}
      </Read>
    </Card>
  )
}

const SessionItem = ({ session }: { session: SessionView }) => {
  const { t } = useTranslation()
  const { send, busy } = useSend()
  return (
    <li className="row-item">
      <span className="row-main">
        <strong>
          {session.device === '' ? session.address : session.device} · {t(`people.kind.${session.kind}`)}
        </strong>
        <span className="quiet">
          {t('people.account.seen')} <Ago at={session.lastSeenAt} /> · {t('people.account.until')}{' '}
          <Clock at={session.endsAt} /> · {session.address}
        </span>
      </span>
      {session.current ? (
        <Status shape="circle" tone="success">
          {t('people.account.current')}
        </Status>
      ) : (
        <Button size="small" disabled={busy} onClick={() => void send(e.endSession, { params: { id: session.id } })}>
          {t('people.account.end')}
        </Button>
      )}
    </li>
  )
}

const Events = () => {
  const { t } = useTranslation()
  const query = useQuery(accountEventsQuery)
  return (
    <Card title={t('people.account.events')}>
      <Read query={query}>
        {({ events }) =>
          events.length === 0 ? (
            <p className="quiet">{t('common.none')}</p>
          ) : (
            <ul className="rows">
              {events.map((event) => (
                <li key={`${event.at} ${event.kind} ${event.detail}`} className="row-item">
                  <span className="row-main">
                    <strong>{t(`people.event.${event.kind}`)}</strong>
                    <span className="quiet">
                      <Clock at={event.at} /> · {event.by}
                      {event.detail === null ? null : ` · ${event.detail}`}
                    </span>
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Read>
    </Card>
  )
}
