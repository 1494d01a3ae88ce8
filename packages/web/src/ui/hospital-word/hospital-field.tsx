import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../button.tsx'
import { TextField } from '../field.tsx'
import { hospitalNamesQuery } from './queries.ts'

export interface ChosenHospital {
  readonly id: string
  readonly name: string
}

/** Chooses one hospital of the directory by a part of its name. */
export const HospitalField = (props: {
  name: string
  label: string
  hint?: string
  value: ChosenHospital | null
  onChange: (chosen: ChosenHospital | null) => void
}) => {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const q = useDeferredValue(typed.trim())
  const found = useQuery(hospitalNamesQuery(q)).data?.hospitals
  if (props.value !== null)
    return (
      <div className="field" data-field={props.name}>
        <span className="field-label">{props.label}</span>
        <p className="chosen-hospital">
          <strong>{props.value.name}</strong>{' '}
          <Button size="small" look="quiet" onClick={() => props.onChange(null)}>
            {t('hospitalField.another')}
          </Button>
        </p>
      </div>
    )
  return (
    <div className="hospital-field">
      <TextField
        name={props.name}
        label={props.label}
        hint={props.hint}
        value={typed}
        onChange={setTyped}
        type="search"
        maxLength={60}
      />
      {found === undefined || q.length < 2 ? null : found.length === 0 ? (
        <p className="quiet" role="status">
          {t('hospitalField.none')}
        </p>
      ) : (
        <ul className="found-hospitals">
          {found.map(({ id, name, address, told }) => (
            <li key={id}>
              <button
                type="button"
                className="found-hospital"
                onClick={() => {
                  props.onChange({ id, name })
                  setTyped('')
                }}
              >
                <strong>{name}</strong>{' '}
                <span className="quiet">{told === null ? address : t(`sido.${told.by as '28'}`)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
