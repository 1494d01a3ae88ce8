import './rosters.css'
import { type RosterPlace, SIDO_CODES } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../app/connection-line.tsx'
import { hasRole, useSignedIn } from '../../app/session.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Card, PageTitle } from '../../ui/page.tsx'
import { Read } from '../../ui/states.tsx'
import { serverNow } from '../../ui/time.tsx'
import { AddShift } from './add-shift.tsx'
import { Handovers } from './handovers.tsx'
import { OnCallNow } from './on-call-now.tsx'
import { rosterQuery } from './queries.ts'
import { DAY_MS, startOfSeoulDay } from './seoul-days.ts'
import { Swaps } from './swaps.tsx'
import { Warnings } from './warnings.tsx'
import { Week } from './week.tsx'

/** Who is on call: now, this week, who swaps with whom, and what is handed over. */
export const RosterPage = () => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const desks = SIDO_CODES.filter((code) => code === me.region || code === me.cell.region)
  const places: readonly { readonly key: string; readonly place: RosterPlace; readonly label: string }[] = [
    ...(me.facilityId === null
      ? []
      : [
          {
            key: 'own',
            place: { kind: 'hospital' as const, id: me.facilityId },
            label: me.facilityName ?? me.facilityId,
          },
        ]),
    ...desks.map((id) => ({
      key: id,
      place: { kind: 'desk' as const, id },
      label: t('rosters.desk', { region: t(`sido.${id}`) }),
    })),
  ]
  const first = hasRole(me, 'placement_desk', 'national_desk') ? (desks[0] ?? 'own') : (places[0]?.key ?? '')
  const [key, setKey] = useState<string>(first)
  const [week, setWeek] = useState(0)
  const chosen = places.find((one) => one.key === key) ?? places[0]
  const from = new Date(startOfSeoulDay(serverNow()) + week * 7 * DAY_MS).toISOString()
  if (chosen === undefined) return <PageTitle>{t('rosters.title')}</PageTitle>
  return (
    <div className="page">
      <PageTitle>{t('rosters.title')}</PageTitle>
      <StaleNote />
      <div className="roster-tools">
        <SelectField
          name="place"
          label={t('rosters.place')}
          value={chosen.key}
          onChange={setKey}
          options={places.map((one) => ({ value: one.key, label: one.label }))}
        />
      </div>
      <Warnings />
      <div className="columns">
        <OnCallNow key={chosen.key} place={chosen.place} name={chosen.label} />
        <div className="column">
          <Swaps />
          <Handovers />
        </div>
      </div>
      <WeekCard place={chosen.place} from={from} week={week} onWeek={setWeek} />
    </div>
  )
}

const WeekCard = (props: { place: RosterPlace; from: string; week: number; onWeek: (week: number) => void }) => {
  const { t } = useTranslation()
  const roster = useQuery(rosterQuery(props.place, props.from))
  return (
    <Card
      title={t('rosters.week')}
      aside={
        <div className="roster-steps">
          <Button look="quiet" size="small" onClick={() => props.onWeek(props.week - 1)}>
            {t('rosters.before')}
          </Button>
          <Button look="quiet" size="small" onClick={() => props.onWeek(props.week + 1)}>
            {t('rosters.after')}
          </Button>
          {roster.data?.mayEdit === true ? <AddShift place={props.place} /> : null}
        </div>
      }
    >
      <Read query={roster}>{(view) => <Week roster={view} />}</Read>
    </Card>
  )
}
