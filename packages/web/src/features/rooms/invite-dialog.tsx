import { type ResponseOf, roomEndpoints } from '@dure/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../i18n/index.ts'
import { call } from '../../offline/api.ts'
import { ActButton } from '../../ui/act-button.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { problemTitle } from '../../ui/problem.ts'
import { Status } from '../../ui/shape.tsx'
import { Clock } from '../../ui/time.tsx'
import { invitationsQuery } from './queries.ts'

type Made = ResponseOf<typeof roomEndpoints.inviteGuest>
const HOURS = ['2', '8', '24'] as const

/** Somebody without an account: a link to be sent and a code to be said on another way. Both are shown once and kept nowhere. */
export const InviteDialog = ({ roomId, onClose }: { roomId: string; onClose: () => void }) => {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [forName, setForName] = useState('')
  const [hours, setHours] = useState<(typeof HOURS)[number]>('8')
  const [made, setMade] = useState<Made | null>(null)
  const [refused, setRefused] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  const invite = async () => {
    if (forName.trim() === '') return setRefused(t('field.needed'))
    setBusy(true)
    const input = { params: { id: roomId }, body: { forName: forName.trim(), hours: Number(hours) } }
    const answer = await call(roomEndpoints.inviteGuest, input).catch(() => null)
    setBusy(false)
    if (answer === null) return setRefused(t('failed.noAnswer'))
    if (!answer.ok) return setRefused(problemTitle(answer.error, currentLanguage()))
    setRefused(null)
    setMade(answer.value)
    void queries.invalidateQueries({ queryKey: ['room-invitations', roomId] })
  }

  return (
    <Dialog title={t('rooms.invite.title')} open onClose={onClose}>
      {made === null ? (
        <Form onSubmit={invite}>
          <p className="dialog-text">{t('rooms.invite.explain')}</p>
          <TextField
            name="forName"
            label={t('rooms.invite.forName')}
            hint={t('rooms.invite.forNameHint')}
            value={forName}
            onChange={setForName}
            error={refused ?? undefined}
            maxLength={80}
            required
          />
          <SelectField
            name="hours"
            label={t('rooms.invite.hours')}
            value={hours}
            onChange={(value) => setHours(value === '' ? '8' : value)}
            options={HOURS.map((value) => ({ value, label: t('rooms.invite.forHours', { hours: value }) }))}
          />
          <div className="form-foot">
            <Button type="submit" look="primary" disabled={busy}>
              {t('rooms.invite.make')}
            </Button>
          </div>
        </Form>
      ) : (
        <ShownOnce made={made} onAgain={() => setMade(null)} />
      )}
      <Invitations roomId={roomId} />
    </Dialog>
  )
}

const ShownOnce = ({ made, onAgain }: { made: Made; onAgain: () => void }) => {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  return (
    <div className="form">
      <p className="warning-text">{t('rooms.invite.once')}</p>
      <TextField name="link" label={t('rooms.invite.link')} value={made.link} onChange={() => {}} />
      <Button
        onClick={() =>
          void navigator.clipboard.writeText(made.link).then(
            () => setCopied(true),
            () => setCopied(false),
          )
        }
      >
        {t(copied ? 'rooms.invite.copied' : 'rooms.invite.copy')}
      </Button>
      <p>
        {t('rooms.invite.code')} <strong className="invite-code">{made.code}</strong>
      </p>
      <p className="quiet">{t('rooms.invite.codeHow')}</p>
      <Button look="quiet" onClick={onAgain}>
        {t('rooms.invite.another')}
      </Button>
    </div>
  )
}

const SHAPES = { open: 'half', used: 'circle', expired: 'dash', revoked: 'cross', locked: 'octagon' } as const

const Invitations = ({ roomId }: { roomId: string }) => {
  const { t } = useTranslation()
  const { data } = useQuery(invitationsQuery(roomId))
  if (data === undefined || data.invitations.length === 0) return null
  return (
    <>
      <h3>{t('rooms.invite.list')}</h3>
      <ul className="plain-list">
        {data.invitations.map((one) => (
          <li key={one.id} className="invitation">
            <span>
              <strong>{one.forName}</strong>{' '}
              <Status shape={SHAPES[one.state]} tone={one.state === 'locked' ? 'danger' : 'information'}>
                {t(`rooms.invite.state.${one.state}`)}
              </Status>{' '}
              <span className="quiet">
                {one.createdBy} · {t('rooms.invite.until')} <Clock at={one.expiresAt} />
                {one.guestName === null ? '' : ` · ${one.guestName}`}
              </span>
            </span>
            {one.state === 'open' || one.state === 'used' ? (
              <ActButton
                endpoint={roomEndpoints.revokeInvitation}
                input={{ params: { id: one.id } }}
                intent={`invitation:${one.id}:revoke`}
                label={{ key: 'outbox.label.revokeInvitation' }}
                size="small"
                look="danger"
              >
                {t('rooms.invite.revoke')}
              </ActButton>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  )
}
