import { DUTIES, type Duty, type OnCallAnswer, type RosterPlace } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { SelectField } from '../../ui/field.tsx'
import { Card } from '../../ui/page.tsx'
import { Status } from '../../ui/shape.tsx'
import { Read } from '../../ui/states.tsx'
import { Clock } from '../../ui/time.tsx'
import { onCallQuery } from './queries.ts'

const DESK_DUTIES: readonly Duty[] = ['bed_desk', 'placement', 'transport_desk', 'national_desk', 'infection_control']
/** What a place of this kind can have somebody on call for; its likeliest question first. */
const dutiesOf = (kind: RosterPlace['kind']): readonly Duty[] =>
  kind === 'desk' ? DESK_DUTIES.filter((duty) => duty !== 'bed_desk') : DUTIES.filter((duty) => duty !== 'placement')

/** "Who is on call for thoracic surgery in this hospital now?": one answer, with a telephone, never a guess. */
export const OnCallNow = ({ place, name }: { place: RosterPlace; name: string }) => {
  const { t } = useTranslation()
  const duties = dutiesOf(place.kind)
  const [duty, setDuty] = useState<Duty>(place.kind === 'desk' ? 'placement' : 'bed_desk')
  const query = useQuery(onCallQuery(place, duty))
  return (
    <Card title={t('rosters.now')}>
      <SelectField
        name="duty"
        label={t('rosters.duty')}
        value={duty}
        onChange={(value) => (value === '' ? undefined : setDuty(value))}
        options={duties.map((value) => ({ value, label: t(`duty.${value}`) }))}
      />
      <Read query={query}>{(answer) => <Answer answer={answer} name={name} />}</Read>
    </Card>
  )
}

const Answer = ({ answer, name }: { answer: OnCallAnswer; name: string }) => {
  const { t } = useTranslation()
  return (
    <div className="on-call" data-gap={answer.gap ?? 'covered'} aria-live="polite">
      {answer.onCall.map((one) => (
        <p key={one.shiftId} className="on-call-person">
          <Status
            shape={one.rank === 'on_call' ? 'circle' : 'half'}
            tone={one.rank === 'on_call' ? 'success' : 'information'}
          >
            {t(`rosters.rank.${one.rank}`)}
          </Status>
          <strong>{one.name}</strong>
          <Phone phone={one.phone} />
          <span className="quiet">
            <Clock at={one.startsAt} /> – <Clock at={one.endsAt} />
          </span>
        </p>
      ))}
      {answer.gap === null ? null : (
        <p className="warning-text">
          <Status shape="triangle" tone="warning">
            {t(answer.gap === 'none' ? 'rosters.nobody' : 'rosters.noRoster', { place: name })}
          </Status>
        </p>
      )}
      {answer.advice.length === 0 ? null : (
        <>
          <h3>{t('rosters.advice')}</h3>
          <ol className="advice">
            {answer.advice.map((one, index) => (
              <li key={`${one.advice}${one.name}`}>
                <span className="advice-number">{index + 1}</span>
                <span>
                  {t(`rosters.do.${one.advice}`)} · <strong>{one.name}</strong> <Phone phone={one.phone} />{' '}
                  {one.from === null ? null : (
                    <span className="quiet">
                      {t('rosters.from')} <Clock at={one.from} />
                    </span>
                  )}
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  )
}

export const Phone = ({ phone }: { phone: string | null }) =>
  phone === null ? null : (
    <a className="phone" href={`tel:${phone.replaceAll(' ', '')}`}>
      {phone}
    </a>
  )
