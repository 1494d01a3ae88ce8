import type { Sentence } from './refusals.ts'

/**
 * The four answers. `unknown` is said whenever nothing in force speaks about the question: it is never shown as `pass`.
 */
export type Answer = 'pass' | 'not-required' | 'refuse' | 'unknown'

export type ReasonRow = { readonly answer: Answer; readonly holder: Sentence; readonly door: Sentence }

const say = (ko: string, en: string): Sentence => ({ ko, en })
const row = (answer: Answer, holder: Sentence, door: Sentence): ReasonRow => ({ answer, holder, door })

const DOOR_PASS = say('입장하실 수 있습니다', 'May enter')
const DOOR_FREE = say('방역패스 확인 없이 입장하실 수 있습니다', 'May enter, no pass needed')
const DOOR_REFUSE = say('오늘은 입장하실 수 없습니다', 'May not enter today')
const DOOR_UNKNOWN = say(
  '여기서는 판단할 수 없습니다. 담당자에게 문의하세요',
  'Cannot be judged here. Ask the person in charge',
)

/**
 * Every reason of an answer: a stable code, a sentence for the holder and one for the door. The door's sentence says what
 * to do and never hints at health: all refusals of a person's credentials read the same there. Codes are added, never renamed.
 */
export const REASONS = {
  // --- pass -----------------------------------------------------------------------------------------------------
  'credential-accepted': row('pass', say('유효한 증명이 확인되었습니다', 'Your certificate is accepted'), DOOR_PASS),
  // --- not required ---------------------------------------------------------------------------------------------
  'facility-free': row(
    'not-required',
    say('이 시설에는 방역패스가 적용되지 않습니다', 'No pass is required at this kind of place'),
    DOOR_FREE,
  ),
  lifted: row('not-required', say('방역패스 적용이 중단되었습니다', 'The pass is no longer required'), DOOR_FREE),
  'age-exempt': row(
    'not-required',
    say('방역패스 적용 대상 연령이 아닙니다', 'The pass is not required at your age'),
    DOOR_FREE,
  ),
  'court-suspended': row(
    'not-required',
    say('법원의 결정으로 방역패스의 효력이 정지되었습니다', 'A court has suspended the pass requirement'),
    DOOR_FREE,
  ),
  'grace-period': row(
    'not-required',
    say(
      '계도기간이라 입장하실 수 있습니다. 기간이 끝나면 증명이 필요합니다',
      'You may enter during the grace period; afterwards a certificate is needed',
    ),
    say('계도기간입니다. 안내 후 입장하실 수 있습니다', 'Grace period: inform and let in'),
  ),
  alone: row(
    'not-required',
    say(
      '혼자 이용하시는 경우 증명 없이 입장하실 수 있습니다',
      'Visitors without company may enter without a certificate',
    ),
    say('1인 이용으로 입장하실 수 있습니다', 'May enter alone'),
  ),
  'party-allowance': row(
    'not-required',
    say(
      '일행 중 정해진 인원까지는 증명 없이 이용하실 수 있습니다',
      'A limited number of your party may enter without a certificate',
    ),
    say('허용 인원 안에서 입장하실 수 있습니다', 'May enter within the allowance of the party'),
  ),
  // --- refuse ---------------------------------------------------------------------------------------------------
  'no-credential': row('refuse', say('제시된 증명이 없습니다', 'No certificate was shown'), DOOR_REFUSE),
  'not-accepted': row(
    'refuse',
    say('이 시설에서 인정되는 증명이 아닙니다', 'The certificate shown is not accepted at this kind of place'),
    DOOR_REFUSE,
  ),
  'not-yet': row(
    'refuse',
    say('증명의 효력이 아직 시작되지 않았습니다', 'Your certificate does not count yet'),
    DOOR_REFUSE,
  ),
  expired: row('refuse', say('증명의 유효기간이 지났습니다', 'Your certificate has run out'), DOOR_REFUSE),
  'party-mixed': row(
    'refuse',
    say(
      '증명이 없는 분은 정해진 인원을 넘어 함께 이용하실 수 없습니다',
      'Your party has more persons without a certificate than are allowed',
    ),
    DOOR_REFUSE,
  ),
  'party-too-large': row(
    'refuse',
    say('사적모임 제한 인원을 넘었습니다', 'Your party is larger than private gatherings may be'),
    say('일행이 제한 인원을 넘었습니다', 'The party is larger than allowed'),
  ),
  // --- unknown --------------------------------------------------------------------------------------------------
  'question-malformed': row(
    'unknown',
    say('확인 요청을 읽을 수 없습니다', 'The question cannot be read'),
    DOOR_UNKNOWN,
  ),
  'facility-unknown': row(
    'unknown',
    say('알 수 없는 시설 종류입니다', 'This kind of place is not known here'),
    DOOR_UNKNOWN,
  ),
  'region-unknown': row('unknown', say('알 수 없는 지역입니다', 'This region is not known here'), DOOR_UNKNOWN),
  'no-rule': row(
    'unknown',
    say('지금 적용되는 규정을 알 수 없습니다', 'No rule is known for this time and place'),
    DOOR_UNKNOWN,
  ),
  'age-needed': row(
    'unknown',
    say('연령을 확인해야 합니다. 신분증을 보여 주세요', 'Your age has to be known. Show an identity card'),
    say('신분증으로 연령을 확인하세요', 'Check the age on an identity card'),
  ),
  'party-needed': row(
    'unknown',
    say(
      '일행 가운데 증명이 없는 분이 몇 분인지 알아야 합니다',
      'How many of your party have no certificate has to be known',
    ),
    say('일행 중 증명이 없는 인원을 확인하세요', 'Ask how many of the party have no certificate'),
  ),
  'credential-unreadable': row(
    'unknown',
    say('증명의 내용을 규정과 견줄 수 없습니다', 'The content of the certificate cannot be compared with the rules'),
    DOOR_UNKNOWN,
  ),
} as const satisfies Record<string, ReasonRow>

export type ReasonCode = keyof typeof REASONS
