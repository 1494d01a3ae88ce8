import { type AuthorityKey, signUpEndpoints as e } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { hasRole, useSignedIn } from '../../app/session.ts'
import { currentLanguage } from '../../i18n/index.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Card, PageTitle } from '../../ui/page.tsx'
import { Status } from '../../ui/shape.tsx'
import { Read } from '../../ui/states.tsx'
import { Ago } from '../../ui/time.tsx'
import { PeopleNav } from './people-nav.tsx'
import { keysQuery } from './queries.ts'
import { TroubleNote } from './trouble-note.tsx'
import { useSend } from './use-send.ts'

/** What this region signs credentials with, and what it knows to be revoked. */
export const KeysPage = () => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const query = useQuery(keysQuery)
  return (
    <div className="page">
      <PageTitle>{t('people.keys.title')}</PageTitle>
      <PeopleNav me={me} />
      <p className="lead">{t('people.keys.lead')}</p>
      <Read query={query}>
        {({ keys, revocations, ready }) => (
          <div className="columns">
            <Card title={t('people.keys.title')}>
              {ready ? null : (
                <Status shape="triangle" tone="warning">
                  {t('people.keys.notReady')}
                </Status>
              )}
              <ul className="rows">
                {keys.map((key) => (
                  <KeyItem key={key.id} item={key} mayChange={hasRole(me, 'admin')} />
                ))}
              </ul>
            </Card>
            <Card title={t('people.keys.lists')}>
              {revocations.length === 0 ? <p className="quiet">{t('people.keys.none')}</p> : null}
              <ul className="rows">
                {revocations.map(({ region, number, count, at }) => (
                  <li key={region} className="row-item">
                    <span className="row-main">
                      <strong>
                        {t('people.keys.list', {
                          region: region === '00' ? '00' : t(`sido.${region as '28'}`),
                          number,
                          count,
                        })}
                      </strong>
                    </span>
                    <span className="quiet">
                      <Ago at={at} />
                    </span>
                  </li>
                ))}
              </ul>
            </Card>
          </div>
        )}
      </Read>
    </div>
  )
}

/** With its year: a key lives longer than one. */
const dayOf = (at: string): string =>
  new Intl.DateTimeFormat(currentLanguage(), { dateStyle: 'medium', timeZone: 'Asia/Seoul' }).format(new Date(at))

const KeyItem = ({ item, mayChange }: { item: z.output<typeof AuthorityKey>; mayChange: boolean }) => {
  const { t } = useTranslation()
  const { send, busy, trouble } = useSend()
  const [why, setWhy] = useState<string | null>(null)
  const region = item.level === 'region'
  const place = item.facilityName ?? t('people.keys.desk')
  return (
    <li className="row-item is-tall">
      <span className="row-main">
        <strong>{region ? t('people.keys.region') : place}</strong>
        <span className="quiet">
          {t('people.keys.until')} {dayOf(item.validUntil)} · {t('people.keys.credentials')} {item.credentials}
          {item.revokedWhy === null ? null : ` · ${item.revokedWhy}`}
        </span>
      </span>
      {item.revokedAt !== null ? (
        <Status shape="cross" tone="danger">
          {t('people.keys.revoked')}
        </Status>
      ) : region || !mayChange ? (
        <Status shape="circle" tone="success">
          {t('people.keys.good')}
        </Status>
      ) : why === null ? (
        <span className="row-acts">
          <Button
            size="small"
            disabled={busy}
            onClick={() => void send(e.rotateFacilityKey, { body: { facilityId: item.facilityId } })}
          >
            {t('people.keys.rotate')}
          </Button>
          <Button size="small" look="danger" onClick={() => setWhy('')}>
            {t('people.keys.revoke')}
          </Button>
        </span>
      ) : (
        <span className="inline-form">
          <TextField name={`why-${item.id}`} label={t('people.approve.why')} value={why} onChange={setWhy} required />
          <Button
            look="danger"
            disabled={busy || why.trim().length < 4}
            onClick={() => void send(e.revokeAuthorityKey, { params: { id: item.id }, body: { why: why.trim() } })}
          >
            {t('people.keys.revoke')}
          </Button>
        </span>
      )}
      <TroubleNote trouble={trouble} />
    </li>
  )
}
