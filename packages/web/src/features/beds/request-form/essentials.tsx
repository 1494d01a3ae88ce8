import { useState } from 'react'
import { Toolbar } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { Button } from '../../../ui/button.tsx'
import { ChoiceChips } from '../../../ui/chips.tsx'
import { SelectField, TextField } from '../../../ui/field.tsx'
import { Card } from '../../../ui/page.tsx'
import { COMMON_CLASSES, options } from '../shared/options.ts'
import type { TypedRequest } from './typed.ts'

export interface FormPartProps {
  readonly value: TypedRequest
  readonly onChange: (change: Partial<TypedRequest>) => void
  readonly errorOf: (name: string) => string | undefined
}

const PHRASES = ['chestTrauma', 'dyspnoea', 'sepsis', 'altered', 'chestPain', 'stroke', 'labour'] as const

/** The eight fields without which nobody can be asked. In the order in which an emergency doctor says them. */
export const Essentials = ({ value, onChange, errorOf }: FormPartProps) => {
  const { t } = useTranslation()
  return (
    <Card title={t('form.essentials')} aside={<span className="quiet">{t('form.essentialsCount')}</span>}>
      <div className="pair">
        <TextField
          name="ageYears"
          label={t('request.age')}
          value={value.ageYears}
          onChange={(ageYears) => onChange({ ageYears })}
          error={errorOf('ageYears')}
          inputMode="numeric"
          maxLength={3}
          unit={t('patient.yearsUnit')}
          required
        />
        <ChoiceChips
          name="sex"
          label={t('request.sex')}
          options={options.sex(t)}
          value={value.sex}
          onChange={(sex) => onChange({ sex })}
          error={errorOf('sex')}
          required
        />
      </div>
      <Complaint value={value} onChange={onChange} errorOf={errorOf} />
      <ChoiceChips
        name="isolationNeed"
        label={t('request.isolationNeed')}
        options={options.isolationNeed(t)}
        value={value.isolationNeed}
        onChange={(isolationNeed) => onChange({ isolationNeed })}
        error={errorOf('isolationNeed')}
        required
      />
      <ChoiceChips
        name="oxygen"
        label={t('request.oxygen')}
        options={options.oxygen(t)}
        value={value.oxygen}
        onChange={(oxygen) => onChange({ oxygen })}
        error={errorOf('oxygen')}
        required
      />
      <ClassChips value={value} onChange={onChange} errorOf={errorOf} />
      <div className="pair is-even">
        <SelectField
          name="originType"
          label={t('request.origin')}
          options={options.originType(t)}
          value={value.originType}
          onChange={(originType) => (originType === '' ? undefined : onChange({ originType }))}
          error={errorOf('originType')}
          required
        />
        <TextField
          name="callbackPhone"
          label={t('request.callbackPhone')}
          value={value.callbackPhone}
          onChange={(callbackPhone) => onChange({ callbackPhone })}
          error={errorOf('callbackPhone')}
          type="tel"
          inputMode="tel"
          maxLength={20}
          required
        />
      </div>
    </Card>
  )
}

/** Free words, with the frequent ones a tap away. */
const Complaint = ({ value, onChange, errorOf }: FormPartProps) => {
  const { t } = useTranslation()
  const add = (phrase: string) =>
    onChange({ complaint: value.complaint.trim() === '' ? phrase : `${value.complaint.trim()}, ${phrase}` })
  return (
    <div>
      <TextField
        name="complaint"
        label={t('request.complaint')}
        value={value.complaint}
        onChange={(complaint) => onChange({ complaint })}
        error={errorOf('complaint')}
        maxLength={300}
        required
      />
      <Toolbar className="phrases" aria-label={t('form.phrases')}>
        {PHRASES.map((phrase) => (
          <Button key={phrase} look="quiet" size="small" onClick={() => add(t(`phrase.${phrase}`))}>
            + {t(`phrase.${phrase}`)}
          </Button>
        ))}
      </Toolbar>
    </div>
  )
}

const ClassChips = ({ value, onChange, errorOf }: FormPartProps) => {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  const chosenIsRare = value.requestedClass !== null && !COMMON_CLASSES.includes(value.requestedClass)
  const shown = options.bedClass(t).filter((one) => all || chosenIsRare || COMMON_CLASSES.includes(one.value))
  return (
    <div>
      <ChoiceChips
        name="requestedClass"
        label={t('request.requestedClass')}
        options={shown}
        value={value.requestedClass}
        onChange={(requestedClass) => onChange({ requestedClass })}
        error={errorOf('requestedClass')}
        required
      />
      {all || chosenIsRare ? null : (
        <Button look="quiet" size="small" onClick={() => setAll(true)}>
          {t('form.allClasses')}
        </Button>
      )}
    </div>
  )
}
