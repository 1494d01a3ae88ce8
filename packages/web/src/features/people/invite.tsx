import { signUpEndpoints as e, type OneTimeLink, type Role } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { read } from '../../offline/api.ts'
import { Button } from '../../ui/button.tsx'
import { MultiChips } from '../../ui/chips.tsx'
import { TextField } from '../../ui/field.tsx'
import { Card } from '../../ui/page.tsx'
import { TroubleNote } from './trouble-note.tsx'
import { useSend } from './use-send.ts'

const OF_HOSPITAL: readonly Role[] = ['requester', 'hospital_desk', 'sponsor']
const OF_REGION: readonly Role[] = ['placement_desk', 'transport', 'desk_lead', 'privacy_officer']

/** Makes a person and a link: how the first sponsor of a hospital comes to be. */
export const Invite = ({ onLink }: { onLink: (link: z.output<typeof OneTimeLink>) => void }) => {
  const { t } = useTranslation()
  const { send, busy, trouble } = useSend()
  const [name, setName] = useState('')
  const [desk, setDesk] = useState(false)
  const [words, setWords] = useState('')
  const [place, setPlace] = useState<{ id: string; name: string } | null>(null)
  const [roles, setRoles] = useState<Role[]>(['hospital_desk', 'sponsor'])
  const search = words.trim()
  const { data } = useQuery({
    queryKey: ['people', 'places', search],
    queryFn: ({ signal }) => read(e.searchSignUpPlaces, { query: { q: search } }, signal),
    enabled: search.length >= 2 && place === null && !desk,
  })
  const possible = desk ? OF_REGION : OF_HOSPITAL
  const chosen = roles.filter((role) => possible.includes(role))
  const press = async () => {
    const body = { name: name.trim(), facilityId: desk ? null : (place?.id ?? null), roles: chosen }
    const link = await send(e.invitePerson, { body })
    if (link === null) return
    setName('')
    onLink(link)
  }
  return (
    <Card title={t('people.invite.title')}>
      <p className="quiet">{t('people.invite.lead')}</p>
      <TextField
        name="inviteName"
        label={t('people.signUp.name')}
        value={name}
        onChange={setName}
        maxLength={40}
        required
      />
      <label className="switch">
        <input type="checkbox" checked={desk} onChange={(event) => setDesk(event.target.checked)} />
        {t('signIn.region')}
      </label>
      {desk ? null : place === null ? (
        <>
          <TextField
            name="invitePlace"
            label={t('people.signUp.place')}
            hint={t('people.signUp.placeHint')}
            value={words}
            onChange={setWords}
            required
          />
          <ul className="place-list">
            {(search.length < 2 ? [] : (data?.places ?? [])).map((one) => (
              <li key={one.id}>
                <button
                  type="button"
                  className="person-button"
                  onClick={() => setPlace({ id: one.id, name: one.name })}
                >
                  <strong>{one.name}</strong>
                </button>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p className="chosen-place">
          <strong>{place.name}</strong>
          <Button size="small" look="quiet" onClick={() => setPlace(null)}>
            {t('people.signUp.changePlace')}
          </Button>
        </p>
      )}
      <MultiChips
        name="inviteRoles"
        label={t('people.approve.grant')}
        options={possible.map((value) => ({ value, label: t(`role.${value}`) }))}
        value={chosen}
        onChange={setRoles}
      />
      <div className="form-foot">
        <Button
          disabled={busy || name.trim().length < 2 || chosen.length === 0 || (!desk && place === null)}
          onClick={() => void press()}
        >
          {t('people.invite.send')}
        </Button>
      </div>
      <TroubleNote trouble={trouble} />
    </Card>
  )
}
