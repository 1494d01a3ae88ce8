import { useTranslation } from 'react-i18next'
import { ChoiceChips, MultiChips } from '../../../ui/chips.tsx'
import { SelectField, TextArea, TextField } from '../../../ui/field.tsx'
import { HospitalField } from '../../../ui/hospital-word/hospital-field.tsx'
import { Card } from '../../../ui/page.tsx'
import { options } from '../shared/options.ts'
import type { FormPartProps } from './essentials.tsx'
import { LiveSeverity } from './live-severity.tsx'

const VITALS = [
  ['pulse', '/min'],
  ['systolicBp', 'mmHg'],
  ['respiratoryRate', '/min'],
  ['temperature', '℃'],
  ['spo2', '%'],
] as const

/** What speeds the decision but holds nobody up: vitals with the score they give, needs, and the rest behind one tap. */
export const ClinicalSection = ({ value, onChange, errorOf }: FormPartProps) => {
  const { t } = useTranslation()
  const vital = (change: Partial<typeof value>) => onChange({ ...change, takenAt: new Date().toISOString() })
  return (
    <div className="form-side">
      <Card title={t('vitals.title')} aside={<span className="quiet">{t('form.optional')}</span>}>
        <div className="vitals">
          {VITALS.map(([name, unit]) => (
            <TextField
              key={name}
              name={name}
              label={t(`vitals.${name}`)}
              unit={unit}
              value={value[name]}
              onChange={(text) => vital({ [name]: text })}
              error={errorOf(name)}
              inputMode="decimal"
              maxLength={5}
            />
          ))}
        </div>
        <ChoiceChips
          name="consciousness"
          label={t('vitals.consciousness')}
          options={options.consciousness(t)}
          value={value.consciousness}
          onChange={(consciousness) => vital({ consciousness })}
        />
        <LiveSeverity value={value} />
      </Card>
      <Card title={t('form.needs')} aside={<span className="quiet">{t('form.optional')}</span>}>
        <MultiChips
          name="needs"
          label={t('request.needs')}
          options={options.needs(t)}
          value={value.needs}
          onChange={(needs) => onChange({ needs })}
        />
        <ChoiceChips
          name="pathogen"
          label={t('request.pathogen')}
          options={options.pathogen(t)}
          value={value.pathogen}
          onChange={(pathogen) => onChange({ pathogen })}
        />
        <details className="more">
          <summary>{t('form.more')}</summary>
          <MoreDetails value={value} onChange={onChange} errorOf={errorOf} />
        </details>
      </Card>
    </div>
  )
}

const MoreDetails = ({ value, onChange, errorOf }: FormPartProps) => {
  const { t } = useTranslation()
  return (
    <div className="form-grid">
      <SelectField
        name="urgency"
        label={t('request.urgency')}
        options={options.urgency(t)}
        none={t('common.notSaid')}
        value={value.urgency ?? ''}
        onChange={(urgency) => onChange({ urgency: urgency === '' ? null : urgency })}
      />
      <SelectField
        name="stability"
        label={t('request.stability')}
        options={options.stability(t)}
        none={t('common.notSaid')}
        value={value.stability ?? ''}
        onChange={(stability) => onChange({ stability: stability === '' ? null : stability })}
      />
      <SelectField
        name="transport"
        label={t('request.transport')}
        options={options.transport(t)}
        none={t('common.notSaid')}
        value={value.transport ?? ''}
        onChange={(transport) => onChange({ transport: transport === '' ? null : transport })}
      />
      <SelectField
        name="reason"
        label={t('request.reason')}
        options={options.reason(t)}
        none={t('common.notSaid')}
        value={value.reason ?? ''}
        onChange={(reason) => onChange({ reason: reason === '' ? null : reason })}
      />
      <TextField
        name="oxygenFlowLpm"
        label={t('request.flow')}
        unit="L/min"
        inputMode="decimal"
        maxLength={4}
        value={value.oxygenFlowLpm}
        onChange={(oxygenFlowLpm) => onChange({ oxygenFlowLpm })}
        error={errorOf('oxygenFlowLpm')}
      />
      <TextField
        name="fio2Percent"
        label="FiO₂"
        unit="%"
        inputMode="numeric"
        maxLength={3}
        value={value.fio2Percent}
        onChange={(fio2Percent) => onChange({ fio2Percent })}
        error={errorOf('fio2Percent')}
      />
      <TextField
        name="weightKg"
        label={t('request.weight')}
        unit="kg"
        inputMode="decimal"
        maxLength={5}
        value={value.weightKg}
        onChange={(weightKg) => onChange({ weightKg })}
        error={errorOf('weightKg')}
      />
      <TextField
        name="pregnancyWeeks"
        label={t('request.pregnancy')}
        unit={t('request.weeksUnit')}
        inputMode="numeric"
        maxLength={2}
        value={value.pregnancyWeeks}
        onChange={(pregnancyWeeks) => onChange({ pregnancyWeeks })}
        error={errorOf('pregnancyWeeks')}
      />
      <HospitalField
        name="continuityHospitalId"
        label={t('request.continuity')}
        hint={t('request.continuityHint')}
        value={value.continuity ?? null}
        onChange={(continuity) => onChange({ continuity })}
      />
      <TextField
        name="comorbidities"
        label={t('request.comorbidities')}
        hint={t('form.listHint')}
        value={value.comorbidities}
        onChange={(comorbidities) => onChange({ comorbidities })}
        error={errorOf('comorbidities')}
        maxLength={400}
      />
      <TextField
        name="allergies"
        label={t('request.allergies')}
        hint={t('form.listHint')}
        value={value.allergies}
        onChange={(allergies) => onChange({ allergies })}
        error={errorOf('allergies')}
        maxLength={400}
      />
      <TextField
        name="guardianPhone"
        label={t('request.guardianPhone')}
        type="tel"
        inputMode="tel"
        maxLength={20}
        value={value.guardianPhone}
        onChange={(guardianPhone) => onChange({ guardianPhone })}
        error={errorOf('guardianPhone')}
      />
      <SelectField
        name="codeStatus"
        label={t('request.codeStatus')}
        options={options.codeStatus(t)}
        none={t('common.notSaid')}
        value={value.codeStatus}
        onChange={(codeStatus) => onChange({ codeStatus })}
      />
      <TextField
        name="originAddress"
        label={t('request.address')}
        hint={t('form.addressHint')}
        maxLength={200}
        value={value.originAddress}
        onChange={(originAddress) => onChange({ originAddress })}
        error={errorOf('originAddress')}
      />
      <TextArea
        name="note"
        label={t('request.note')}
        value={value.note}
        onChange={(note) => onChange({ note })}
        error={errorOf('note')}
        maxLength={2000}
      />
    </div>
  )
}
