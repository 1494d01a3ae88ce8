import { type CapabilityView, facilityEndpoints, type HospitalView, type InputOf } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ActButton } from '../act-button.tsx'
import { Button } from '../button.tsx'
import { Card } from '../page.tsx'
import { Status } from '../shape.tsx'
import { Read } from '../states.tsx'
import { Ago, useClockText } from '../time.tsx'
import { History } from './history.tsx'
import { hospitalQuery } from './queries.ts'
import { Stops } from './stops.tsx'
import { type Saying, WordDialog } from './word-dialog.tsx'

/** `own`: the hospital's desk speaks. `heard`: the region's desk types what it was told. `read`: everybody else. */
export type Speaking = 'own' | 'heard' | 'read'
type Statement = InputOf<typeof facilityEndpoints.stateHospital>['body']['statement']

/** A hospital's own word: whether it takes patients, what it can and cannot do until when, and what it said before. */
export const OwnWord = ({ hospitalId, speaking }: { hospitalId: string; speaking: Speaking }) => {
  const { t } = useTranslation()
  const query = useQuery(hospitalQuery(hospitalId))
  return (
    <Card title={t(speaking === 'own' ? 'word.titleOwn' : 'word.title')} className="own-word">
      <Read query={query}>{(hospital) => <Body hospital={hospital} speaking={speaking} />}</Read>
    </Card>
  )
}

const Body = ({ hospital, speaking }: { hospital: HospitalView; speaking: Speaking }) => {
  const { t } = useTranslation()
  const [saying, setSaying] = useState<Saying | null>(null)
  const { id, stops } = hospital
  const own = hospital.capabilities.filter(({ source, freshness }) => source === 'hospital' && freshness !== 'expired')
  /** One tap for the hospital itself; a desk says first whom it heard. */
  const quick = (statement: Statement, key: string, text: string, size: 'small' | 'medium' = 'small') =>
    speaking === 'own' ? (
      <ActButton
        endpoint={facilityEndpoints.stateHospital}
        input={{ params: { id }, body: { statement } }}
        intent={`word:${id}:${key}`}
        label={{ key: 'outbox.label.word' }}
        size={size}
      >
        {text}
      </ActButton>
    ) : (
      <Button size={size} onClick={() => setSaying({ kind: 'fixed', statement, title: text })}>
        {text}
      </Button>
    )
  return (
    <>
      {stops.length === 0 ? (
        <p>
          <Status shape="circle" tone="success">
            {t('word.taking')}
          </Status>{' '}
          {hospital.told === null ? null : (
            <span className="quiet">
              <Ago at={hospital.told.at} />
            </span>
          )}
        </p>
      ) : (
        <Stops stops={stops} />
      )}
      {speaking === 'read' ? null : (
        <div className="act-detours">
          <Button look={stops.length === 0 ? 'danger' : 'secondary'} onClick={() => setSaying({ kind: 'stop' })}>
            {t('word.stop')}
          </Button>
          {stops.length === 0 ? null : quick({ say: 'resume' }, 'resume', t('word.resume'), 'medium')}
          <Button onClick={() => setSaying({ kind: 'capability' })}>{t('word.capability')}</Button>
        </div>
      )}
      {own.length === 0 ? null : (
        <ul className="own-abilities">
          {own.map((one) => (
            <li key={one.code}>
              <Ability of={one} />{' '}
              {speaking === 'read'
                ? null
                : quick({ say: 'capability_withdrawn', code: one.code }, `withdraw:${one.code}`, t('word.withdraw'))}
            </li>
          ))}
        </ul>
      )}
      {hospital.told === null ? <History hospitalId={id} /> : null}
      {saying === null ? null : (
        <WordDialog hospitalId={id} saying={saying} heard={speaking === 'heard'} onClose={() => setSaying(null)} />
      )}
    </>
  )
}

const LOOKS = {
  yes: { shape: 'circle', tone: 'success' },
  no: { shape: 'cross', tone: 'danger' },
  unknown: { shape: 'dash', tone: 'quiet' },
} as const

const Ability = ({ of }: { of: CapabilityView }) => {
  const { t } = useTranslation()
  const clock = useClockText()
  return (
    <>
      <strong>{t(`capability.${of.code}`)}</strong>{' '}
      <Status shape={LOOKS[of.answer].shape} tone={LOOKS[of.answer].tone}>
        {t(`capabilityAnswer.${of.answer}`)}
      </Status>{' '}
      {of.until === null ? t('word.openEnd') : t('word.until', { time: clock(of.until) })}{' '}
      <span className="quiet">{of.asOf === null ? null : <Ago at={of.asOf} />}</span>
    </>
  )
}
