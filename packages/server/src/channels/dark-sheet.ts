import { createHash } from 'node:crypto'
import type { BedClass, IsolationNeed, Need, OxygenSupport, RequestState, Severity } from '@dure/contract'
import { SHEET_STYLE } from './dark-sheet-style.ts'
import { classWord, needWord, SEVERITY_WORD, SHEET_TEXT, type SheetLanguage, STATE_WORD } from './dark-sheet-words.ts'
import { needWords } from './texts.ts'

/** A hospital as it stands on the sheet. */
export interface SheetPlace {
  readonly name: string
  readonly phone: string | null
}

/** A request on the sheet. There is no member for who the patient is, nor for anything typed freely. */
export interface SheetRequest {
  readonly code: string
  readonly ageBand: string
  readonly severity: Severity | null
  readonly bedClass: BedClass
  readonly isolation: IsolationNeed
  readonly oxygen: OxygenSupport
  readonly needs: readonly Need[]
  readonly state: RequestState
  readonly waitingSince: Date
  /** null: the patient is not in a hospital. */
  readonly from: SheetPlace | null
  readonly hospitals: readonly SheetPlace[]
}

export interface SheetBeds {
  readonly bedClass: BedClass
  readonly free: number
  readonly staffed: number
  /** Too old to place by when the sheet was made: a telephone call comes first. */
  readonly old: boolean
}

export interface SheetHospital extends SheetPlace {
  readonly beds: readonly SheetBeds[]
  readonly asOf: Date
}

export interface Sheet {
  /** `인천 병상배정반`, or a hospital's name. */
  readonly desk: string
  readonly madeAt: Date
  readonly requests: readonly SheetRequest[]
  readonly hospitals: readonly SheetHospital[]
  readonly calls: readonly SheetPlace[]
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const esc = (text: string): string => text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? '')

/** `11-22 14:05` in Seoul. */
const when = (at: Date): string => new Date(at.getTime() + 9 * 3_600_000).toISOString().slice(5, 16).replace('T', ' ')

/** One self-contained page: nothing is fetched for it, it runs no script, and it prints on A4 with page numbers. */
export const sheetHtml = (sheet: Sheet, language: SheetLanguage): string => {
  const t = SHEET_TEXT[language]
  const made = `${when(sheet.madeAt)} KST`
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="dure-made-at" content="${sheet.madeAt.toISOString()}">
<title>${esc(`${t.title} · ${sheet.desk} · ${made}`)}</title>
<style>${SHEET_STYLE}</style>
</head>
<body>
<main class="sheet">
<header><h1>${esc(t.title)}</h1><p class="desk">${esc(sheet.desk)}</p><p class="made">${esc(t.made)} <strong>${made}</strong></p></header>
<p class="rule">${esc(t.every)}</p>
${callsPart(sheet, language)}
${requestsPart(sheet, language)}
${bedsPart(sheet, language)}
${writtenPart(language)}
<p class="privacy">${esc(t.privacy)}</p>
</main>
</body>
</html>
`
}

const phoneCell = (phone: string | null): string => (phone === null ? '—' : esc(phone))

const callsPart = ({ calls }: Sheet, language: SheetLanguage): string => {
  if (calls.length === 0) return ''
  const items = calls.map(({ name, phone }) => `<li>${esc(name)} <strong>${phoneCell(phone)}</strong></li>`).join('')
  return `<section><h2>${esc(SHEET_TEXT[language].calls)}</h2><ul class="calls">${items}</ul></section>`
}

const requestsPart = ({ requests }: Sheet, language: SheetLanguage): string => {
  const t = SHEET_TEXT[language]
  const title = `<h2>${esc(t.requests)} (${requests.length})</h2>`
  if (requests.length === 0) return `<section>${title}<p>${esc(t.none)}</p></section>`
  const heads = [t.code, t.age, t.severity, t.class, t.needs, t.state, t.since, t.from, t.at, t.note]
  const head = heads.map((text) => `<th scope="col">${esc(text)}</th>`).join('')
  const rows = requests.map((one) => requestRow(one, language)).join('\n')
  return `<section>${title}<table class="requests"><thead><tr>${head}</tr></thead><tbody>
${rows}
</tbody></table></section>`
}

const requestRow = (one: SheetRequest, language: SheetLanguage): string => {
  const t = SHEET_TEXT[language]
  const needs = needWords(one).map((word) => needWord(word, language))
  const cells = [
    esc(one.ageBand),
    one.severity === null ? '—' : esc(SEVERITY_WORD[language][one.severity]),
    esc(classWord(one.bedClass, language)),
    needs.length === 0 ? '—' : esc(needs.join(' + ')),
    esc(STATE_WORD[language][one.state]),
    when(one.waitingSince),
    one.from === null ? esc(t.elsewhere) : place(one.from),
    one.hospitals.length === 0 ? '—' : one.hospitals.map(place).join('<br>'),
    '',
  ]
  return `<tr><th scope="row">${esc(one.code)}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
}

const place = ({ name, phone }: SheetPlace): string => `${esc(name)}<br><span class="tel">${phoneCell(phone)}</span>`

const bedsPart = ({ hospitals }: Sheet, language: SheetLanguage): string => {
  const t = SHEET_TEXT[language]
  const title = `<h2>${esc(t.beds)}</h2>`
  if (hospitals.length === 0) return `<section>${title}<p>${esc(t.noBeds)}</p></section>`
  const head = [t.hospital, t.phone, t.beds.replace(/ \(.*/, ''), t.asOf]
    .map((text) => `<th scope="col">${esc(text)}</th>`)
    .join('')
  const rows = hospitals.map((one) => hospitalRow(one, language)).join('\n')
  const note = hospitals.some(({ beds }) => beds.some(({ old }) => old)) ? `<p>${esc(t.old)}</p>` : ''
  return `<section>${title}${note}<table class="beds"><thead><tr>${head}</tr></thead><tbody>
${rows}
</tbody></table></section>`
}

const hospitalRow = ({ name, phone, beds, asOf }: SheetHospital, language: SheetLanguage): string => {
  const shown = beds
    .map(({ bedClass, free, staffed, old }) => {
      const text = `${esc(classWord(bedClass, language))} ${free}/${staffed}${old ? '?' : ''}`
      return free > 0 && !old ? `<b>${text}</b>` : `<span class="none">${text}</span>`
    })
    .join(' · ')
  return `<tr><th scope="row">${esc(name)}</th><td class="tel">${phoneCell(phone)}</td><td>${shown}</td><td class="tel">${when(asOf)}</td></tr>`
}

const LINES = 12

const writtenPart = (language: SheetLanguage): string => {
  const t = SHEET_TEXT[language]
  const head = [t.time, t.code, t.who, t.said, t.entered].map((text) => `<th scope="col">${esc(text)}</th>`).join('')
  const line = '<tr><td></td><td></td><td></td><td></td><td>□</td></tr>'
  return `<section class="written"><h2>${esc(t.written)}</h2><table><thead><tr>${head}</tr></thead><tbody>${line.repeat(LINES)}</tbody></table></section>`
}

/** The page's own style is the only one it may use, and it may run and fetch nothing. */
export const SHEET_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(SHEET_STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
