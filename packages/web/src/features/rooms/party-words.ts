import { PARTY_ROLES, type PartyView, type RoomParty, SIDO_CODES } from '@dure/contract'
import type { TFunction } from 'i18next'

const NATION = '00'

/** Which one it is, whoever named it. */
export const partyKey = (party: RoomParty): string => {
  switch (party.kind) {
    case 'person':
      return `person:${party.personId}`
    case 'role':
      return `role:${party.role}:${party.region}`
    case 'hospital':
      return `hospital:${party.hospitalId}`
    case 'desk':
      return `desk:${party.region}`
  }
}

/** Its name; desks and roles are named in the language of the screen. */
export const partyName = ({ party, name }: PartyView, t: TFunction): string => {
  switch (party.kind) {
    case 'role':
      return t('rooms.party.everyRole', { role: t(`role.${party.role}`), region: t(`sido.${party.region}`) })
    case 'desk':
      return party.region === NATION ? t('rooms.ofNation') : t('rooms.ofRegion', { region: t(`sido.${party.region}`) })
    case 'person':
    case 'hospital':
      return name ?? t('rooms.party.gone')
  }
}

/** What stands beside the name. */
export const partyPlace = ({ party, place, roles }: PartyView, t: TFunction): string => {
  if (party.kind !== 'person') return t(`rooms.party.kind.${party.kind}`)
  return place ?? roles.map((role) => t(`role.${role as 'requester'}`)).join(', ')
}

const bare = (party: RoomParty): PartyView => ({ party, name: null, place: null, roles: [], byRule: false })

/** Desks and roles that can be taken in: the own region's first, then the others' desks. */
export const knownParties = (region: string): readonly PartyView[] => {
  const own = SIDO_CODES.find((code) => code === region)
  const others = SIDO_CODES.filter((code) => code !== own)
  return [
    ...(own === undefined ? [] : [bare({ kind: 'desk', region: own })]),
    bare({ kind: 'desk', region: NATION }),
    ...(own === undefined ? [] : PARTY_ROLES.map((role) => bare({ kind: 'role', role, region: own }))),
    ...others.map((code) => bare({ kind: 'desk', region: code })),
  ]
}

const SHOWN_UNASKED = 5

/** Of desks and roles, those whose name has the words; without words the nearest. */
export const partiesNamed = (known: readonly PartyView[], words: string, t: TFunction): readonly PartyView[] => {
  const wanted = words.toLocaleLowerCase()
  if (wanted === '') return known.slice(0, SHOWN_UNASKED)
  return known.filter((one) => partyName(one, t).toLocaleLowerCase().includes(wanted)).slice(0, SHOWN_UNASKED)
}
