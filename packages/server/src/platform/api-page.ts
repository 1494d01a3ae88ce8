import { type Endpoint, PROBLEMS, type ProblemCode, permissionOf } from '@dure/contract'
import { openApi, problemsOf } from './openapi.ts'

export type PageLanguage = 'ko' | 'en'

const WORDS = {
  ko: {
    title: '두레 API',
    intro:
      '모든 거절은 RFC 9457 문제 문서(application/problem+json)로 응답하며 입력의 위치를 JSON 포인터로 가리킵니다. 쓰기 요청에는 x-dure: 1 헤더가 필요하고, 같은 Idempotency-Key를 다시 보내면 같은 답을 받습니다.',
    other: 'English',
    routes: '경로',
    problems: '거절 코드',
    who: '권한',
    anyone: '누구나',
    signedIn: '로그인한 사람',
    input: '입력',
    output: '응답',
    name: '이름',
    place: '위치',
    type: '형식',
    needed: '필수',
    yes: '예',
    no: '아니오',
    refusals: '거절',
    skip: '본문으로 건너뛰기',
    status: '상태',
    meaning: '뜻',
    document: 'OpenAPI 문서',
  },
  en: {
    title: 'Dure API',
    intro:
      'Every refusal is an RFC 9457 problem document (application/problem+json) with a JSON pointer into the input. Writes need the header x-dure: 1; the same Idempotency-Key sent again gets the same answer.',
    other: '한국어',
    routes: 'Routes',
    problems: 'Refusal codes',
    who: 'Who may',
    anyone: 'anyone',
    signedIn: 'any signed-in person',
    input: 'Input',
    output: 'Answer',
    name: 'Name',
    place: 'Place',
    type: 'Type',
    needed: 'Needed',
    yes: 'yes',
    no: 'no',
    refusals: 'Refusals',
    skip: 'Skip to content',
    status: 'Status',
    meaning: 'Meaning',
    document: 'OpenAPI document',
  },
} as const satisfies Record<PageLanguage, Record<string, string>>

type Words = (typeof WORDS)[PageLanguage]

interface Schema {
  readonly type?: string | readonly string[]
  readonly $ref?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly format?: string
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly description?: string
}

interface Operation {
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: Schema }[]
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> }
  readonly responses: Readonly<Record<string, { readonly content?: Record<string, { readonly schema: Schema }> }>>
}

/** The API for people: HTML of our own, no script, everything on one page. */
export const apiPage = (endpoints: readonly Endpoint[], version: string, language: PageLanguage): string => {
  const words = WORDS[language]
  const document = openApi(endpoints, version) as unknown as {
    paths: Record<string, Record<string, Operation>>
    components: { schemas: Record<string, Schema> }
  }
  const ordered = [...endpoints].sort((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : a.method < b.method ? -1 : 1,
  )
  const section = (endpoint: Endpoint) => {
    const path = endpoint.path.replace(/:([A-Za-z0-9_]+)/g, '{$1}')
    const operation = document.paths[path]?.[endpoint.method.toLowerCase()]
    return operation === undefined ? '' : routeSection(endpoint, operation, words)
  }
  const body = [
    `<h1>${words.title} <small>${toHtml(version)}</small></h1>`,
    `<p>${words.intro}</p>`,
    `<p><a href="/openapi.json">${words.document}</a></p>`,
    `<nav aria-label="${words.routes}"><h2>${words.routes}</h2><ul>${ordered.map(link).join('')}</ul></nav>`,
    ...ordered.map(section),
    `<h2 id="problems">${words.problems}</h2>${problemTable(language, words)}`,
    ...Object.entries(document.components.schemas).map(([name, schema]) => schemaSection(name, schema, words)),
  ]
  return page(language, words, body.join('\n'))
}

const page = (language: PageLanguage, words: Words, body: string): string => `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words.title}</title>
<link rel="stylesheet" href="/api-docs.css">
</head>
<body>
<a class="skip" href="#content">${words.skip}</a>
<header><a href="/">두레 Dure</a> <a lang="${language === 'ko' ? 'en' : 'ko'}" href="?lang=${language === 'ko' ? 'en' : 'ko'}">${words.other}</a></header>
<main id="content" tabindex="-1">
${body}
</main>
</body>
</html>
`

const toHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const link = (endpoint: Endpoint): string =>
  `<li><a href="#${endpoint.id}"><code>${endpoint.method} ${toHtml(endpoint.path)}</code></a> ${toHtml(endpoint.summary)}</li>`

const routeSection = (endpoint: Endpoint, operation: Operation, words: Words): string => {
  const { who: allowed } = permissionOf(endpoint)
  const who = allowed === 'public' ? words.anyone : allowed === 'signed-in' ? words.signedIn : allowed.join(', ')
  const input = inputRows(operation)
  const answer = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))
  const shape = answer?.[1].content?.['application/json']?.schema
  return `<section aria-labelledby="${endpoint.id}">
<h2 id="${endpoint.id}"><code>${endpoint.method} ${toHtml(endpoint.path)}</code></h2>
<p>${toHtml(endpoint.summary)}</p>
<dl><dt>${words.who}</dt><dd>${toHtml(who)}</dd>
<dt>${words.output}</dt><dd>${answer?.[0] ?? ''} ${shape === undefined ? '' : typeOf(shape)}</dd>
<dt>${words.refusals}</dt><dd>${problemsOf(endpoint).map(problemLink).join(', ')}</dd></dl>
${
  input.length === 0
    ? ''
    : table(
        [words.name, words.place, words.type, words.needed],
        input.map((row) => [...row.slice(0, 3), row[3] === 'yes' ? words.yes : words.no]),
        words.input,
      )
}
</section>`
}

const problemLink = (code: ProblemCode): string => `<a href="#problem-${code}">${code}</a>`

const inputRows = (operation: Operation): (readonly [string, string, string, 'yes' | 'no'])[] => {
  const body = operation.requestBody?.content['application/json']?.schema
  return [
    ...(operation.parameters ?? []).map(
      (one) => [code(one.name), one.in, typeOf(one.schema), one.required ? 'yes' : 'no'] as const,
    ),
    ...(body === undefined ? [] : bodyRows(body)),
  ]
}

const bodyRows = (body: Schema): (readonly [string, string, string, 'yes' | 'no'])[] =>
  body.properties === undefined
    ? [['', 'body', typeOf(body), 'yes']]
    : Object.entries(body.properties).map(
        ([name, schema]) =>
          [code(name), 'body', typeOf(schema), body.required?.includes(name) === true ? 'yes' : 'no'] as const,
      )

const code = (text: string): string => `<code>${toHtml(text)}</code>`

/** A schema in a few words. */
const typeOf = (schema: Schema): string => {
  if (schema.$ref !== undefined) {
    const name = toHtml(schema.$ref.split('/').at(-1) ?? '')
    return `<a href="#schema-${name}">${name}</a>`
  }
  if (schema.const !== undefined) return code(JSON.stringify(schema.const))
  if (schema.enum !== undefined) return schema.enum.map((one) => code(String(one))).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return choices.map(typeOf).join(' | ')
  if (schema.items !== undefined) return `[${typeOf(schema.items)}]`
  if (schema.properties !== undefined)
    return `{ ${Object.entries(schema.properties)
      .map(([name, one]) => `${code(name)}: ${typeOf(one)}`)
      .join(', ')} }`
  const type = schema.type === undefined ? 'any' : [schema.type].flat().join(' | ')
  return toHtml(schema.format === undefined ? type : `${type} (${schema.format})`)
}

const schemaSection = (name: string, schema: Schema, words: Words): string => {
  const rows = Object.entries(schema.properties ?? {}).map(([member, one]) => [
    code(member),
    typeOf(one),
    schema.required?.includes(member) === true ? words.yes : words.no,
  ])
  const content =
    rows.length === 0 ? `<p>${typeOf(schema)}</p>` : table([words.name, words.type, words.needed], rows, name)
  return `<section aria-labelledby="schema-${name}"><h2 id="schema-${name}">${code(name)}</h2>${content}</section>`
}

const problemTable = (language: PageLanguage, words: Words): string =>
  table(
    ['code', words.status, words.meaning],
    Object.entries(PROBLEMS).map(([name, row]) => [
      `<code id="problem-${name}">${name}</code>`,
      String(row.status),
      toHtml(language === 'ko' ? row.title_ko : row.title_en),
    ]),
    words.problems,
  )

const table = (head: readonly string[], rows: readonly (readonly string[])[], caption: string): string =>
  `<div class="table" tabindex="0" role="region" aria-label="${toHtml(caption)}"><table><caption>${toHtml(caption)}</caption><thead><tr>${head
    .map((one) => `<th scope="col">${one}</th>`)
    .join('')}</tr></thead><tbody>${rows
    .map(
      (row) =>
        `<tr>${row.map((cell, index) => (index === 0 ? `<th scope="row">${cell}</th>` : `<td>${cell}</td>`)).join('')}</tr>`,
    )
    .join('')}</tbody></table></div>`

export const API_PAGE_STYLE = `
:root { color-scheme: light dark; --line: #8a949e; --link: #0b50d0; --code: #f0f3f7 }
@media (prefers-color-scheme: dark) { :root { --link: #8db8ff; --code: #23282e } }
body { margin: 0 auto; max-width: 68rem; padding: 0 1rem 4rem; font: 1.0625rem/1.6 system-ui, sans-serif }
header { display: flex; justify-content: space-between; padding: 1rem 0; border-bottom: 1px solid var(--line) }
a { color: var(--link) }
a:focus-visible, .table:focus-visible, main:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
.skip { position: absolute; left: -999rem } .skip:focus { position: static }
code { background: var(--code); padding: 0 .25em; border-radius: .25em; overflow-wrap: anywhere }
h2 { margin-top: 2.5rem; font-size: 1.25rem }
nav ul { padding-left: 1.25rem } nav a { display: inline-block; min-height: 1.75rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem } dd { margin: 0; overflow-wrap: anywhere }
.table { overflow-x: auto } table { border-collapse: collapse; width: 100% }
caption { text-align: left; font-weight: 600; padding: .5rem 0 }
th, td { text-align: left; vertical-align: top; padding: .375rem .5rem; border: 1px solid var(--line) }
`
