import { DUTIES, type RoomView, type RosterPlace } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Mentionable } from './mentions.ts'
import { membersQuery } from './queries.ts'

const DESK_DUTIES = DUTIES.slice(0, 5)

/** A hospital that has part in the room, by its id. */
export interface RoomPlace {
  readonly id: string
  readonly name: string
}

/** Who and what can be named here: those who read along, the desk's duties, and the specialties of the hospitals that were asked. */
export const useMentionables = (
  room: RoomView,
  hospitals: readonly RoomPlace[],
  personId: string,
): readonly Mentionable[] => {
  const { t } = useTranslation()
  const { data } = useQuery(membersQuery(room.id))
  return useMemo(() => {
    const people = (data?.members ?? []).flatMap(({ personId: id, name, place }): Mentionable[] =>
      id === null || id === personId
        ? []
        : [{ token: name.replaceAll(' ', ''), place, mention: { kind: 'person', personId: id } }],
    )
    const region = room.region === '00' ? null : room.region
    const duty = (place: RosterPlace, name: string, one: (typeof DUTIES)[number]): Mentionable => ({
      token: `${t(`duty.${one}`)}·${name}`.replaceAll(' ', ''),
      place: t('rooms.onCallNow'),
      mention: { kind: 'duty', place, duty: one },
    })
    const desk =
      region === null
        ? []
        : DESK_DUTIES.map((one) => duty({ kind: 'desk', id: region }, t(`sido.${region as '28'}`), one))
    const wards = hospitals.flatMap(({ id, name }) =>
      DUTIES.filter((one) => !['placement', 'transport_desk', 'national_desk'].includes(one)).map((one) =>
        duty({ kind: 'hospital', id }, name, one),
      ),
    )
    return [...people, ...desk, ...wards]
  }, [data, hospitals, personId, room.region, t])
}
