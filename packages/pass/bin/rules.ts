import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type Line, readLines } from '../node/lines.ts'
import { answerLine, judge, koreanInstant } from '../node/rules-request.ts'
import { isRecord } from '../src/certlogic-values.ts'
import { parseJson } from '../src/json.ts'
import type { Checked } from '../src/refusals.ts'
import { type CompiledRuleSet, compileRuleSet, parseRuleSet } from '../src/rules-compile.ts'
import { credentialsOfDcc } from '../src/rules-credentials.ts'
import { KOREA_RULE_SETS, KOREA_RULES, koreaRulesAt } from '../src/rulesets/kr/index.ts'
import type { PassIo } from './pass.ts'

/** What the command touches of the world: the same as `dure pass`. */
export type RulesIo = PassIo

const USAGE = `dure rules eval --batch                    one JSON object a line: {"id", "logic", "data"} → {"id", "result"} or {"id", "error"}
                                           or {"id", "question"} → {"id", "result": verdict}
dure rules eval --facility TYPE --sido CODE [--at INSTANT] [--party N] [--others-without-pass N] [--household]
                [--born YYYY[-MM[-DD]]] [--age-band BAND] [--credentials FILE] [--dcc FILE] [--rules FILE]
dure rules check FILE                      is FILE a rule set?
dure rules show [--at INSTANT]             the Korean rule set as it was known then, as JSON
dure rules list                            its versions, facility types and regions

Rules are the Korean ones of 2021–22 unless --rules names a file. INSTANT is ISO 8601, Korean time if it names no offset.
FILE of --credentials: a JSON array as in packages/pass/docs/rules.md; of --dcc: a verified payload {"v": …} or an array of them.
`

/** Exit status: 0 done (and, for a single question, may enter), 1 may not enter or cannot be judged, 2 wrong use. */
export const rulesCommand = async (argv: readonly string[], io: RulesIo = processIo()): Promise<number> => {
  const options = readOptions(argv)
  const [action, file] = options?.positionals ?? []
  if (options === undefined || action === undefined || !Object.hasOwn(ACTIONS, action)) {
    io.warn(USAGE)
    return 2
  }
  try {
    return await ACTIONS[action as Action](io, options.values, file)
  } catch (fault) {
    if (fault instanceof FileFault) return complain(io, fault.message)
    throw fault
  }
}

class FileFault extends Error {}

const readText = async (io: RulesIo, path: string): Promise<string> => {
  try {
    return await io.readText(path)
  } catch (fault) {
    throw new FileFault(`${path}: ${fault instanceof Error ? fault.message : String(fault)}`)
  }
}

const readOptions = (argv: readonly string[]) => {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        batch: { type: 'boolean' },
        rules: { type: 'string' },
        facility: { type: 'string' },
        sido: { type: 'string' },
        sigungu: { type: 'string' },
        at: { type: 'string' },
        party: { type: 'string' },
        'others-without-pass': { type: 'string' },
        household: { type: 'boolean' },
        born: { type: 'string' },
        'age-band': { type: 'string' },
        credentials: { type: 'string' },
        dcc: { type: 'string' },
      },
    })
    return { values, positionals }
  } catch {
    return undefined
  }
}
type Values = NonNullable<ReturnType<typeof readOptions>>['values']
type Action = 'eval' | 'check' | 'show' | 'list'
type Act = (io: RulesIo, values: Values, file: string | undefined) => Promise<number>

const complain = (io: RulesIo, message: string): number => {
  io.warn(`dure rules: ${message}\n`)
  return 2
}

const loadRules = async (io: RulesIo, path: string | undefined): Promise<Checked<CompiledRuleSet>> =>
  path === undefined ? compileRuleSet(KOREA_RULES) : parseRuleSet(await readText(io, path))

/** Answers are gathered to this many characters before they are written. */
const WRITE_CHARACTERS = 65_536

const answerTo = (set: CompiledRuleSet, line: Line): object => {
  if ('tooLong' in line) return { id: null, error: { code: 'request-malformed', message: 'the line is too long' } }
  return answerLine(set, line.text)
}

const batch = async (io: RulesIo, set: CompiledRuleSet): Promise<number> => {
  let held = ''
  for await (const line of readLines(io.input)) {
    held += `${JSON.stringify(answerTo(set, line))}\n`
    if (held.length < WRITE_CHARACTERS) continue
    await io.write(held)
    held = ''
  }
  if (held !== '') await io.write(held)
  return 0
}

const readJson = async (io: RulesIo, path: string | undefined): Promise<unknown> => {
  if (path === undefined) return undefined
  const json = parseJson(await readText(io, path))
  if (json === undefined) throw new FileFault(`${path}: not JSON`)
  return json
}

const credentialsFrom = async (io: RulesIo, values: Values): Promise<readonly unknown[]> => {
  const listed = await readJson(io, values.credentials)
  const payloads = await readJson(io, values.dcc)
  const fromDcc = (Array.isArray(payloads) ? payloads : [payloads]).flatMap((payload) => credentialsOfDcc(payload))
  return [...(Array.isArray(listed) ? listed : []), ...fromDcc]
}

const birthOfDcc = async (io: RulesIo, values: Values): Promise<string | undefined> => {
  const payloads = await readJson(io, values.dcc)
  const first = Array.isArray(payloads) ? payloads[0] : payloads
  return isRecord(first) && typeof first.dob === 'string' && first.dob !== '' ? first.dob : undefined
}

const count = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text))

const defined = (members: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

const questionFrom = async (io: RulesIo, values: Values): Promise<Record<string, unknown>> => ({
  ...defined({
    facilityType: values.facility,
    sido: values.sido,
    sigungu: values.sigungu,
    partySize: count(values.party),
  }),
  party: defined({ othersWithoutPass: count(values['others-without-pass']), household: values.household }),
  at: values.at ?? io.now(),
  holder: {
    ...defined({ bornOn: values.born ?? (await birthOfDcc(io, values)), ageBand: values['age-band'] }),
    credentials: await credentialsFrom(io, values),
  },
})

const evaluate: Act = async (io, values) => {
  const rules = await loadRules(io, values.rules)
  if (!rules.ok) return complain(io, `${rules.error.code}: ${rules.error.detail ?? ''}`)
  if (values.batch === true) return batch(io, rules.value)
  if (values.facility === undefined || values.sido === undefined)
    return complain(io, '--facility and --sido are needed')
  const verdict = judge(rules.value, await questionFrom(io, values))
  await io.write(`${JSON.stringify(verdict, null, 2)}\n`)
  return verdict.answer === 'pass' || verdict.answer === 'not-required' ? 0 : 1
}

const check: Act = async (io, _values, file) => {
  if (file === undefined) return complain(io, 'check needs a file')
  const rules = parseRuleSet(await readText(io, file))
  if (!rules.ok) {
    await io.write(`${file}: ${rules.error.code} at ${rules.error.detail ?? ''}\n`)
    return 1
  }
  const { id, version, source } = rules.value
  await io.write(`${file}: ${id} ${version}, ${source.rules.length} rules, ${source.suspensions.length} suspensions\n`)
  return 0
}

const show: Act = async (io, values) => {
  const at = koreanInstant(values.at) ?? io.now()
  const set = koreaRulesAt(at)
  if (set === undefined) return complain(io, 'nothing had been published yet')
  await io.write(`${JSON.stringify(set, null, 2)}\n`)
  return 0
}

const list: Act = async (io) => {
  const versions = KOREA_RULE_SETS.map((set) => `${String(set.version).padStart(3)}  ${set.published}`)
  const types = Object.entries(KOREA_RULES.facilityTypes).map(([type, name]) => `  ${type.padEnd(16)} ${name}`)
  const regions = Object.entries(KOREA_RULES.regions).map(([code, name]) => `  ${code} ${name}`)
  await io.write(`${KOREA_RULES.id}\n${versions.join('\n')}\n\n${types.join('\n')}\n\n${regions.join('\n')}\n`)
  return 0
}

const ACTIONS: Readonly<Record<Action, Act>> = { eval: evaluate, check, show, list }

const processIo = (): RulesIo => ({
  input: process.stdin,
  write: (text) =>
    new Promise((resolve, reject) => process.stdout.write(text, (fault) => (fault ? reject(fault) : resolve()))),
  warn: (text) => process.stderr.write(text),
  readText: (path) => readFile(path, 'utf8'),
  now: () => Date.now(),
})

if (import.meta.main) process.exitCode = await rulesCommand(process.argv.slice(2))
