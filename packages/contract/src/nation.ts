import { z } from 'zod'
import { endpoint } from './endpoint.ts'

/** What the national cell gives to all: notices, and the signed packs of rules. A region has its own copy of both. */

const id = z.string().min(1).max(64)
const instant = z.string().max(40)
const sido = z.string().regex(/^[0-9]{2}$/)

// ---------------------------------------------------------------- notices

export const NOTICE_WEIGHTS = ['info', 'warning', 'urgent'] as const
const title = z.string().trim().min(1).max(120)
const text = z.string().trim().min(1).max(4_000)

export const noticeInput = z.strictObject({
  weight: z.enum(NOTICE_WEIGHTS).default('info'),
  title,
  body: text,
  /** Absent: the Korean text is shown in English screens too, and says so. */
  titleEn: title.nullable().default(null),
  bodyEn: text.nullable().default(null),
  validUntil: z.iso.datetime({ offset: true }).nullable().default(null),
  /** A notice whose place this one takes: that one is withdrawn by it. */
  replaces: id.nullable().default(null),
})
export type NoticeInput = z.input<typeof noticeInput>

export const noticeView = z.object({
  id,
  origin: sido,
  weight: z.enum(NOTICE_WEIGHTS),
  title: z.string(),
  body: z.string(),
  titleEn: z.string().nullable(),
  bodyEn: z.string().nullable(),
  publishedAt: instant,
  publishedBy: z.string(),
  validUntil: instant.nullable(),
  withdrawnAt: instant.nullable(),
  withdrawnBy: z.string().nullable(),
  replacedBy: id.nullable(),
  /** By the asker's own desk; null = not yet, or the asker has no desk. */
  acknowledged: z.object({ at: instant, by: z.string() }).nullable(),
  /** Desks that acknowledged, as far as this cell knows, by region. */
  acknowledgements: z.array(z.object({ sido, desks: z.int(), lastAt: instant })),
})
export type NoticeView = z.infer<typeof noticeView>

export const notices = z.object({
  at: instant,
  /** May this person's desk acknowledge? */
  hasDesk: z.boolean(),
  /** Last sign of life of the national cell; null at the national cell itself, or never heard. What came later is not here yet. */
  heardAt: instant.nullable(),
  /** In force, the gravest first, then the newest. */
  notices: z.array(noticeView),
  /** Withdrawn, replaced or over in the last thirty days, newest first. */
  past: z.array(noticeView),
})
export type Notices = z.infer<typeof notices>

// ---------------------------------------------------------------- packs of rules

/** A file larger than this does not travel in the log, and is refused where it is built and where it is published. */
export const PACK_LIMIT_BYTES = 4 * 1024 * 1024
export const PACK_TOO_LARGE = `a pack travels in the log with at most ${PACK_LIMIT_BYTES} bytes; longer lists of revocations are fetched by doors as lists of their own`
const PACK_LIMIT_CHARS = Math.ceil((PACK_LIMIT_BYTES * 4) / 3)

export const packView = z.object({
  number: z.int(),
  /** Of its signed head, hex: what names a pack. */
  hash: z.string(),
  /** Of the file as it is served, hex. */
  sha256: z.string(),
  bytes: z.int(),
  issuedAt: instant,
  /** fresh · ageing: a new one is due · old: answers that rest on it are amber · clock-behind: this clock is before the pack was made */
  freshness: z.enum(['fresh', 'ageing', 'old', 'clock-behind']),
  receivedAt: instant,
  publishedBy: z.string(),
  ruleSet: z.object({ id: z.string(), version: z.int(), title: z.string(), published: instant }),
  /** Names of its parts and their size in bytes. */
  sections: z.array(z.object({ name: z.string(), bytes: z.int() })),
  issuers: z.int(),
  revocationLists: z.int(),
  openOutages: z.int(),
})
export type PackView = z.infer<typeof packView>

export const packs = z.object({
  at: instant,
  /** Does this cell know the root keys that packs are signed with? Without them it takes none. */
  trusts: z.boolean(),
  heardAt: instant.nullable(),
  /** Newest first. */
  packs: z.array(packView),
  /** What was offered and refused, newest first: forged, older than what is held, damaged. */
  refused: z.array(
    z.object({ at: instant, number: z.int().nullable(), sha256: z.string(), code: z.string(), detail: z.string() }),
  ),
  refusedCount: z.int(),
})
export type Packs = z.infer<typeof packs>

const changed = ['not-found', 'invalid-input', 'not-allowed', 'wrong-state', 'stood-in', 'recovering'] as const

export const nationEndpoints = {
  publishNotice: endpoint({
    id: 'publishNotice',
    method: 'POST',
    path: '/api/notices',
    summary: 'A notice of the national desk to every region; it may take the place of an earlier one',
    auth: 'session',
    body: noticeInput,
    response: { status: 201, schema: noticeView },
    problems: changed,
  }),
  listNotices: endpoint({
    id: 'listNotices',
    method: 'GET',
    path: '/api/notices',
    summary: 'Notices of the national cell as this cell has them, who acknowledged them, and what is over',
    auth: 'session',
    response: { status: 200, schema: notices },
    problems: [],
  }),
  withdrawNotice: endpoint({
    id: 'withdrawNotice',
    method: 'POST',
    path: '/api/notices/:id/withdraw',
    summary: 'Takes a notice back, in every region',
    auth: 'session',
    params: z.object({ id }),
    response: { status: 200, schema: noticeView },
    problems: changed,
  }),
  acknowledgeNotice: endpoint({
    id: 'acknowledgeNotice',
    method: 'POST',
    path: '/api/notices/:id/acknowledge',
    summary: "The asker's desk has read a notice; the second time changes nothing",
    auth: 'session',
    params: z.object({ id }),
    response: { status: 200, schema: noticeView },
    problems: changed,
  }),
  listPacks: endpoint({
    id: 'listPacks',
    method: 'GET',
    path: '/api/packs',
    summary: 'Packs of rules this cell holds and serves, their age, and what was refused',
    auth: 'session',
    response: { status: 200, schema: packs },
    problems: [],
  }),
  publishPack: endpoint({
    id: 'publishPack',
    method: 'POST',
    path: '/api/packs',
    summary: 'A finished pack, signed with the root keys, to every region',
    auth: 'session',
    body: z.strictObject({
      file: z.base64url().min(1).max(PACK_LIMIT_CHARS, PACK_TOO_LARGE),
    }),
    // Room for a file that is somewhat too large: its publisher hears why.
    bodyLimitBytes: 2 * PACK_LIMIT_CHARS,
    response: { status: 201, schema: packView },
    problems: changed,
  }),
} as const
