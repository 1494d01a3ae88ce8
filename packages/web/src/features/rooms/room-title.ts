import type { RoomView } from '@dure/contract'
import { useTranslation } from 'react-i18next'

/** Rooms of the program's own making are named in the language of the screen; a hospital's and a person's own by their title. */
export const useRoomTitle = (room: RoomView): string => {
  const { t } = useTranslation()
  if (room.request !== null) return t('rooms.ofRequest', { code: room.request.code })
  if (room.kind === 'region_desk') return t('rooms.ofRegion', { region: t(`sido.${room.region as '28'}`) })
  return room.kind === 'national_desk' ? t('rooms.ofNation') : room.title
}
