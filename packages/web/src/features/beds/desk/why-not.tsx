import type { BedCountView, candidates, RequestView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { currentLanguage } from '../../../i18n/index.ts'
import { Button } from '../../../ui/button.tsx'
import { Count } from '../../../ui/count.tsx'
import { TextField } from '../../../ui/field.tsx'
import { formatMinutes } from '../../../ui/format.ts'
import { Provenance } from '../../../ui/provenance.tsx'
import { namedCandidatesQuery } from '../shared/queries.ts'
import { reasonsInWords } from '../shared/reason.ts'
import { needsToAsk, SettleDialog, Settled } from './settle-dialog.tsx'

type Found = z.infer<typeof candidates>
type Excluded = Found['whyNot'][number]

/** For every hospital that was left out, each filter that failed: the first question a desk is asked by phone. */
export const WhyNot = (props: { request: RequestView; list: readonly Excluded[]; total: number }) => {
  const { t } = useTranslation()
  const { request, list, total } = props
  const [typed, setTyped] = useState('')
  const name = useDeferredValue(typed.trim())
  const named = useQuery(namedCandidatesQuery(request.id, name)).data
  if (total === 0) return null
  return (
    <details className="more why-not">
      <summary>{t('whyNotList.title', { count: total })}</summary>
      <TextField
        name="why-not-hospital"
        label={t('whyNotList.search')}
        type="search"
        value={typed}
        onChange={setTyped}
        maxLength={60}
      />
      {name.length < 2 ? (
        <ExcludedList request={request} list={list} total={total} />
      ) : named === undefined ? null : (
        <NamedList request={request} found={named} />
      )}
    </details>
  )
}

/** Hospitals of one name: those that fit with their place, and the others with their reasons. */
const NamedList = ({ request, found }: { request: RequestView; found: Found }) => {
  const { t } = useTranslation()
  if (found.candidatesTotal + found.whyNotTotal === 0)
    return (
      <p className="quiet" role="status">
        {t('directory.empty')}
      </p>
    )
  return (
    <>
      {found.candidates.length === 0 ? null : (
        <ul className="plain-list">
          {found.candidates.map((one) => (
            <li key={one.hospitalId}>
              <strong>{one.hospitalName}</strong>{' '}
              <span className="quiet">
                {formatMinutes(one.driveMinutes, currentLanguage())} · {t('whyNotList.fits', { rank: one.rank })}
              </span>
            </li>
          ))}
        </ul>
      )}
      <ExcludedList request={request} list={found.whyNot} total={found.whyNotTotal} />
    </>
  )
}

const ExcludedList = (props: { request: RequestView; list: readonly Excluded[]; total: number }) => {
  const { t } = useTranslation()
  const { request, list, total } = props
  const [calling, setCalling] = useState<Excluded | null>(null)
  const mayCall = (one: Excluded) =>
    request.allowed.includes('settle_by_phone') && one.reasons.some((reason) => CALLABLE.includes(reason))
  return (
    <>
      <ul className="plain-list">
        {list.map((one) => (
          <li key={one.hospitalId}>
            <strong>{one.hospitalName}</strong>{' '}
            <span className="quiet">
              {one.driveMinutes === null ? '' : `${formatMinutes(one.driveMinutes, currentLanguage())} · `}
              {reasonsInWords(t, 'whyNot', one.reasons)}
            </span>{' '}
            {mayCall(one) ? (
              <Button size="small" look="quiet" onClick={() => setCalling(one)}>
                {t('settle.title')}
              </Button>
            ) : null}
            {one.reported === null ? null : <Reported of={one.reported} phone={one.phone} />}
            <Settled list={one.settled} />
          </li>
        ))}
      </ul>
      {list.length < total ? <p className="quiet">{t('whyNotList.more', { count: total - list.length })}</p> : null}
      {calling === null ? null : (
        <SettleDialog
          key={calling.hospitalId}
          request={request}
          callee={calling}
          needs={needsToAsk(calling.reasons)}
          onClose={() => setCalling(null)}
        />
      )}
    </>
  )
}

/** Beds that somebody reports there and that nobody can be placed in from here: whom to ask, and how old the word is. */
const Reported = ({ of, phone }: { of: BedCountView; phone: string | null }) => {
  const { t } = useTranslation()
  return (
    <span className="block">
      {t('whyNotList.reported', { bedClass: t(`bedClass.${of.bedClass}`) })} <Count value={of.available} />{' '}
      <Provenance of={of} /> {phone === null ? null : <a href={`tel:${phone}`}>{phone}</a>}
    </span>
  )
}

/** What a call can change. */
const CALLABLE: readonly string[] = ['data-too-old', 'capability-missing']
