import { BED_CLASSES, type BedCountView } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { Count } from '../../ui/count.tsx'
import { Provenance } from '../../ui/provenance.tsx'
import { ScrollTable } from '../../ui/scroll-table.tsx'
import { Empty } from '../../ui/states.tsx'

/** Intensive care first; where two sources speak of a class, both stand. */
const inOrder = (one: BedCountView, other: BedCountView): number =>
  BED_CLASSES.indexOf(one.bedClass) - BED_CLASSES.indexOf(other.bedClass)

/** Beds by class as reported: unknown is said to be unknown, and below zero is shown as below zero. */
export const BedFigures = ({ counts }: { counts: readonly BedCountView[] }) => {
  const { t } = useTranslation()
  if (counts.length === 0) return <Empty title={t('hospital.noCounts')}>{t('hospital.noCountsNext')}</Empty>
  return (
    <ScrollTable label={t('hospital.bedCounts')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('request.bedClass')}</th>
            <th scope="col" className="number">
              {t('capacity.available')}
            </th>
            <th scope="col" className="number">
              {t('hospital.total')}
            </th>
            <th scope="col">{t('hospital.source')}</th>
          </tr>
        </thead>
        <tbody>
          {counts.toSorted(inOrder).map((one) => (
            <tr key={`${one.bedClass} ${one.source}`}>
              <th scope="row">{t(`bedClass.${one.bedClass}`)}</th>
              <td className="number">
                <Count value={one.available} />
                {one.reading === 'known' ? null : <span className="quiet block">{t(`reading.${one.reading}`)}</span>}
              </td>
              <td className="number">
                <Count value={one.total} />
              </td>
              <td>
                <Provenance of={one} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollTable>
  )
}
