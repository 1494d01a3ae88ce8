import type { MessageView, ResponseOf, roomEndpoints } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ScrollTable } from '../../ui/scroll-table.tsx'
import { Read } from '../../ui/states.tsx'
import { Clock } from '../../ui/time.tsx'
import { receiptsQuery } from './queries.ts'

type Receipts = ResponseOf<typeof roomEndpoints.messageReceipts>

/** No event tells of receipts; what is on the screen is asked again this often. */
const AGAIN_MS = 5_000

/** "5명 중 3명 읽음": opens who exactly. */
export const ReceiptCounts = ({ messageId, onOpen }: { messageId: string; onOpen: () => void }) => {
  const { t } = useTranslation()
  const { data } = useQuery({ ...receiptsQuery(messageId), refetchInterval: AGAIN_MS })
  if (data === undefined) return null
  const seen = data.people.filter(({ seenAt }) => seenAt !== null).length
  const delivered = data.people.filter(({ deliveredAt }) => deliveredAt !== null).length
  return (
    <Button look="quiet" size="small" onClick={onOpen} className="receipt-counts">
      {t('rooms.receipts.counts', { all: data.people.length, delivered, seen })}
    </Button>
  )
}

/** Person by person: delivered, seen, acknowledged; and every step taken to reach somebody. */
export const ReceiptsDialog = ({ message, onClose }: { message: MessageView; onClose: () => void }) => {
  const { t } = useTranslation()
  const query = useQuery({ ...receiptsQuery(message.id), refetchInterval: AGAIN_MS })
  return (
    <Dialog title={t('rooms.receipts.title')} open onClose={onClose}>
      <Read query={query}>
        {(receipts) => (
          <>
            <p>
              {t('rooms.receipts.sent')} <Clock at={receipts.sentAt} seconds />
            </p>
            <People receipts={receipts} />
            <Steps receipts={receipts} />
          </>
        )}
      </Read>
    </Dialog>
  )
}

const People = ({ receipts }: { receipts: Receipts }) => {
  const { t } = useTranslation()
  if (receipts.people.length === 0) return <p className="quiet">{t('rooms.receipts.nobody')}</p>
  return (
    <ScrollTable label={t('rooms.receipts.title')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('rooms.receipts.person')}</th>
            <th scope="col">{t('rooms.receipts.delivered')}</th>
            <th scope="col">{t('rooms.receipts.seen')}</th>
            <th scope="col">{t('rooms.receipts.acknowledged')}</th>
          </tr>
        </thead>
        <tbody>
          {receipts.people.map((one) => (
            <tr key={one.personId}>
              <td>
                {one.name} <span className="quiet">{one.place ?? ''}</span>
              </td>
              {[one.deliveredAt, one.seenAt, one.acknowledgedAt].map((at, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: three columns that never move
                <td key={index}>{at === null ? t('rooms.receipts.notYet') : <Clock at={at} seconds />}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollTable>
  )
}

const Steps = ({ receipts }: { receipts: Receipts }) => {
  const { t } = useTranslation()
  if (receipts.steps.length === 0) return null
  return (
    <>
      <h3>{t('rooms.receipts.steps')}</h3>
      <ol className="plain-list">
        {receipts.steps.map((step) => (
          <li
            key={`${step.region}${step.at}${step.step}${step.personId ?? step.name}`}
            data-region={step.region ?? 'own'}
          >
            <Clock at={step.at} seconds /> {rungOf(step, t)}
            {step.name === '' ? null : ` · ${step.name}`} · {t(`rooms.by.${step.channel}`)}{' '}
            <span className="tag">{t(`rooms.outcome.${step.outcome}`)}</span>
          </li>
        ))}
      </ol>
    </>
  )
}

/** A neighbouring desk is tried by its own cell, and the record says which. */
const rungOf = ({ rung, region }: Receipts['steps'][number], t: TFunction): string =>
  region === null
    ? t(`rooms.rung.${rung}`)
    : `${t(`rooms.rung.${rung}`)} · ${t('rooms.receipts.triedBy', { region: t(`sido.${region as '28'}`) })}`
