import { type Application, signUpEndpoints as e, type OneTimeLink, type Role } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { hasRole, useSignedIn } from '../../app/session.ts'
import { Button } from '../../ui/button.tsx'
import { MultiChips } from '../../ui/chips.tsx'
import { Facts } from '../../ui/facts.tsx'
import { TextField } from '../../ui/field.tsx'
import { Card, PageTitle } from '../../ui/page.tsx'
import { Status } from '../../ui/shape.tsx'
import { Empty, Read } from '../../ui/states.tsx'
import { Ago, Clock } from '../../ui/time.tsx'
import { Colleagues } from './colleagues.tsx'
import { Invite } from './invite.tsx'
import { LinkCard } from './one-time-link.tsx'
import { PeopleNav } from './people-nav.tsx'
import { applicationsQuery } from './queries.ts'
import { TroubleNote } from './trouble-note.tsx'
import { useSend } from './use-send.ts'

type Link = z.output<typeof OneTimeLink>

/** For sponsors and the regional desk: who waits to be let in, and who is in. */
export const PeoplePage = () => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const [link, setLink] = useState<Link | null>(null)
  return (
    <div className="page">
      <PageTitle>{t('people.approve.title')}</PageTitle>
      <PeopleNav me={me} />
      {link === null ? null : <LinkCard link={link} onDone={() => setLink(null)} />}
      <div className="columns">
        <div className="column">
          <Waiting onLink={setLink} />
          <Decided />
        </div>
        <div className="column">
          {hasRole(me, 'desk_lead', 'admin') ? <Invite onLink={setLink} /> : null}
          <Colleagues onLink={setLink} />
        </div>
      </div>
    </div>
  )
}

const Waiting = ({ onLink }: { onLink: (link: Link) => void }) => {
  const { t } = useTranslation()
  const query = useQuery(applicationsQuery('pending'))
  return (
    <Card title={t('people.approve.waiting')}>
      <p className="quiet">{t('people.approve.compare')}</p>
      <Read query={query}>
        {({ applications }) =>
          applications.length === 0 ? (
            <Empty title={t('people.approve.none')}>{t('people.approve.noneNext')}</Empty>
          ) : (
            <ul className="rows">
              {applications.map((application) => (
                <Decide key={application.id} application={application} onLink={onLink} />
              ))}
            </ul>
          )
        }
      </Read>
    </Card>
  )
}

const Decide = ({ application, onLink }: { application: Application; onLink: (link: Link) => void }) => {
  const { t } = useTranslation()
  const { send, busy, trouble } = useSend()
  const { id, grantable } = application
  const [roles, setRoles] = useState<Role[]>(application.roles.filter((role) => grantable.includes(role)))
  const [why, setWhy] = useState<string | null>(null)
  const decide = async (body: { decision: 'approve'; roles: Role[] } | { decision: 'decline'; why: string }) => {
    const decided = await send(e.decideApplication, { params: { id }, body })
    if (decided?.link != null) onLink(decided.link)
  }
  return (
    <li className="row-item is-tall" data-application={application.name}>
      <span className="row-main">
        <strong>{application.name}</strong>
        <span className="quiet">
          {application.facilityName ?? t('signIn.region')} · <Ago at={application.askedAt} />
        </span>
      </span>
      <Facts
        rows={[
          [t('people.signUp.kind'), t(`people.licence.${application.licenceKind}`)],
          [t('people.approve.tail'), `…${application.licenceTail}`],
          [
            t('people.signUp.phone'),
            <a key="phone" href={`tel:${application.phone}`}>
              {application.phone}
            </a>,
          ],
          [t('people.approve.asked'), application.roles.map((role) => t(`role.${role}`)).join(', ')],
          [t('people.signUp.until'), <Clock key="until" at={application.expiresAt} />],
        ]}
      />
      {application.sameLicence === 0 ? null : (
        <Status shape="triangle" tone="warning">
          {t('people.approve.same', { count: application.sameLicence })}
        </Status>
      )}
      <MultiChips
        name={`roles-${id}`}
        label={t('people.approve.grant')}
        options={grantable.map((value) => ({ value, label: t(`role.${value}`) }))}
        value={roles}
        onChange={setRoles}
      />
      {why === null ? null : (
        <TextField
          name="why"
          label={t('people.approve.why')}
          hint={t('people.approve.whyHint')}
          value={why}
          onChange={setWhy}
          maxLength={300}
          required
        />
      )}
      <span className="form-foot">
        {why === null ? (
          <>
            <Button
              look="primary"
              disabled={busy || roles.length === 0}
              onClick={() => void decide({ decision: 'approve', roles })}
            >
              {t('people.approve.approve')}
            </Button>
            <Button disabled={busy} onClick={() => setWhy('')}>
              {t('people.approve.decline')}
            </Button>
          </>
        ) : (
          <>
            <Button
              look="danger"
              disabled={busy || why.trim().length < 4}
              onClick={() => void decide({ decision: 'decline', why: why.trim() })}
            >
              {t('people.approve.decline')}
            </Button>
            <Button look="quiet" onClick={() => setWhy(null)}>
              {t('people.account.cancel')}
            </Button>
          </>
        )}
      </span>
      <TroubleNote trouble={trouble} />
    </li>
  )
}

const SHAPE = { approved: ['circle', 'success'], declined: ['cross', 'danger'] } as const

const Decided = () => {
  const { t } = useTranslation()
  const query = useQuery(applicationsQuery('decided'))
  return (
    <Card title={t('people.approve.decided')}>
      <Read query={query}>
        {({ applications }) =>
          applications.length === 0 ? (
            <p className="quiet">{t('common.none')}</p>
          ) : (
            <ul className="rows">
              {applications.map((one) => {
                const [shape, tone] =
                  one.state === 'approved' || one.state === 'declined' ? SHAPE[one.state] : (['dash', 'quiet'] as const)
                return (
                  <li key={one.id} className="row-item">
                    <span className="row-main">
                      <strong>{one.name}</strong>
                      <span className="quiet">
                        {one.facilityName ?? t('signIn.region')}
                        {one.decidedBy === null ? null : ` · ${t('people.approve.by')} ${one.decidedBy}`}
                        {one.why === null ? null : ` · ${one.why}`}
                      </span>
                    </span>
                    <Status shape={shape} tone={tone}>
                      {t(`people.state.${one.state}`)}
                    </Status>
                  </li>
                )
              })}
            </ul>
          )
        }
      </Read>
    </Card>
  )
}
