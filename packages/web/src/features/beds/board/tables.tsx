import type { bedEndpoints, Figures, ResponseOf } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../../i18n/index.ts'
import { Bar } from '../../../ui/bar.tsx'
import { formatMinutes } from '../../../ui/format.ts'
import { ScrollTable } from '../../../ui/scroll-table.tsx'

type ClassRow = ResponseOf<typeof bedEndpoints.board>['byClass'][number]

/** Beds by class: the number to read, the bar to see. */
export const BedsByClass = ({ rows }: { rows: readonly ClassRow[] }) => {
  const { t } = useTranslation()
  const shown = rows.filter((row) => row.staffed > 0)
  if (shown.length === 0) return <p className="quiet">{t('board.noBeds')}</p>
  return (
    <ScrollTable label={t('board.freeByClass')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('request.bedClass')}</th>
            <th scope="col" className="number">
              {t('board.free')}
            </th>
            <th scope="col" className="number">
              {t('board.held')}
            </th>
            <th scope="col" className="number">
              {t('board.occupied')}
            </th>
            <th scope="col" className="number">
              {t('board.staffed')}
            </th>
            <th scope="col" className="number">
              {t('board.stale')}
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.bedClass}>
              <th scope="row">
                {t(`bedClass.${row.bedClass}`)}
                <Bar
                  total={row.staffed}
                  parts={[
                    { value: row.free, look: 'main' },
                    { value: row.held, look: 'third' },
                    { value: row.occupied, look: 'second' },
                  ]}
                />
              </th>
              <td className="number">
                <strong>{row.free}</strong>
              </td>
              <td className="number">{row.held}</td>
              <td className="number">{row.occupied}</td>
              <td className="number">{row.staffed}</td>
              <td className="number">{row.stale}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="legend">
        <span className="legend-main" aria-hidden="true" /> {t('board.free')}
        <span className="legend-third" aria-hidden="true" /> {t('board.held')}
        <span className="legend-second" aria-hidden="true" /> {t('board.occupied')}
      </p>
      <p className="quiet">{t('board.freeMeans')}</p>
    </ScrollTable>
  )
}

export const WaitsByClass = ({ rows, hours }: { rows: Figures['byClass']; hours: number }) => {
  const { t } = useTranslation()
  const spread = ({ p50Min, p95Min }: { p50Min: number | null; p95Min: number | null }) =>
    p50Min === null || p95Min === null
      ? t('common.none')
      : `${formatMinutes(p50Min, currentLanguage())} / ${formatMinutes(p95Min, currentLanguage())}`
  const shown = rows.filter((row) => row.waiting > 0 || row.toHold.count > 0 || row.toConfirmed.count > 0)
  if (shown.length === 0) return <p className="quiet">{t('board.noWaits')}</p>
  return (
    <ScrollTable label={t('board.waits', { hours })}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('request.bedClass')}</th>
            <th scope="col" className="number">
              {t('board.waiting')}
            </th>
            <th scope="col" className="number">
              {t('board.toHold')}
            </th>
            <th scope="col" className="number">
              {t('board.toConfirmed')}
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.bedClass}>
              <th scope="row">{t(`bedClass.${row.bedClass}`)}</th>
              <td className="number">{row.waiting}</td>
              <td className="number">{spread(row.toHold)}</td>
              <td className="number">{spread(row.toConfirmed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollTable>
  )
}

export const Declines = ({ rows }: { rows: Figures['declines'] }) => {
  const { t } = useTranslation()
  const total = rows.reduce((sum, row) => sum + row.count, 0)
  if (total === 0) return <p className="quiet">{t('board.noDeclines')}</p>
  return (
    <ul className="bars">
      {rows
        .filter((row) => row.count > 0)
        .map((row) => (
          <li key={row.reason}>
            <span>{t(`declineReason.${row.reason}`)}</span>
            <Bar total={total} parts={[{ value: row.count, look: 'main' }]} />
            <strong>{row.count}</strong>
          </li>
        ))}
    </ul>
  )
}
