import { bedEndpoints, patientIdentity, type RequestView } from '@dure/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { hasRole, useSignedIn } from '../../../app/session.ts'
import { read } from '../../../offline/api.ts'
import { useDraft } from '../../../offline/draft.ts'
import { useAct } from '../../../offline/use-outbox.ts'
import { ActState } from '../../../ui/act-state.tsx'
import { Button } from '../../../ui/button.tsx'
import { Facts } from '../../../ui/facts.tsx'
import { TextField } from '../../../ui/field.tsx'
import { Form } from '../../../ui/form.tsx'
import { Card } from '../../../ui/page.tsx'
import { faultAt } from '../../../ui/problem.ts'
import { Failed, Loading } from '../../../ui/states.tsx'
import { Clock } from '../../../ui/time.tsx'
import { looksQuery } from './queries.ts'

/** Who the patient is: written by the requester, seen only by those who treat, and every look is written down. */
export const Identity = ({ request }: { request: RequestView }) => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const [open, setOpen] = useState<'look' | 'write' | null>(null)
  const mayWrite = request.allowed.includes('set_identity')
  const mayLook = request.identityKnown && request.allowed.includes('see_identity')
  return (
    <Card title={t('identity.title')}>
      <p className="quiet">{t('identity.logged')}</p>
      <p>{t(request.identityKnown ? 'identity.known' : 'identity.notKnown')}</p>
      <div className="act-forward">
        {mayLook ? (
          <Button onClick={() => setOpen(open === 'look' ? null : 'look')} aria-expanded={open === 'look'}>
            {t(open === 'look' ? 'identity.hide' : 'identity.show')}
          </Button>
        ) : null}
        {mayWrite ? (
          <Button onClick={() => setOpen(open === 'write' ? null : 'write')} aria-expanded={open === 'write'}>
            {t('identity.write')}
          </Button>
        ) : null}
      </div>
      {open === 'look' ? <Look requestId={request.id} /> : null}
      {open === 'write' ? <Write request={request} onDone={() => setOpen(null)} /> : null}
      {hasRole(me, 'requester', 'placement_desk', 'admin') ? <Looks requestId={request.id} /> : null}
    </Card>
  )
}

/** Read once, when asked for: kept in memory no longer than it is on the screen. */
const Look = ({ requestId }: { requestId: string }) => {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const query = useQuery({
    queryKey: ['identity', requestId],
    queryFn: async ({ signal }) => {
      const identity = await read(bedEndpoints.getIdentity, { params: { id: requestId } }, signal)
      void queries.invalidateQueries({ queryKey: ['looks', requestId] })
      return identity
    },
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />
  if (query.data === undefined) return <Loading />
  const who = query.data
  return (
    <Facts
      rows={[
        [t('identity.name'), who.name],
        [t('identity.birthDate'), who.birthDate],
        [t('identity.phone'), who.phone],
        [t('identity.guardianName'), who.guardianName],
        [t('identity.guardianPhone'), who.guardianPhone],
        [t('identity.address'), who.address],
      ]}
    />
  )
}

const EMPTY = { name: '', birthDate: '', phone: '', guardianName: '', guardianPhone: '', address: '' }
const NAMES = ['name', 'birthDate', 'phone', 'guardianName', 'guardianPhone', 'address', 'residentNumber'] as const
const TYPES: Partial<Record<(typeof NAMES)[number], string>> = { birthDate: 'date', phone: 'tel', guardianPhone: 'tel' }

const Write = ({ request, onDone }: { request: RequestView; onDone: () => void }) => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const draft = useDraft({ personId: me.id, form: `identity.${request.id}`, sensitive: true }, EMPTY)
  // Never written to the device, not even as a draft.
  const [residentNumber, setResidentNumber] = useState('')
  const [tried, setTried] = useState(false)
  const { item, send, busy } = useAct(`identity:${request.id}`)
  const typed: Record<string, string> = { ...draft.value, residentNumber }
  const parsed = patientIdentity.safeParse(
    Object.fromEntries(Object.entries(typed).filter(([, value]) => value.trim() !== '')),
  )
  const problem = item?.state === 'refused' ? item.problem : undefined
  const errorOf = (name: string) => {
    if (faultAt(problem, name) !== undefined) return t('field.refused')
    if (!tried || parsed.success || !parsed.error.issues.some((issue) => issue.path[0] === name)) return undefined
    return t((typed[name] ?? '').trim() === '' ? 'field.needed' : 'field.notValid')
  }
  const submit = async () => {
    setTried(true)
    if (!parsed.success) return
    const settled = await send({
      endpoint: bedEndpoints.setIdentity,
      input: { params: { id: request.id }, body: parsed.data },
      label: { key: 'outbox.label.identity', values: { code: request.code } },
    })
    if (!settled.ok) return
    draft.clear()
    onDone()
  }
  return (
    <Form onSubmit={submit}>
      {NAMES.map((name) => (
        <TextField
          key={name}
          name={name}
          label={t(`identity.${name}`)}
          {...(name === 'residentNumber' ? { hint: t('identity.residentNumberHint') } : {})}
          type={TYPES[name] ?? 'text'}
          value={typed[name] ?? ''}
          onChange={(value) => (name === 'residentNumber' ? setResidentNumber(value) : draft.set({ [name]: value }))}
          error={errorOf(name)}
          required={name === 'name' || name === 'birthDate'}
          maxLength={200}
        />
      ))}
      <div className="form-foot">
        <Button type="submit" look="primary" disabled={busy}>
          {t('identity.save')}
        </Button>
        <ActState item={item} quietWhenAccepted />
      </div>
    </Form>
  )
}

const Looks = ({ requestId }: { requestId: string }) => {
  const { t } = useTranslation()
  const query = useQuery(looksQuery(requestId))
  const looks = query.data?.looks ?? []
  if (looks.length === 0) return null
  return (
    <details className="more">
      <summary>{t('identity.looks', { count: looks.length })}</summary>
      <ul className="plain-list">
        {looks.map((look) => (
          <li key={`${look.at}${look.by}`}>
            <Clock at={look.at} seconds /> · {t(`identity.act.${look.act}`)} · {look.by}
          </li>
        ))}
      </ul>
    </details>
  )
}
