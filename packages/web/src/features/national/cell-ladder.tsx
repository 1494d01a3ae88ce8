import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type ShapeName, Status, type Tone } from '../../ui/shape.tsx'
import { useClockText } from '../../ui/time.tsx'
import { type Rung, rungOf, stoodInFor } from './ladder.ts'
import { useSidoNames } from './names.ts'
import { cellsQuery } from './queries.ts'

const LOOKS: Record<Rung['rung'], { shape: ShapeName; tone: Tone }> = {
  all: { shape: 'circle', tone: 'success' },
  relayed: { shape: 'half', tone: 'information' },
  some: { shape: 'half', tone: 'warning' },
  only: { shape: 'ring', tone: 'warning' },
  recovering: { shape: 'dash', tone: 'warning' },
  'stood-in': { shape: 'octagon', tone: 'danger' },
  stopped: { shape: 'octagon', tone: 'danger' },
}

/** How this cell stands to the others: beside the line that says how this device stands to its cell. */
export const CellLadder = () => {
  const { t } = useTranslation()
  const cells = useQuery(cellsQuery).data
  const names = useSidoNames()
  const clockText = useClockText()
  const rung = cells === undefined ? undefined : rungOf(cells)
  if (cells === undefined || rung === undefined) return null
  const look = LOOKS[rung.rung]
  const standing = stoodInFor(cells)
  const words: Record<Rung['rung'], string> = {
    all: t('national.ladder.all', { count: rung.cells.length }),
    relayed: t('national.ladder.relayed', { names: names(rung.cells) }),
    some: t('national.ladder.some', { names: names(rung.cells) }),
    only: t('national.ladder.only'),
    recovering: t('national.ladder.recovering'),
    'stood-in': t('national.ladder.stoodIn', { name: names(rung.cells) }),
    stopped: t('national.ladder.stopped', { names: names(rung.cells) }),
  }
  return (
    <>
      <span data-ladder={rung.rung}>
        <Status shape={look.shape} tone={look.tone}>
          <span role="status">{words[rung.rung]}</span>
          {rung.since === null ? null : ` (${t('time.since', { time: clockText(rung.since, true) })})`}
        </Status>
      </span>
      {standing.length === 0 ? null : (
        <span data-ladder="standing">
          <Status shape="diamond" tone="information">
            <span role="status">{t('national.ladder.standing', { names: names(standing) })}</span>
          </Status>
        </span>
      )}
    </>
  )
}
