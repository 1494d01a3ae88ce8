import { type Err, err, type Result } from './result.ts'

/**
 * Every refusal of this library: a stable code, what it means for a verdict, a sentence for the holder and one for the
 * door. The door learns what to do, never a medical reason. Codes are public API: they are added, never renamed.
 *
 * `verdict: 'invalid'`: the thing shown is damaged, forged, expired or not what it says.
 * `verdict: 'unknown'`: it cannot be judged here (no key, no rule, a pack too old); never to be shown as "not valid".
 *
 * Only `refusalText` and `verdictOf` read the table at run time, so a verifier that shows its own texts ships without it.
 */
export type RefusalVerdict = 'invalid' | 'unknown'
export type Sentence = { readonly ko: string; readonly en: string }
export type RefusalRow = { readonly verdict: RefusalVerdict; readonly holder: Sentence; readonly door: Sentence }

const row = (verdict: RefusalVerdict, holder: Sentence, door: Sentence): RefusalRow => ({ verdict, holder, door })
const say = (ko: string, en: string): Sentence => ({ ko, en })

const DOOR_UNREADABLE = /* @__PURE__ */ say('읽을 수 없는 코드입니다', 'This code cannot be read')
const DOOR_INVALID = /* @__PURE__ */ say('유효하지 않은 증명입니다', 'This pass is not valid')
const DOOR_UNKNOWN = /* @__PURE__ */ say('여기서는 확인할 수 없습니다', 'This cannot be checked here')
const HOLDER_DAMAGED = /* @__PURE__ */ say(
  '코드가 손상되었습니다. 증명을 다시 불러와 보여 주세요',
  'The code is damaged. Load your certificate again and show it',
)
const HOLDER_NOT_GENUINE = /* @__PURE__ */ say(
  '발급 기관의 서명과 맞지 않습니다. 증명을 다시 발급받으세요',
  'The issuer’s signature does not match. Ask for a new certificate',
)
const HOLDER_ISSUER_FAULT = /* @__PURE__ */ say(
  '증명의 내용이 규격과 다릅니다. 발급 기관에 문의하세요',
  'The content does not follow the standard. Ask the issuer',
)
const damaged = /* @__PURE__ */ row('invalid', HOLDER_DAMAGED, DOOR_UNREADABLE)
const forged = /* @__PURE__ */ row('invalid', HOLDER_NOT_GENUINE, DOOR_INVALID)
const malformed = /* @__PURE__ */ row('invalid', HOLDER_ISSUER_FAULT, DOOR_INVALID)
/** Faults of what the checker holds, not of what a guest shows: rules, trust list, lists of withdrawn passes. */
const outdated = /* @__PURE__ */ row(
  'unknown',
  say('확인 기기의 자료를 새로 받아야 합니다', 'The checker’s data must be updated'),
  DOOR_UNKNOWN,
)

export const REFUSALS = {
  // --- formats: text, compression, CBOR -------------------------------------------------------------------------
  'format-unknown': row(
    'invalid',
    say('알 수 없는 형식의 코드입니다', 'This is not a code of a known format'),
    DOOR_UNREADABLE,
  ),
  'too-large': damaged,
  'base45-malformed': damaged,
  'base64-malformed': damaged,
  'deflate-malformed': damaged,
  'deflate-too-large': damaged,
  'utf8-malformed': damaged,
  'json-malformed': damaged,
  'cbor-truncated': damaged,
  'cbor-trailing': damaged,
  'cbor-malformed': damaged,
  'cbor-too-deep': damaged,
  'cbor-too-large': damaged,
  'cbor-duplicate-key': damaged,
  'cbor-key-type': damaged,
  'cbor-not-canonical': damaged,
  // --- formats: signatures and keys -----------------------------------------------------------------------------
  'cose-malformed': damaged,
  'cose-header-malformed': damaged,
  'cose-critical-header': row(
    'unknown',
    say('이 확인 도구가 모르는 종류의 증명입니다', 'This kind of certificate is newer than this checker'),
    DOOR_UNKNOWN,
  ),
  'alg-unknown': row(
    'invalid',
    say('지원하지 않는 서명 방식입니다', 'The signature method is not supported'),
    DOOR_INVALID,
  ),
  'alg-unsupported-here': row(
    'unknown',
    say('이 기기는 이 서명 방식을 확인할 수 없습니다', 'This device cannot check this kind of signature'),
    DOOR_UNKNOWN,
  ),
  'key-unknown': row(
    'unknown',
    say('발급 기관의 열쇠를 찾을 수 없습니다', 'The issuer’s key is not known here'),
    DOOR_UNKNOWN,
  ),
  'key-malformed': row(
    'unknown',
    say('발급 기관의 열쇠를 읽을 수 없습니다', 'The issuer’s key cannot be read'),
    DOOR_UNKNOWN,
  ),
  'key-not-yet-valid': forged,
  'key-expired': row(
    'invalid',
    say(
      '발급 기관 열쇠의 유효 기간이 지났습니다. 다시 발급받으세요',
      'The issuer’s key has expired. Ask for a new certificate',
    ),
    DOOR_INVALID,
  ),
  'key-usage': row(
    'invalid',
    say('이 열쇠로는 이런 증명을 발급할 수 없습니다', 'The issuer’s key may not sign this kind of certificate'),
    DOOR_INVALID,
  ),
  'signature-invalid': forged,
  'x509-malformed': row(
    'unknown',
    say('발급 기관의 인증서를 읽을 수 없습니다', 'The issuer’s certificate cannot be read'),
    DOOR_UNKNOWN,
  ),
  // --- formats: HC1 ---------------------------------------------------------------------------------------------
  'cwt-malformed': malformed,
  'hcert-missing': malformed,
  'schema-invalid': malformed,
  'issued-in-future': row(
    'invalid',
    say(
      '발급 시각이 아직 되지 않았습니다. 기기의 시각을 확인하세요',
      'The issue time lies ahead. Check the clock of the device',
    ),
    say('발급 시각이 미래입니다. 이 기기의 시각을 확인하세요', 'The issue time lies ahead. Check this device’s clock'),
  ),
  'not-yet-valid': row(
    'invalid',
    say('아직 유효 기간이 시작되지 않았습니다', 'The certificate is not valid yet'),
    say('아직 유효하지 않습니다', 'Not valid yet'),
  ),
  expired: row(
    'invalid',
    say('유효 기간이 지났습니다. 새로 발급받으세요', 'The certificate has expired. Ask for a new one'),
    say('유효 기간이 지났습니다', 'Expired'),
  ),
  // --- formats: SMART Health Cards ------------------------------------------------------------------------------
  'jws-malformed': damaged,
  'shc-malformed': malformed,
  'shc-chunk-missing': row(
    'unknown',
    say('여러 장 가운데 아직 읽지 않은 코드가 있습니다', 'Some of the codes have not been read yet'),
    say('나머지 코드도 읽어 주세요', 'Please scan the remaining codes'),
  ),
  'shc-chunk-mismatch': damaged,
  'vc-malformed': malformed,
  // --- command line ---------------------------------------------------------------------------------------------
  'request-malformed': row('unknown', say('요청을 읽을 수 없습니다', 'The request cannot be read'), DOOR_UNKNOWN),
  // --- strips, proofs, trust, packs, revocation -----------------------------------------------------------------
  'strip-malformed': damaged,
  'strip-version': row(
    'unknown',
    say(
      '이 확인 기기보다 새로운 형식입니다. 다른 증명을 보여 주세요',
      'This pass is newer than the checker. Show another one',
    ),
    say('새로운 형식입니다. 이 기기를 업데이트하세요', 'A newer format. Update this device'),
  ),
  'strip-not-yet-valid': row(
    'invalid',
    say(
      '아직 시작되지 않은 하루 증명입니다. 기기의 시각을 확인하세요',
      'This day pass has not begun. Check the clock of the device',
    ),
    say('아직 유효하지 않습니다', 'Not valid yet'),
  ),
  'strip-expired': row(
    'invalid',
    say('지난 하루 증명입니다. 앱을 열어 오늘 것으로 바꾸세요', 'This day pass is over. Open the app to show today’s'),
    say('유효 시간이 지났습니다', 'Expired'),
  ),
  'proof-missing': row(
    'unknown',
    say(
      '복사된 화면일 수 있습니다. 앱을 열어 움직이는 코드를 보여 주세요',
      'This may be a copy. Open the app and show the live code',
    ),
    say('앱의 실시간 코드를 요청하세요', 'Ask for the live code in the app'),
  ),
  'proof-malformed': damaged,
  'proof-stale': row(
    'invalid',
    say(
      '화면이 오래되었습니다. 앱을 열어 새 코드를 보여 주세요',
      'The picture is old. Open the app and show a fresh code',
    ),
    say('오래된 화면입니다. 새 코드를 요청하세요', 'An old picture. Ask for a fresh code'),
  ),
  'proof-early': row(
    'invalid',
    say(
      '기기의 시각이 빠릅니다. 시각을 맞춘 뒤 다시 보여 주세요',
      'The clock of this device is ahead. Set it and try again',
    ),
    say('시각이 맞지 않습니다. 양쪽 시계를 확인하세요', 'The clocks differ. Check both'),
  ),
  'proof-invalid': row(
    'invalid',
    say('이 기기에 발급된 증명이 아닙니다', 'This pass was not issued to this device'),
    DOOR_INVALID,
  ),
  'challenge-required': row(
    'unknown',
    say('먼저 입구의 코드를 찍어 주세요', 'Scan the code at the door first'),
    say('입구 코드를 먼저 찍도록 안내하세요', 'Ask the guest to scan the door’s code first'),
  ),
  'challenge-mismatch': row(
    'invalid',
    say(
      '다른 입구이거나 지난 입구 코드입니다. 다시 찍어 주세요',
      'The door’s code was another or an older one. Scan it again',
    ),
    say('다른 입구 코드입니다. 다시 찍도록 안내하세요', 'Made for another door. Ask to scan again'),
  ),
  'issuer-revoked': row(
    'invalid',
    say(
      '발급 기관의 열쇠가 취소되었습니다. 다시 발급받으세요',
      'The issuer’s key was withdrawn. Ask for a new certificate',
    ),
    DOOR_INVALID,
  ),
  revoked: row(
    'invalid',
    say('취소된 증명입니다. 발급 기관에 문의하세요', 'This certificate was withdrawn. Ask the issuer'),
    DOOR_INVALID,
  ),
  'revocation-malformed': outdated,
  'delta-gap': outdated,
  'delta-mismatch': outdated,
  'pack-malformed': outdated,
  'pack-signature': outdated,
  'pack-older': outdated,
  'pack-forked': row(
    'unknown',
    say('같은 번호의 다른 기준 자료가 있습니다. 신고해 주세요', 'Two policy packs carry one number. Please report it'),
    DOOR_UNKNOWN,
  ),
  'pack-chain': outdated,
  'pack-gap': outdated,
  'pack-section': outdated,
  // --- rules ----------------------------------------------------------------------------------------------------
  'ruleset-malformed': row(
    'unknown',
    say('규정 자료를 읽을 수 없습니다', 'The rules held here cannot be read'),
    DOOR_UNKNOWN,
  ),
  'valueset-malformed': row(
    'unknown',
    say('코드 목록을 읽을 수 없습니다', 'A list of codes held here cannot be read'),
    DOOR_UNKNOWN,
  ),
} as const satisfies Record<string, RefusalRow>

export type RefusalCode = keyof typeof REFUSALS

/** `detail` is technical (an offset, a field's path); it never holds a value of a person. */
export type Refusal = { readonly code: RefusalCode; readonly detail?: string }

/** What every reader and verifier of this library returns. */
export type Checked<T> = Result<T, Refusal>

export const refuse = (code: RefusalCode, detail?: string): Err<Refusal> =>
  err(detail === undefined ? { code } : { code, detail })

export const verdictOf = (refusal: Refusal): RefusalVerdict => REFUSALS[refusal.code].verdict

export const refusalText = (refusal: Refusal): RefusalRow => REFUSALS[refusal.code]
