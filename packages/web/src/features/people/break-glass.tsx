import { BREAK_GLASS_REASONS, type BreakGlassReason, type BreakGlassView, signUpEndpoints as e } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { hasRole, useSignedIn } from '../../app/session.ts'
import { Button } from '../../ui/button.tsx'
import { ChoiceChips } from '../../ui/chips.tsx'
import { TextArea, TextField } from '../../ui/field.tsx'
import { Card, PageTitle } from '../../ui/page.tsx'
import { Status } from '../../ui/shape.tsx'
import { Empty, Read } from '../../ui/states.tsx'
import { Clock, useNow } from '../../ui/time.tsx'
import { PeopleNav } from './people-nav.tsx'
import { breakGlassQuery } from './queries.ts'
import { TroubleNote } from './trouble-note.tsx'
import { useSend } from './use-send.ts'

/** Looking without a part in it, and the judgement of others about that. */
export const BreakGlassPage = () => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const query = useQuery(breakGlassQuery('all'))
  return (
    <div className="page">
      <PageTitle>{t('people.breakGlass.title')}</PageTitle>
      <PeopleNav me={me} />
      <p className="lead">{t('people.breakGlass.lead')}</p>
      <div className="columns">
        {hasRole(me, 'requester', 'hospital_desk', 'placement_desk', 'transport') ? <OpenForm /> : null}
        <Card title={t('people.breakGlass.list')}>
          <Read query={query}>
            {({ accesses }) =>
              accesses.length === 0 ? (
                <Empty title={t('people.breakGlass.none')} />
              ) : (
                <ul className="rows">
                  {accesses.map((access) => (
                    <AccessItem key={access.id} access={access} own={access.personId === me.id} />
                  ))}
                </ul>
              )
            }
          </Read>
        </Card>
      </div>
    </div>
  )
}

const OpenForm = () => {
  const { t } = useTranslation()
  const { send, busy, trouble } = useSend()
  const [request, setRequest] = useState('')
  const [reason, setReason] = useState<BreakGlassReason | null>(null)
  const [note, setNote] = useState('')
  const ready = request.trim() !== '' && reason !== null && note.trim().length >= 4
  const submit = async () => {
    if (reason === null) return
    const opened = await send(e.openBreakGlass, { body: { request: request.trim(), reason, note: note.trim() } })
    if (opened === null) return
    setRequest('')
    setReason(null)
    setNote('')
  }
  const unknown = trouble !== null && trouble !== 'no-answer' && trouble.code === 'not-found'
  return (
    <Card>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <TextField
          name="request"
          label={t('people.breakGlass.request')}
          hint={t('people.breakGlass.requestHint')}
          value={request}
          onChange={setRequest}
          inputMode="numeric"
          maxLength={64}
          required
        />
        <ChoiceChips
          name="reason"
          label={t('people.breakGlass.reason')}
          options={BREAK_GLASS_REASONS.map((value) => ({ value, label: t(`people.reason.${value}`) }))}
          value={reason}
          onChange={setReason}
          required
        />
        <TextArea
          name="note"
          label={t('people.breakGlass.note')}
          value={note}
          onChange={setNote}
          maxLength={300}
          required
        />
        <TroubleNote trouble={trouble} words={unknown ? t('people.breakGlass.notFound') : undefined} />
        <div className="form-foot">
          <Button type="submit" look="danger" size="large" disabled={!ready || busy}>
            {t('people.breakGlass.open')}
          </Button>
        </div>
      </form>
    </Card>
  )
}

const AccessItem = ({ access, own }: { access: BreakGlassView; own: boolean }) => {
  const { t } = useTranslation()
  const { send, busy, trouble } = useSend()
  const [note, setNote] = useState('')
  const openNow = new Date(access.until).getTime() > useNow()
  const { review } = access
  const say = (verdict: 'accepted' | 'objected') =>
    void send(e.reviewBreakGlass, { params: { id: access.id }, body: { verdict, note: note.trim() } })
  return (
    <li className="row-item is-tall" data-access={access.requestCode}>
      <span className="row-main">
        <strong>
          {access.personName} · {access.requestCode}
        </strong>
        <span className="quiet">
          {access.facilityName ?? t('signIn.region')} · <Clock at={access.at} />–<Clock at={access.until} /> ·{' '}
          {t('people.breakGlass.looks')} {access.looks}
        </span>
        <span>
          {t(`people.reason.${access.reason}`)}: {access.note}
        </span>
      </span>
      <span className="form-foot">
        {openNow ? (
          <Status shape="half" tone="warning">
            {t('people.breakGlass.isOpen')}
          </Status>
        ) : null}
        <Status
          shape={review === null ? 'ring' : review.verdict === 'accepted' ? 'circle' : 'cross'}
          tone={review === null ? 'quiet' : review.verdict === 'accepted' ? 'success' : 'danger'}
        >
          {t(`people.breakGlass.${review === null ? 'unreviewed' : review.verdict}`)}
        </Status>
        {own && openNow ? (
          <Link to="/requests/$id" params={{ id: access.requestId }} className="button look-primary size-medium">
            {t('people.breakGlass.see')}
          </Link>
        ) : null}
      </span>
      {review === null ? null : (
        <p className="quiet">
          {review.by}, <Clock at={review.at} />: {review.note}
        </p>
      )}
      {access.mayReview ? (
        <div className="form">
          <TextField
            name={`review-${access.id}`}
            label={t('people.breakGlass.reviewNote')}
            value={note}
            onChange={setNote}
            maxLength={300}
            required
          />
          <span className="form-foot">
            <Button disabled={busy || note.trim().length < 4} onClick={() => say('accepted')}>
              {t('people.breakGlass.accept')}
            </Button>
            <Button look="danger" disabled={busy || note.trim().length < 4} onClick={() => say('objected')}>
              {t('people.breakGlass.object')}
            </Button>
          </span>
        </div>
      ) : null}
      <TroubleNote trouble={trouble} />
    </li>
  )
}
