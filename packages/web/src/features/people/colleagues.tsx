import { type Colleague, signUpEndpoints as e, type OneTimeLink } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { Card } from '../../ui/page.tsx'
import { Status } from '../../ui/shape.tsx'
import { Read } from '../../ui/states.tsx'
import { colleaguesQuery } from './queries.ts'
import { TroubleNote } from './trouble-note.tsx'
import { useSend } from './use-send.ts'

type Link = z.output<typeof OneTimeLink>

/** Who is in: of the own hospital, or of the region. */
export const Colleagues = ({ onLink }: { onLink: (link: Link) => void }) => {
  const { t } = useTranslation()
  const query = useQuery(colleaguesQuery)
  const [managed, setManaged] = useState<Colleague | null>(null)
  return (
    <Card title={t('people.colleague.title')}>
      <Read query={query}>
        {({ people }) => (
          <ul className="rows is-long">
            {people.map((person) => (
              <li key={person.id} className="row-item">
                <span className="row-main">
                  <strong>{person.name}</strong>
                  <span className="quiet">
                    {person.facilityName ?? t('signIn.region')} ·{' '}
                    {person.roles.map((role) => t(`role.${role}`)).join(', ')} · {t('people.colleague.passkeys')}{' '}
                    {person.passkeys} · {t('people.colleague.sessions')} {person.sessions}
                  </span>
                </span>
                {person.disabled ? (
                  <Status shape="cross" tone="quiet">
                    {t('people.colleague.disabled')}
                  </Status>
                ) : person.mayManage ? (
                  <Button size="small" look="quiet" onClick={() => setManaged(person)}>
                    {t('people.colleague.manage')}
                  </Button>
                ) : null}
              </li>
            ))}
          </ul>
        )}
      </Read>
      <Dialog title={managed?.name ?? ''} open={managed !== null} onClose={() => setManaged(null)}>
        {managed === null ? null : <Manage person={managed} onLink={onLink} onClose={() => setManaged(null)} />}
      </Dialog>
    </Card>
  )
}

const Manage = (props: { person: Colleague; onLink: (link: Link) => void; onClose: () => void }) => {
  const { t } = useTranslation()
  const { person, onLink, onClose } = props
  const { send, busy, trouble } = useSend()
  const [why, setWhy] = useState('')
  const [revokePasskeys, setRevoke] = useState(true)
  const params = { id: person.id }
  const reason = why.trim()
  const recover = async () => {
    const link = await send(e.recoverPerson, { params, body: { revokePasskeys, why: reason } })
    if (link === null) return
    onLink(link)
    onClose()
  }
  const end = async (endpoint: typeof e.endSessionsOf | typeof e.disableColleague) => {
    const done = await send(endpoint, { params, body: { why: reason } })
    if (done !== null) onClose()
  }
  const silent = busy || reason.length < 4
  return (
    <div className="form">
      <p>{t('people.colleague.recoverLead')}</p>
      <TextField name="why" label={t('people.approve.why')} value={why} onChange={setWhy} maxLength={300} required />
      <label className="switch">
        <input type="checkbox" checked={revokePasskeys} onChange={(event) => setRevoke(event.target.checked)} />
        {t('people.colleague.revokeOld')}
      </label>
      <div className="form-foot">
        <Button look="primary" disabled={silent} onClick={() => void recover()}>
          {t('people.colleague.recover')}
        </Button>
        <Button disabled={silent} onClick={() => void end(e.endSessionsOf)}>
          {t('people.colleague.signOut')}
        </Button>
        <Button look="danger" disabled={silent} onClick={() => void end(e.disableColleague)}>
          {t('people.colleague.disable')}
        </Button>
      </div>
      <TroubleNote trouble={trouble} />
    </div>
  )
}
