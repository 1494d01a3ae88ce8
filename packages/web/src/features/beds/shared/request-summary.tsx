import type { RequestView } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { Facts, NotKnown } from '../../../ui/facts.tsx'
import { Clock } from '../../../ui/time.tsx'

/** Who it is about, in one line: exact age for those who treat, the band for those who are asked. */
export const PatientLine = ({ request }: { request: RequestView }) => {
  const { t } = useTranslation()
  const { ageYears, complaint } = request.details
  return (
    <p className="summary-complaint">
      <strong>
        {ageYears === undefined
          ? t('ageBand.value', { band: request.patient.ageBand })
          : t('patient.years', { years: ageYears })}{' '}
        {t(`sex.${request.patient.sex}`)}
      </strong>{' '}
      {complaint ?? <NotKnown />}
    </p>
  )
}

/** What those who must decide need to know of the patient; no name, and the exact age only for those who treat. */
export const RequestSummary = ({ request }: { request: RequestView }) => {
  const { t } = useTranslation()
  const { details: d } = request
  const vitals = d.vitals
  return (
    <div className="summary">
      <Facts
        rows={[
          [t('request.requestedClass'), d.requestedClass === undefined ? null : t(`bedClass.${d.requestedClass}`)],
          [t('request.isolationNeed'), d.isolationNeed === undefined ? null : t(`isolationNeed.${d.isolationNeed}`)],
          [
            t('request.oxygen'),
            d.oxygen === undefined
              ? null
              : [
                  t(`oxygen.${d.oxygen}`),
                  d.oxygenFlowLpm === undefined ? '' : `${d.oxygenFlowLpm} L/min`,
                  d.fio2Percent === undefined ? '' : `FiO₂ ${d.fio2Percent}%`,
                ]
                  .join(' ')
                  .trim(),
          ],
          [t('request.needs'), (d.needs ?? []).map((need) => t(`need.${need}`)).join(' · ') || null],
          [t('request.pathogen'), d.pathogen === undefined ? null : t(`pathogen.${d.pathogen}`)],
          [t('request.stability'), t(`stability.${request.stability}`)],
          [
            t('request.origin'),
            [
              d.originType === undefined ? '' : t(`originType.${d.originType}`),
              request.originHospitalName ?? d.originAddress ?? '',
            ]
              .join(' ')
              .trim() || null,
          ],
          [t('request.callbackPhone'), d.callbackPhone ?? null],
          [t('request.continuity'), request.continuityHospitalName],
          [t('request.comorbidities'), (d.comorbidities ?? []).join(', ') || null],
          [t('request.allergies'), (d.allergies ?? []).join(', ') || null],
          [
            t('request.pregnancy'),
            d.pregnancyWeeks === undefined ? null : t('request.weeks', { weeks: d.pregnancyWeeks }),
          ],
          [t('request.weight'), d.weightKg === undefined ? null : `${d.weightKg} kg`],
          [t('request.codeStatus'), d.codeStatus === undefined ? null : t(`codeStatus.${d.codeStatus}`)],
          [t('request.note'), d.note ?? null],
        ]}
      />
      {vitals === undefined ? null : (
        <p className="vitals-line">
          <span className="field-label">{t('vitals.title')}</span>
          {(
            [
              ['pulse', vitals.pulse, '/min'],
              ['systolicBp', vitals.systolicBp, 'mmHg'],
              ['respiratoryRate', vitals.respiratoryRate, '/min'],
              ['temperature', vitals.temperature, '℃'],
              ['spo2', vitals.spo2, '%'],
            ] as const
          ).map(([name, value, unit]) =>
            value === undefined ? null : (
              <span key={name} className="vital">
                {t(`vitals.${name}`)} <strong>{value}</strong>
                {unit}
              </span>
            ),
          )}
          {vitals.consciousness === undefined ? null : (
            <span className="vital">
              {t('vitals.consciousness')} <strong>{t(`consciousness.${vitals.consciousness}`)}</strong>
            </span>
          )}
          {vitals.takenAt === undefined ? null : <Clock at={vitals.takenAt} />}
        </p>
      )}
    </div>
  )
}
