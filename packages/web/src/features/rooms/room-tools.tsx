import type { RoomView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { MembersDialog } from './members-dialog.tsx'
import { membersQuery } from './queries.ts'
import { SearchBox } from './search.tsx'

/** Who reads along, looking something up, and letting somebody in. */
export const RoomTools = ({ room }: { room: RoomView }) => {
  const { t } = useTranslation()
  const [open, setOpen] = useState<'members' | 'search' | 'invite' | null>(null)
  const { data } = useQuery(membersQuery(room.id))
  const close = () => setOpen(null)
  return (
    <div className="room-tools">
      <Button look="quiet" size="small" onClick={() => setOpen('members')}>
        {t('rooms.members.open')} {data === undefined ? null : <span className="count">{data.members.length}</span>}
      </Button>
      <Button look="quiet" size="small" onClick={() => setOpen('search')}>
        {t('rooms.search.open')}
      </Button>
      {room.mayManage ? (
        <Button look="quiet" size="small" onClick={() => setOpen('invite')}>
          {t('rooms.invite.open')}
        </Button>
      ) : null}
      {open === 'members' ? <MembersDialog room={room} onClose={close} /> : null}
      {open === 'invite' ? <InviteDialog roomId={room.id} onClose={close} /> : null}
      <Dialog title={t('rooms.search.title')} open={open === 'search'} onClose={close}>
        <SearchBox roomId={room.id} onFound={close} />
      </Dialog>
    </div>
  )
}
