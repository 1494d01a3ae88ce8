import { demoSignIn, listDemoPeople, type Me, type Problem, type ResponseOf, signIn } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '../../app/session.ts'
import { currentLanguage } from '../../i18n/index.ts'
import { call, Refused, read } from '../../offline/api.ts'
import { Button } from '../../ui/button.tsx'
import { Card, PageTitle } from '../../ui/page.tsx'
import { problemTitle } from '../../ui/problem.ts'
import { Failed, Loading } from '../../ui/states.tsx'
import { useEnter } from './enter.ts'
import { WaysIn } from './ways-in.tsx'

/** One-time links everywhere; on a demo cell also a choice of its invented people. */
export const SignIn = () => {
  const { t } = useTranslation()
  const me = useMe()
  const [token] = useState(() => location.hash.slice(1))
  const enter = useEnter()
  return (
    <div className="page page-narrow">
      <PageTitle>{t('signIn.title')}</PageTitle>
      {me === null || me === undefined ? null : (
        <Card>
          <p>{t('signIn.already', { name: me.name })}</p>
          <Button look="primary" onClick={() => enter(me)}>
            {t('signIn.continue')}
          </Button>
        </Card>
      )}
      {token === '' ? <WaysIn onEnter={enter} /> : <LinkSignIn token={token} onEnter={enter} />}
      <DemoPeople onEnter={enter} />
    </div>
  )
}

/** Waits for a press: a mail scanner that opens the address must not spend the link. */
const LinkSignIn = ({ token, onEnter }: { token: string; onEnter: (me: Me) => void }) => {
  const { t } = useTranslation()
  const [problem, setProblem] = useState<Problem | 'no-answer' | null>(null)
  const [busy, setBusy] = useState(false)
  useEffect(() => history.replaceState(null, '', location.pathname), [])
  const enter = async () => {
    setBusy(true)
    const answer = await call(signIn, { body: { token } }).catch(() => null)
    setBusy(false)
    if (answer === null) setProblem('no-answer')
    else if (answer.ok) onEnter(answer.value)
    else setProblem(answer.error)
  }
  return (
    <Card>
      <p>{t('signIn.link')}</p>
      <Button look="primary" size="large" disabled={busy} onClick={() => void enter()}>
        {t('signIn.enter')}
      </Button>
      {problem === null ? null : (
        <p className="field-error" role="alert">
          {problem === 'no-answer'
            ? t('failed.noAnswer')
            : `${problemTitle(problem, currentLanguage())}. ${t('signIn.linkNext')}`}
        </p>
      )}
    </Card>
  )
}

type Person = ResponseOf<typeof listDemoPeople>['people'][number]

const DemoPeople = ({ onEnter }: { onEnter: (me: Me) => void }) => {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: ['demo-people'],
    queryFn: ({ signal }) => read(listDemoPeople, {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (query.error instanceof Refused) return null
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />
  if (query.data === undefined) return <Loading />
  return (
    <Card title={t('signIn.demo')}>
      <p className="quiet">{t('signIn.demoExplain')}</p>
      {byRole(query.data.people).map(([role, people]) => (
        <section key={role} className="people-group">
          <h3>{t(`role.${role}`)}</h3>
          <ul className="people">
            {people.map((person) => (
              <li key={person.id}>
                <PersonButton person={person} onEnter={onEnter} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Card>
  )
}

const PersonButton = ({ person, onEnter }: { person: Person; onEnter: (me: Me) => void }) => {
  const { t } = useTranslation()
  const [failed, setFailed] = useState(false)
  const enter = async () => {
    const answer = await call(demoSignIn, { body: { personId: person.id } }).catch(() => null)
    if (answer?.ok === true) onEnter(answer.value)
    else setFailed(true)
  }
  return (
    <button type="button" className="person-button" data-person={person.id} onClick={() => void enter()}>
      <strong>{person.name}</strong>
      <span className="quiet">{person.facilityName ?? t('signIn.region')}</span>
      {failed ? <span className="field-error">{t('failed.noAnswer')}</span> : null}
    </button>
  )
}

const ORDER: readonly Person['roles'][number][] = [
  'requester',
  'placement_desk',
  'hospital_desk',
  'transport',
  'national_desk',
  'admin',
  'privacy_officer',
  'sponsor',
  'desk_lead',
]

const byRole = (people: readonly Person[]): [Person['roles'][number], Person[]][] =>
  ORDER.map((role): [Person['roles'][number], Person[]] => [
    role,
    people.filter((person) => person.roles[0] === role).sort(byPlace),
  ]).filter(([, list]) => list.length > 0)

const byPlace = (one: Person, other: Person): number =>
  (one.facilityName ?? '').localeCompare(other.facilityName ?? '', 'ko', { numeric: true }) ||
  one.name.localeCompare(other.name, 'ko')
