import { DUTIES, RANKS, type ResponseOf, type rosterEndpoints, type ShiftView } from '@dure/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../i18n/index.ts'
import { Button } from '../../ui/button.tsx'
import { Shape } from '../../ui/shape.tsx'
import { Empty } from '../../ui/states.tsx'
import { useNow } from '../../ui/time.tsx'
import { seoulDay, weekFrom } from './seoul-days.ts'
import { ShiftDialog } from './shift-dialog.tsx'

type Roster = ResponseOf<typeof rosterEndpoints.getRoster>

const inSeoul = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(currentLanguage() === 'ko' ? 'ko-KR' : 'en-GB', { timeZone: 'Asia/Seoul', ...options })
const dayName = (ms: number) => inSeoul({ month: 'numeric', day: 'numeric', weekday: 'short' }).format(ms)
const hour = (at: string) => inSeoul({ hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(at))

/** The week by day: holidays marked, hours without anybody said in words, each shift one tap from its acts. A phone shows one day. */
export const Week = ({ roster }: { roster: Roster }) => {
  const { t } = useTranslation()
  const [open, setOpen] = useState<string | null>(null)
  const now = useNow()
  const today = seoulDay(now)
  const shifts = roster.shifts.filter(({ state }) => state === 'planned')
  const shift = shifts.find(({ id }) => id === open)
  const days = weekFrom(Date.parse(roster.from))
  const [chosen, setChosen] = useState(today)
  const shown = days.some(({ day }) => day === chosen) ? chosen : days[0]?.day
  const empty = shifts.length === 0 && roster.warnings.length === 0
  const note = empty ? (
    <Empty title={t('rosters.empty')}>{t(roster.mayEdit ? 'rosters.emptyEdit' : 'rosters.emptyNext')}</Empty>
  ) : null
  // A holiday for which nobody is planned yet is what a roster is made for.
  if (empty && !roster.days.some(({ kind }) => kind === 'holiday')) return note
  return (
    <>
      {note}
      <fieldset className="week-choose">
        <legend className="visually-hidden">{t('rosters.day')}</legend>
        {days.map(({ day, from }) => (
          <Button
            key={day}
            look={day === shown ? 'primary' : 'secondary'}
            size="small"
            aria-pressed={day === shown}
            onClick={() => setChosen(day)}
          >
            {dayName(from)}
          </Button>
        ))}
      </fieldset>
      <ol className="week">
        {days.map(({ day, from, to }) => {
          const off = roster.days.find((one) => one.day === day)
          const gaps = roster.warnings.filter(
            (one) => one.warning === 'gap' && Date.parse(one.to) > Math.max(now, from) && Date.parse(one.from) < to,
          )
          return (
            <li
              key={day}
              className={`week-day ${off === undefined ? '' : 'is-off'} ${day === shown ? 'is-shown' : ''}`}
              aria-current={day === today ? 'date' : undefined}
            >
              <h3>
                {dayName(from)}
                {off?.kind === 'holiday' ? (
                  <span className="tag is-late">
                    <HolidayName name={off.name} />
                  </span>
                ) : null}
              </h3>
              <ul>
                {sorted(shifts.filter((one) => Date.parse(one.startsAt) < to && Date.parse(one.endsAt) > from)).map(
                  (one) => (
                    <li key={one.id}>
                      <button type="button" className="shift" data-shift={one.id} onClick={() => setOpen(one.id)}>
                        <span className="shift-duty">
                          {t(`duty.${one.duty}`)}
                          {one.rank === 'on_call' ? '' : ` · ${t(`rosters.rank.${one.rank}`)}`}
                        </span>
                        <strong>{one.name}</strong>
                        <span className="quiet">
                          {hour(one.startsAt)}–{hour(one.endsAt)}
                        </span>
                      </button>
                    </li>
                  ),
                )}
                {gaps.map((gap) => (
                  <li key={`${gap.duty}${gap.rank}${gap.from}`} className="shift-gap">
                    <Shape name="triangle" /> {t(`duty.${gap.duty}`)}{' '}
                    {gap.rank === 'on_call' ? '' : t(`rosters.rank.${gap.rank}`)} {t('rosters.warning.gap')}{' '}
                    {hoursOf(gap, from, to)}
                  </li>
                ))}
              </ul>
            </li>
          )
        })}
      </ol>
      {shift === undefined ? null : (
        <ShiftDialog key={shift.id} shift={shift} others={shifts} onClose={() => setOpen(null)} />
      )}
    </>
  )
}

/** The hours of one day: a gap of a week is one on each of its days. */
const hoursOf = (gap: { readonly from: string; readonly to: string }, from: number, to: number): string => {
  const begins = Math.max(Date.parse(gap.from), from)
  const ends = Math.min(Date.parse(gap.to), to)
  return `${hour(new Date(begins).toISOString())}–${ends === to ? '24:00' : hour(new Date(ends).toISOString())}`
}

const sorted = (shifts: readonly ShiftView[]): readonly ShiftView[] =>
  shifts.toSorted(
    (a, b) =>
      DUTIES.indexOf(a.duty) - DUTIES.indexOf(b.duty) ||
      RANKS.indexOf(a.rank) - RANKS.indexOf(b.rank) ||
      a.startsAt.localeCompare(b.startsAt),
  )

/** The gazette names holidays in Korean; in another language the word for a holiday stands before that name. */
const HolidayName = ({ name }: { name: string | null }) => {
  const { t } = useTranslation()
  if (name === null) return <>{t('rosters.holiday')}</>
  if (currentLanguage() === 'ko') return <>{name}</>
  return (
    <>
      {t('rosters.holiday')} <span lang="ko">{name}</span>
    </>
  )
}
