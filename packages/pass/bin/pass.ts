import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { createNodeCrypto } from '../node/crypto.ts'
import { inspect, inspectLine } from '../node/inspect-request.ts'
import { createIssuer } from '../node/issue-request.ts'
import { type Line, readLines } from '../node/lines.ts'
import { createVerifier } from '../node/verify-request.ts'
import { parseJson } from '../src/json.ts'
import { REFUSALS, type RefusalCode } from '../src/refusals.ts'

/** What the command touches of the world. */
export type PassIo = {
  readonly input: AsyncIterable<Uint8Array | string>
  /** Resolves when more may be written. */
  readonly write: (text: string) => void | Promise<void>
  readonly warn: (text: string) => void
  readonly readText: (path: string) => Promise<string>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const USAGE = `dure pass issue   --batch                  requests as JSON, one a line, on standard input
dure pass issue   --request FILE           one request
dure pass inspect TEXT | --batch           what a certificate says, unverified
dure pass verify  TEXT --keys FILE [--at INSTANT] | --batch

TEXT is HC1:…, shc:/… (several for chunks), a compact JWS or the content of a .smart-health-card file; - reads it from
standard input. FILE for --keys holds [{"kid"?, "jwk" | "pem" | "certificate"}] or a JWK set.
verify request: {"id", "text", "keys", "at"}; answer: {"id", "verdict", "code", "format", "kid"?, "payload"?}
`

/** Exit status: 0 done (and, for a single text, valid), 1 not valid, 2 wrong use. In a batch every line gets its answer. */
export const passCommand = async (argv: readonly string[], io: PassIo = processIo()): Promise<number> => {
  const options = readOptions(argv)
  const [action, ...texts] = options?.positionals ?? []
  if (!options || !isAction(action)) {
    io.warn(USAGE)
    return 2
  }
  if (options.values.batch) return batch(io, lineAnswerer(action, io))
  return ACTIONS[action](io, texts, options.values)
}

const readOptions = (argv: readonly string[]) => {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        batch: { type: 'boolean' },
        keys: { type: 'string' },
        at: { type: 'string' },
        request: { type: 'string' },
      },
    })
    return { values, positionals }
  } catch {
    return undefined
  }
}
type Values = NonNullable<ReturnType<typeof readOptions>>['values']
type Action = 'issue' | 'inspect' | 'verify'

const isAction = (action: string | undefined): action is Action =>
  action === 'issue' || action === 'inspect' || action === 'verify'

type AnswerLine = (line: string) => object | Promise<object>

const lineAnswerer = (action: Action, io: PassIo): AnswerLine => {
  if (action === 'inspect') return inspectLine
  const crypto = createNodeCrypto()
  return action === 'issue' ? createIssuer(crypto, io.now) : createVerifier(crypto, io.now)
}

/** Answers are gathered to this many characters before they are written. */
const WRITE_CHARACTERS = 65_536

const batch = async (io: PassIo, answer: AnswerLine): Promise<number> => {
  let held = ''
  for await (const line of readLines(io.input)) {
    held += `${JSON.stringify(await answerTo(line, answer))}\n`
    if (held.length < WRITE_CHARACTERS) continue
    await io.write(held)
    held = ''
  }
  if (held !== '') await io.write(held)
  return 0
}

const MALFORMED = { id: null, verdict: 'unknown', code: 'request-malformed', format: 'unknown' } as const

const answerTo = async (line: Line, answer: AnswerLine): Promise<object> => {
  if ('tooLong' in line) return MALFORMED
  try {
    return await answer(line.text)
  } catch (fault) {
    // A bug of ours must not cost the other lines their answers; it is named on its own line.
    return { ...MALFORMED, fault: String(fault) }
  }
}

const textFrom = async (io: PassIo, texts: readonly string[]): Promise<string> => {
  if (texts.length > 0 && texts[0] !== '-') return texts.join('\n')
  let text = ''
  for await (const line of readLines(io.input)) if ('text' in line) text += `${line.text}\n`
  return text.replace(/\n$/, '')
}

const ACTIONS: Readonly<Record<Action, (io: PassIo, texts: readonly string[], values: Values) => Promise<number>>> = {
  inspect: async (io, texts) => {
    const answer = inspect(null, await textFrom(io, texts))
    await io.write(`${JSON.stringify(answer, null, 2)}\n`)
    return 'content' in answer ? 0 : 1
  },
  verify: async (io, texts, { keys: path, at }) => {
    const keys = path === undefined ? [] : (parseJson(await io.readText(path)) ?? null)
    const request = { text: await textFrom(io, texts), keys, ...(at !== undefined && { at }) }
    const answer = await createVerifier(createNodeCrypto(), io.now)(JSON.stringify(request))
    await io.write(`${JSON.stringify({ ...answer, ...sentence(answer.code) }, null, 2)}\n`)
    return answer.verdict === 'valid' ? 0 : 1
  },
  issue: async (io, _texts, { request }) => {
    if (request === undefined) {
      io.warn(USAGE)
      return 2
    }
    const answer = await createIssuer(createNodeCrypto(), io.now)(await io.readText(request))
    await io.write(`${JSON.stringify(answer, null, 2)}\n`)
    return 'text' in answer ? 0 : 1
  },
}

const sentence = (code: 'ok' | RefusalCode) =>
  code === 'ok' ? {} : { holder: REFUSALS[code].holder, door: REFUSALS[code].door }

const processIo = (): PassIo => ({
  input: process.stdin,
  write: (text) =>
    new Promise((resolve, reject) => process.stdout.write(text, (fault) => (fault ? reject(fault) : resolve()))),
  warn: (text) => process.stderr.write(text),
  readText: (path) => readFile(path, 'utf8'),
  now: () => Date.now(),
})

if (import.meta.main) process.exitCode = await passCommand(process.argv.slice(2))
