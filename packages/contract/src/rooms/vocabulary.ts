/** Words and limits of the coordination rooms. */

export const ROOM_KINDS = ['request', 'region_desk', 'hospital_desk', 'national_desk', 'ad_hoc'] as const
export type RoomKind = (typeof ROOM_KINDS)[number]

/** Ways a person is reached for an acknowledgement, in the order in which they are tried. */
export const NOTICE_CHANNELS = ['push', 'sms', 'voice'] as const
export type NoticeChannel = (typeof NOTICE_CHANNELS)[number]

/** Rungs an unanswered acknowledgement climbs. */
export const ACK_RUNGS = ['on_call', 'second', 'desk_lead', 'neighbour'] as const
export type AckRung = (typeof ACK_RUNGS)[number]

/**
 * Where an acknowledgement stands. `unanswered`: every rung was tried on every channel, or nobody stands on any; somebody is tried again
 * and again. `exhausted`: nobody is tried any more. It can be given all the same.
 */
export const ACK_STATES = ['open', 'overdue', 'unanswered', 'acknowledged', 'exhausted', 'retracted'] as const

/** What a card shows; made from the request's events and offers. */
export const CARD_KINDS = [
  'request',
  'information',
  'triage',
  'offer',
  'answer',
  'decline',
  'hold',
  'hold_lost',
  'confirmed',
  'eta',
  'handover',
  'no_bed',
  'escalation',
  'paused',
  'outside',
  'closed',
  'overdue',
  'note',
] as const
export type CardKind = (typeof CARD_KINDS)[number]

/** Texts one tap sends. The code travels and is stored; the words are looked up by whoever shows it. */
export const QUICK_REPLIES = {
  checking: { ko: '확인 중입니다', en: 'Checking now' },
  call_me: { ko: '전화 주십시오', en: 'Please call me' },
  five_minutes: { ko: '5분 안에 답하겠습니다', en: 'I will answer within 5 minutes' },
  more_information: { ko: '환자 정보가 더 필요합니다', en: 'More about the patient, please' },
  vitals: { ko: '활력징후를 다시 알려 주십시오', en: 'Please send the vital signs again' },
  team_ready: { ko: '받을 준비가 되었습니다', en: 'The team is ready' },
  on_the_way: { ko: '출발했습니다', en: 'On the way' },
  delayed: { ko: '지연되고 있습니다', en: 'Delayed' },
  bed_being_cleaned: { ko: '병상을 정리하고 있습니다', en: 'The bed is being made ready' },
  understood: { ko: '알겠습니다', en: 'Understood' },
  thank_you: { ko: '감사합니다', en: 'Thank you' },
} as const satisfies Record<string, { ko: string; en: string }>
export type QuickReply = keyof typeof QUICK_REPLIES
export const QUICK_REPLY_CODES = Object.keys(QUICK_REPLIES) as [QuickReply, ...QuickReply[]]

/** Roles that are taken into a room as a whole; desks are taken in as desks. */
export const PARTY_ROLES = ['requester', 'hospital_desk', 'transport'] as const

export const ROOM_LIMITS = {
  textChars: 4_000,
  titleChars: 80,
  purposeChars: 300,
  partiesPerChange: 100,
  filesPerMessage: 5,
  mentionsPerMessage: 20,
  fileBytes: 10 * 1024 * 1024,
  fileNameChars: 120,
  membersPerRoom: 2_000,
  receiptsPerBatch: 200,
  searchMinChars: 2,
} as const
