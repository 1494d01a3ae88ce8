import { type AckView, roomEndpoints } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { ActButton } from '../../ui/act-button.tsx'
import { type ShapeName, Status, type Tone } from '../../ui/shape.tsx'
import { Clock, Countdown } from '../../ui/time.tsx'

const LOOKS: Record<AckView['state'], { shape: ShapeName; tone: Tone }> = {
  open: { shape: 'half', tone: 'warning' },
  overdue: { shape: 'triangle', tone: 'danger' },
  unanswered: { shape: 'octagon', tone: 'danger' },
  exhausted: { shape: 'octagon', tone: 'danger' },
  acknowledged: { shape: 'circle', tone: 'success' },
  retracted: { shape: 'dash', tone: 'quiet' },
}

/** Whether a message that asks for it was acknowledged, by whom, or how long there is left and who is asked now. */
export const AckState = ({ messageId, ack }: { messageId: string; ack: AckView }) => {
  const { t } = useTranslation()
  const look = LOOKS[ack.state]
  const open = ack.state !== 'acknowledged' && ack.state !== 'retracted'
  return (
    <div className={`ack ${open ? 'is-open' : ''}`} data-ack={ack.state}>
      <Status shape={look.shape} tone={look.tone}>
        {t(`rooms.ack.${ack.state}`)}
      </Status>
      {ack.acknowledgedAt === null ? null : (
        <span>
          <strong>{ack.acknowledgedBy}</strong> <Clock at={ack.acknowledgedAt} seconds />
        </span>
      )}
      {open ? <Pursued ack={ack} /> : null}
      {open && !ack.mine && ack.state !== 'unanswered' && ack.state !== 'exhausted' ? (
        <Countdown until={ack.dueAt} label={t('rooms.ack.left')} />
      ) : null}
      {ack.mine ? <AckButton messageId={messageId} ack={ack} /> : null}
    </div>
  )
}

/** Who is asked, or that nobody could be; when somebody is tried next, or that nobody will be. */
const Pursued = ({ ack }: { ack: AckView }) => {
  const { t } = useTranslation()
  if (ack.nextAt === null) return ack.state === 'exhausted' ? <span>{t('rooms.ack.noMore')}</span> : null
  return (
    <>
      {ack.reached ? (
        <span className="quiet">{t('rooms.ack.asks', { rung: t(`rooms.rung.${ack.rung}`) })}</span>
      ) : ack.state === 'unanswered' ? (
        <span>{t('rooms.ack.nobodyOnCall')}</span>
      ) : null}
      {ack.state === 'unanswered' ? (
        <span className="quiet">
          {t('rooms.ack.next')} <Clock at={ack.nextAt} />
        </span>
      ) : null}
    </>
  )
}

/** One press: it was read and is taken care of. */
export const AckButton = ({ messageId, ack }: { messageId: string; ack: AckView }) => {
  const { t } = useTranslation()
  return (
    <span className="ack-answer">
      <Countdown until={ack.dueAt} label={t('rooms.ack.left')} />
      <ActButton
        endpoint={roomEndpoints.acknowledge}
        input={{ params: { id: messageId }, body: { channel: 'web' } }}
        intent={`message:${messageId}:acknowledge`}
        label={{ key: 'outbox.label.ackMessage' }}
        look="primary"
      >
        {t('rooms.ack.give')}
      </ActButton>
    </span>
  )
}
