import { z } from 'zod'

interface ProblemRow {
  /** The HTTP status this refusal is answered with. */
  readonly status: number
  readonly title_ko: string
  readonly title_en: string
}

/**
 * The one table that turns a refusal code into a response (RFC 9457).
 * Slices add their codes here; a code without a row does not compile.
 */
export const PROBLEMS = {
  'invalid-input': { status: 400, title_ko: '입력이 올바르지 않습니다', title_en: 'The input is not valid' },
  'sign-in-needed': { status: 401, title_ko: '로그인이 필요합니다', title_en: 'Sign-in is needed' },
  'link-spent': {
    status: 401,
    title_ko: '이미 쓰였거나 기한이 지난 링크입니다',
    title_en: 'This sign-in link was used or has expired',
  },
  'sign-in-refused': {
    status: 401,
    title_ko: '로그인할 수 없습니다',
    title_en: 'Sign-in was refused',
  },
  'not-allowed': { status: 403, title_ko: '권한이 없습니다', title_en: 'You are not allowed to do this' },
  'not-found': { status: 404, title_ko: '찾을 수 없습니다', title_en: 'Not found' },
  'method-not-allowed': {
    status: 405,
    title_ko: '지원하지 않는 요청 방식입니다',
    title_en: 'This method is not served here',
  },
  conflict: {
    status: 409,
    title_ko: '다른 변경과 충돌합니다',
    title_en: 'This conflicts with what happened meanwhile',
  },
  'wrong-state': {
    status: 409,
    title_ko: '지금 상태에서는 할 수 없습니다',
    title_en: 'Not possible in the present state',
  },
  'slot-taken': {
    status: 409,
    title_ko: '그 병상은 방금 다른 환자에게 배정되었습니다',
    title_en: 'This bed was just promised to another patient',
  },
  'already-placed': {
    status: 409,
    title_ko: '이 환자는 이미 다른 병상을 받았습니다',
    title_en: 'This patient already has a bed',
  },
  'no-candidate': {
    status: 409,
    title_ko: '조건에 맞는 병상이 없습니다',
    title_en: 'No hospital fits this request now',
  },
  'stood-in': {
    status: 409,
    title_ko: '이 지역의 업무를 지금은 이웃 지역이 대신합니다. 이웃 지역의 주소로 접속하십시오',
    title_en: 'A neighbouring region stands in for this one: use the address of the neighbour',
  },
  recovering: {
    status: 503,
    title_ko: '복구 중입니다. 다른 지역에서 기록을 확인한 뒤 다시 받습니다',
    title_en: 'Recovering: this cell is learning from the others what it had decided',
  },
  'too-large': { status: 413, title_ko: '요청이 너무 큽니다', title_en: 'The request is too large' },
  'unsupported-media': {
    status: 415,
    title_ko: '지원하지 않는 형식입니다',
    title_en: 'This media type is not supported',
  },
  'too-many-requests': { status: 429, title_ko: '요청이 너무 많습니다', title_en: 'Too many requests' },
  internal: { status: 500, title_ko: '서버에서 오류가 났습니다', title_en: 'The server made an error' },
  'storage-full': {
    status: 507,
    title_ko: '서버의 저장 공간이 부족해 저장하지 못했습니다. 일부만 저장된 것은 없습니다',
    title_en: 'The server has no room left to save this; nothing was half-saved',
  },
  overloaded: {
    status: 503,
    title_ko: '지금은 처리할 수 없습니다. 잠시 후 다시 시도하십시오',
    title_en: 'Overloaded; try again shortly',
  },
} as const satisfies Record<string, ProblemRow>

export type ProblemCode = keyof typeof PROBLEMS

export const PROBLEM_CODES = Object.keys(PROBLEMS) as readonly ProblemCode[]

/** The `type` member of a problem: stable, and the address of its explanation on the API page. */
export const problemType = (code: ProblemCode): string => `/problems/${code}`

export const ProblemDetail = z.object({
  /** JSON pointer (RFC 6901) into the input: `/body/patient/sex`, `/query/limit`, `/params/id`. */
  pointer: z.string(),
  detail: z.string(),
})

/** RFC 9457 problem details, media type `application/problem+json`. */
export const Problem = z
  .object({
    type: z.string(),
    code: z.enum(PROBLEM_CODES as unknown as readonly [ProblemCode, ...ProblemCode[]]),
    title: z.string(),
    title_ko: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    /** JSON pointer into the input that has to change. */
    pointer: z.string().optional(),
    errors: z.array(ProblemDetail).optional(),
    /** Names this request in the server's log. */
    request: z.string().optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>

/** What a handler says when it refuses; the table makes the response from it. */
export interface Refusal<C extends ProblemCode = ProblemCode> {
  readonly code: C
  readonly pointer?: string | undefined
  readonly detail?: string | undefined
  readonly errors?: readonly z.infer<typeof ProblemDetail>[] | undefined
}

/** The refusal as a problem document. */
export const toProblem = (refusal: Refusal, request?: string): Problem => {
  const { status, title_ko, title_en } = PROBLEMS[refusal.code]
  return {
    type: problemType(refusal.code),
    code: refusal.code,
    title: title_en,
    title_ko,
    status,
    ...(refusal.detail === undefined ? {} : { detail: refusal.detail }),
    ...(refusal.pointer === undefined ? {} : { pointer: refusal.pointer }),
    ...(refusal.errors === undefined ? {} : { errors: [...refusal.errors] }),
    ...(request === undefined ? {} : { request }),
  }
}
