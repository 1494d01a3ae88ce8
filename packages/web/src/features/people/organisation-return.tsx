import { signUpEndpoints as e } from '@dure/contract'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Card, PageTitle } from '../../ui/page.tsx'
import { Loading } from '../../ui/states.tsx'
import { useEnter } from './enter.ts'
import { TroubleNote } from './trouble-note.tsx'
import { useSend } from './use-send.ts'
import { FLOW_KEY } from './ways-in.tsx'

interface Flow {
  readonly flow: string
  readonly purpose: 'sign-in' | 'link'
}

const takeFlow = (): Flow | null => {
  const raw = sessionStorage.getItem(FLOW_KEY)
  sessionStorage.removeItem(FLOW_KEY)
  try {
    return raw === null ? null : (JSON.parse(raw) as Flow)
  } catch {
    return null
  }
}

/** Where an organisation's sign-in sends the browser back to: what it brought is posted once, by this very tab. */
export const OrganisationReturn = () => {
  const { t } = useTranslation()
  const { send, trouble, setTrouble } = useSend()
  const enter = useEnter()
  const navigate = useNavigate()
  const begun = useRef(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per arrival; the code in the address is spent by it
  useEffect(() => {
    if (begun.current) return
    begun.current = true
    const flow = takeFlow()
    const query = location.search.slice(1)
    history.replaceState(null, '', location.pathname)
    if (flow === null) {
      setTrouble('no-answer')
      return
    }
    const body = { flow: flow.flow, query }
    if (flow.purpose === 'link')
      void send(e.linkOrganisation, { body }).then((linked) =>
        linked === null ? undefined : navigate({ to: '/account' }),
      )
    else void send(e.signInWithOrganisation, { body }).then((me) => (me === null ? undefined : enter(me)))
  }, [])
  return (
    <div className="page page-narrow">
      <PageTitle>{t('signIn.title')}</PageTitle>
      {trouble === null ? (
        <Card>
          <p>{t('people.signIn.returning')}</p>
          <Loading />
        </Card>
      ) : (
        <Card>
          <TroubleNote trouble={trouble} words={t('people.signIn.returnFailed')} />
          <p>
            <Link to="/sign-in">{t('people.signIn.back')}</Link>
          </p>
        </Card>
      )}
    </div>
  )
}
