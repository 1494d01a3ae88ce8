import type { capacityView } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { Count } from '../../../ui/count.tsx'
import { FreshnessBadge } from '../../../ui/freshness.tsx'
import { ScrollTable } from '../../../ui/scroll-table.tsx'
import { Empty } from '../../../ui/states.tsx'
import { Ago } from '../../../ui/time.tsx'
import { wordFor } from './reason.ts'

/** Reported figures by class, each with who said it, how long ago, and whether it may still be believed. */
export const CapacityTable = ({ reports }: { reports: readonly z.infer<typeof capacityView>[] }) => {
  const { t } = useTranslation()
  if (reports.length === 0) return <Empty title={t('capacity.empty')} />
  return (
    <ScrollTable label={t('capacity.title')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('request.bedClass')}</th>
            <th scope="col" className="number">
              {t('capacity.available')}
            </th>
            <th scope="col" className="number">
              {t('capacity.staffedTotal')}
            </th>
            <th scope="col">{t('capacity.age')}</th>
          </tr>
        </thead>
        <tbody>
          {reports.map((one) => (
            <tr key={one.bedClass}>
              <th scope="row">{t(`bedClass.${one.bedClass}`)}</th>
              <td className="number">
                <Count value={one.available} />
              </td>
              <td className="number">
                <Count value={one.staffedTotal} />
              </td>
              <td>
                <FreshnessBadge freshness={one.freshness} /> <Ago at={one.asOf} />{' '}
                <span className="quiet">
                  {t(`channel.${one.channel}`)}
                  {one.flags.map((flag) => ` · ${wordFor(t, 'flag', flag)}`)}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollTable>
  )
}
