import {
  APPLICABLE_ROLES,
  type ApplicationInput,
  signUpEndpoints as e,
  LICENCE_KINDS,
  type LicenceKind,
  type ResponseOf,
} from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { read } from '../../offline/api.ts'
import { useDraft } from '../../offline/draft.ts'
import { Button } from '../../ui/button.tsx'
import { MultiChips } from '../../ui/chips.tsx'
import { Facts } from '../../ui/facts.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { Card, PageTitle } from '../../ui/page.tsx'
import { faultAt } from '../../ui/problem.ts'
import { Status } from '../../ui/shape.tsx'
import { Read } from '../../ui/states.tsx'
import { Clock } from '../../ui/time.tsx'
import { TroubleNote } from './trouble-note.tsx'
import { useSend } from './use-send.ts'

/** The secret by which this device may look after its application. */
const TICKET = 'dure.application'

/** A clinician or an official asks to be let in; this device then shows how far it is. */
export const SignUpPage = () => {
  const { t } = useTranslation()
  const [ticket, setTicket] = useState(() => localStorage.getItem(TICKET))
  const keep = (given: string | null) => {
    if (given === null) localStorage.removeItem(TICKET)
    else localStorage.setItem(TICKET, given)
    setTicket(given)
  }
  return (
    <div className="page page-narrow">
      <PageTitle>{t('people.signUp.title')}</PageTitle>
      {ticket === null ? (
        <ApplicationForm onSent={keep} />
      ) : (
        <OwnApplication ticket={ticket} onAnew={() => keep(null)} />
      )}
      <p>
        <Link to="/sign-in">{t('people.signUp.haveAccount')}</Link>
      </p>
    </div>
  )
}

interface Form {
  readonly name: string
  readonly licenceKind: LicenceKind | ''
  readonly licenceNumber: string
  readonly place: { readonly id: string; readonly name: string } | null
  readonly desk: boolean
  readonly roles: readonly ApplicationInput['roles'][number][]
  readonly phone: string
}
const EMPTY: Form = { name: '', licenceKind: '', licenceNumber: '', place: null, desk: false, roles: [], phone: '' }
const OF_HOSPITAL: Form['roles'] = ['requester', 'hospital_desk']
const OF_DESK: Form['roles'] = ['placement_desk', 'transport']

const ApplicationForm = ({ onSent }: { onSent: (ticket: string) => void }) => {
  const { t } = useTranslation()
  // The licence number is in the tab's own storage: gone with the tab.
  const draft = useDraft<Form>({ personId: 'nobody', form: 'sign-up', sensitive: true }, EMPTY)
  const { send, busy, trouble } = useSend()
  const form = draft.value
  const problem = trouble === null || trouble === 'no-answer' ? undefined : trouble
  const error = (name: string) => faultAt(problem, name)?.detail
  const possible = form.desk ? OF_DESK : OF_HOSPITAL
  const roles = form.roles.filter((role) => possible.includes(role))
  const whole =
    form.name !== '' && form.licenceKind !== '' && form.licenceNumber !== '' && form.phone !== '' && roles.length > 0
  const ready = whole && (form.desk || form.place !== null)
  const submit = async () => {
    if (form.licenceKind === '') return
    const { name, licenceKind, licenceNumber, phone } = form
    const facilityId = form.desk ? null : (form.place?.id ?? null)
    const sent = await send(e.apply, { body: { name, licenceKind, licenceNumber, phone, facilityId, roles } })
    if (sent === null) return
    draft.clear()
    onSent(sent.ticket)
  }
  return (
    <Card>
      <p className="lead">{t('people.signUp.lead')}</p>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <TextField
          name="name"
          label={t('people.signUp.name')}
          value={form.name}
          onChange={(name) => draft.set({ name })}
          autoComplete="name"
          maxLength={40}
          error={error('name')}
          required
        />
        <PlaceField form={form} onChange={draft.set} error={error('facilityId')} />
        <div className="form-grid">
          <SelectField
            name="licenceKind"
            label={t('people.signUp.kind')}
            value={form.licenceKind}
            onChange={(licenceKind) => draft.set({ licenceKind })}
            options={LICENCE_KINDS.map((value) => ({ value, label: t(`people.licence.${value}`) }))}
            none={t('common.choose')}
            required
          />
          <TextField
            name="licenceNumber"
            label={t(form.licenceKind === 'official' ? 'people.signUp.staffNumber' : 'people.signUp.number')}
            hint={t('people.signUp.numberHint')}
            value={form.licenceNumber}
            onChange={(licenceNumber) => draft.set({ licenceNumber })}
            inputMode={form.licenceKind === 'official' ? 'text' : 'numeric'}
            maxLength={20}
            error={error('licenceNumber')}
            required
          />
        </div>
        <MultiChips
          name="roles"
          label={t('people.signUp.roles')}
          options={APPLICABLE_ROLES.filter((role) => possible.includes(role)).map((value) => ({
            value,
            label: t(`role.${value}`),
          }))}
          value={roles}
          onChange={(chosen) => draft.set({ roles: chosen })}
        />
        <TextField
          name="phone"
          label={t('people.signUp.phone')}
          value={form.phone}
          onChange={(phone) => draft.set({ phone })}
          type="tel"
          inputMode="tel"
          autoComplete="tel"
          placeholder="010-0000-0000"
          error={error('phone')}
          required
        />
        <TroubleNote trouble={trouble} />
        <div className="form-foot">
          <Button type="submit" look="primary" size="large" disabled={!ready || busy}>
            {t('people.signUp.send')}
          </Button>
        </div>
      </form>
    </Card>
  )
}

const PlaceField = (props: { form: Form; onChange: (change: Partial<Form>) => void; error: string | undefined }) => {
  const { t } = useTranslation()
  const { form, onChange } = props
  const [words, setWords] = useState('')
  const search = words.trim()
  const { data } = useQuery({
    queryKey: ['people', 'places', search],
    queryFn: ({ signal }) => read(e.searchSignUpPlaces, { query: { q: search } }, signal),
    enabled: search.length >= 2 && form.place === null && !form.desk,
    placeholderData: (previous) => previous,
  })
  return (
    <fieldset className="stack plain-fieldset">
      <label className="switch">
        <input type="checkbox" checked={form.desk} onChange={(event) => onChange({ desk: event.target.checked })} />
        {t('people.signUp.regionDesk')}
      </label>
      {form.desk ? null : form.place === null ? (
        <>
          <TextField
            name="facilityId"
            label={t('people.signUp.place')}
            hint={t('people.signUp.placeHint')}
            value={words}
            onChange={setWords}
            error={props.error}
            required
          />
          {search.length >= 2 && data !== undefined ? (
            <PlaceList places={data.places} onChoose={(place) => onChange({ place })} />
          ) : null}
        </>
      ) : (
        <p className="chosen-place">
          <span>
            <span className="quiet">{t('people.signUp.placeChosen')}</span> <strong>{form.place.name}</strong>
          </span>
          <Button size="small" look="quiet" onClick={() => onChange({ place: null })}>
            {t('people.signUp.changePlace')}
          </Button>
        </p>
      )}
    </fieldset>
  )
}

type Place = ResponseOf<typeof e.searchSignUpPlaces>['places'][number]

const PlaceList = ({ places, onChoose }: { places: readonly Place[]; onChoose: (place: Place) => void }) => {
  const { t } = useTranslation()
  if (places.length === 0) return <p className="quiet">{t('people.signUp.noPlace')}</p>
  return (
    <ul className="place-list">
      {places.map((place) => (
        <li key={place.id}>
          <button type="button" className="person-button" onClick={() => onChoose({ ...place })}>
            <strong>{place.name}</strong>
            <span className="quiet">{place.address}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

const SHAPES = {
  pending: ['half', 'information'],
  approved: ['circle', 'success'],
  declined: ['cross', 'danger'],
  withdrawn: ['dash', 'quiet'],
  expired: ['ring', 'warning'],
} as const

const OwnApplication = ({ ticket, onAnew }: { ticket: string; onAnew: () => void }) => {
  const { t } = useTranslation()
  const { send, busy, trouble } = useSend()
  const query = useQuery({
    queryKey: ['people', 'own-application', ticket],
    queryFn: ({ signal }) => read(e.readOwnApplication, { body: { ticket } }, signal),
    refetchInterval: 10_000,
  })
  return (
    <Card title={t('people.signUp.sent')}>
      <Read query={query}>
        {(application) => {
          const { state, place, decidedBy: by, why } = application
          const [shape, tone] = SHAPES[state]
          return (
            <>
              <p role="status">
                <Status shape={shape} tone={tone}>
                  {t(`people.state.${state}`)}
                </Status>
              </p>
              {state === 'pending' ? (
                <p>{place === '' ? t('people.signUp.nextDesk') : t('people.signUp.next', { place })}</p>
              ) : null}
              {state === 'approved' ? <p>{t('people.signUp.approved', { by })}</p> : null}
              {state === 'declined' ? <p>{t('people.signUp.declined', { by, why })}</p> : null}
              <Facts
                rows={[
                  [t('people.signUp.name'), application.name],
                  [t('people.signUp.place'), place === '' ? t('signIn.region') : place],
                  [t('people.signUp.roles'), application.roles.map((role) => t(`role.${role}`)).join(', ')],
                  [
                    t('people.signUp.until'),
                    state === 'pending' ? <Clock key="until" at={application.expiresAt} /> : null,
                  ],
                ]}
              />
              <div className="form-foot">
                {state === 'pending' ? (
                  <Button
                    disabled={busy}
                    onClick={() =>
                      void send(e.withdrawApplication, { body: { ticket } }).then(() => void query.refetch())
                    }
                  >
                    {t('people.signUp.withdraw')}
                  </Button>
                ) : (
                  <Button onClick={onAnew}>{t('people.signUp.again')}</Button>
                )}
              </div>
              <TroubleNote trouble={trouble} />
            </>
          )
        }}
      </Read>
      {query.isError ? <Button onClick={onAnew}>{t('people.signUp.again')}</Button> : null}
    </Card>
  )
}
