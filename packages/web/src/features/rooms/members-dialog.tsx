import { type PartyView, type ResponseOf, type RoomView, roomEndpoints } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignedIn } from '../../app/session.ts'
import { ActButton } from '../../ui/act-button.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Status } from '../../ui/shape.tsx'
import { Read } from '../../ui/states.tsx'
import { PartyField } from './party-field.tsx'
import { partyKey, partyName, partyPlace } from './party-words.ts'
import { membersQuery } from './queries.ts'

type Members = ResponseOf<typeof roomEndpoints.roomMembers>

/** Who reads along, whom the room names, and taking in, taking out, leaving and closing. */
export const MembersDialog = ({ room, onClose }: { room: RoomView; onClose: () => void }) => {
  const { t } = useTranslation()
  const query = useQuery(membersQuery(room.id))
  return (
    <Dialog title={t('rooms.members.title')} open onClose={onClose}>
      <Read query={query}>
        {(members) => (
          <>
            <Named room={room} parties={members.parties} />
            {room.mayManage && room.closedAt === null ? <TakeIn room={room} parties={members.parties} /> : null}
            <People members={members.members} />
          </>
        )}
      </Read>
      <Going room={room} onGone={onClose} />
    </Dialog>
  )
}

const change = 'outbox.label.changeMembers' as const

/** What the members follow from; each can be taken out by who looks after the room, unless it follows from the request or the desk. */
const Named = ({ room, parties }: { room: RoomView; parties: readonly PartyView[] }) => {
  const { t } = useTranslation()
  const me = useSignedIn()
  return (
    <>
      <h3>{t('rooms.members.named')}</h3>
      <ul className="plain-list members">
        {parties.map((one) => (
          <li key={partyKey(one.party)} data-party={partyKey(one.party)}>
            <span>
              <strong>{partyName(one, t)}</strong> <span className="quiet">{partyPlace(one, t)}</span>
            </span>
            {room.mayManage && !one.byRule && partyKey(one.party) !== `person:${me.id}` ? (
              <ActButton
                endpoint={roomEndpoints.changeMembers}
                input={{ params: { id: room.id }, body: { remove: [one.party] } }}
                intent={`room:${room.id}:out:${partyKey(one.party)}`}
                label={{ key: change }}
                size="small"
                look="quiet"
              >
                {t('rooms.members.takeOut')}
              </ActButton>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  )
}

const TakeIn = ({ room, parties }: { room: RoomView; parties: readonly PartyView[] }) => {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState<readonly PartyView[]>([])
  const names = chosen.map(({ party }) => partyKey(party)).join(' ')
  return (
    <div className="form">
      <PartyField chosen={chosen} onChange={setChosen} without={parties} />
      {chosen.length === 0 ? null : (
        <ActButton
          endpoint={roomEndpoints.changeMembers}
          input={{ params: { id: room.id }, body: { add: chosen.map(({ party }) => party) } }}
          intent={`room:${room.id}:in:${names}`}
          label={{ key: change }}
          look="primary"
          onAccepted={() => setChosen([])}
        >
          {t('rooms.members.takeIn', { count: chosen.length })}
        </ActButton>
      )}
    </div>
  )
}

const People = ({ members }: { members: Members['members'] }) => {
  const { t } = useTranslation()
  return (
    <>
      <h3>{t('rooms.members.readers')}</h3>
      <ul className="plain-list members">
        {members.map((one) => (
          <li key={one.personId ?? `guest-${one.name}`}>
            <span>
              <strong>{one.name}</strong>{' '}
              <span className="quiet">
                {one.place ?? one.roles.map((role) => t(`role.${role as 'requester'}`)).join(', ')}
              </span>
              {one.guest ? <span className="tag">{t('rooms.guest')}</span> : null}
            </span>
            <Status shape={one.online ? 'circle' : 'ring'} tone={one.online ? 'success' : 'quiet'}>
              {t(one.online ? 'rooms.members.online' : 'rooms.members.away')}
            </Status>
          </li>
        ))}
      </ul>
    </>
  )
}

/** Leaving, and ending the room for everybody: both ask once more. */
const Going = ({ room, onGone }: { room: RoomView; onGone: () => void }) => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const navigate = useNavigate()
  const [sure, setSure] = useState<'leave' | 'close' | null>(null)
  const mayClose = room.kind === 'ad_hoc' && room.mayManage && room.closedAt === null
  if (!room.mayLeave && !mayClose) return null
  if (sure === null)
    return (
      <div className="form-foot room-going">
        {room.mayLeave ? <Button onClick={() => setSure('leave')}>{t('rooms.members.leave')}</Button> : null}
        {mayClose ? (
          <Button look="danger" onClick={() => setSure('close')}>
            {t('rooms.members.close')}
          </Button>
        ) : null}
      </div>
    )
  return (
    <div className="form room-going">
      <p className="warning-text">{t(sure === 'leave' ? 'rooms.members.leaveSure' : 'rooms.members.closeSure')}</p>
      <div className="form-foot">
        {sure === 'leave' ? (
          <ActButton
            endpoint={roomEndpoints.changeMembers}
            input={{ params: { id: room.id }, body: { remove: [{ kind: 'person', personId: me.id }] } }}
            intent={`room:${room.id}:leave`}
            label={{ key: 'outbox.label.leaveRoom' }}
            look="danger"
            onAccepted={() => {
              onGone()
              void navigate({ to: '/rooms' })
            }}
          >
            {t('rooms.members.leave')}
          </ActButton>
        ) : (
          <ActButton
            endpoint={roomEndpoints.closeRoom}
            input={{ params: { id: room.id } }}
            intent={`room:${room.id}:close`}
            label={{ key: 'outbox.label.closeRoom' }}
            look="danger"
            onAccepted={onGone}
          >
            {t('rooms.members.close')}
          </ActButton>
        )}
        <Button look="quiet" onClick={() => setSure(null)}>
          {t('common.cancel')}
        </Button>
      </div>
    </div>
  )
}
