import { setTimeout as wait } from 'node:timers/promises'
import { type CellView, exchangeEndpoints } from '@dure/contract'
import { isAgreed, readAgreement, untilAgreed } from './agreement.service.ts'
import { DEMO_CELLS } from './cells.ts'
import type { Nation } from './nation.service.ts'
import { must } from './people.service.ts'
import { askRegion, placeAtHome, type Region, regionAt, untilConfirmed } from './placing.service.ts'
import { acrossLine, askedLine, type Line, PLACES, placedLine, STORY, seconds } from './story-words.ts'

/** Pause after each scene; with ten of them the whole takes three minutes. */
const PACE_MS = 17_000
const LIMIT_MS = 60_000

/**
 * 15 October 2022 on the running cells, through their own routes: what the screens show meanwhile is what they would have shown.
 * @returns whether all agreed at the end
 */
export const playStory = async (
  nation: Nation,
  print: (line: string) => void,
  { paceMs = PACE_MS }: { readonly paceMs?: number | undefined } = {},
): Promise<boolean> => {
  const began = performance.now()
  const say = (line: Line, mark = '  '): void => {
    print(`${mark} ${line.ko}\n   ${line.en}`)
  }
  const scene = async (line: Line): Promise<void> => {
    print('')
    say(line, '▶ ')
    await wait(paceMs)
  }
  const at = (code: string): Promise<Region> => regionAt(code, nation.member(code).base())

  print(`\n${STORY.title.ko}\n${STORY.title.en}`)
  const incheon = await at('28')
  const seoul = await at('11')
  const gyeonggi = await at('41')
  await untilLinked(incheon, () => true)
  await untilAgreed(nation, LIMIT_MS)
  await scene(STORY.before)

  await nation.member('00').kill()
  await scene(STORY.dark)
  await untilLinked(incheon, ({ cell, link }) => (cell === '00' ? link === 'cut' : true))
  say(STORY.darkSeen)
  await scene(STORY.patient)
  const first = await placeAtHome(incheon)
  say(placedLine(first.hospitalName, first.ms), '✓ ')

  nation.cutOff('11')
  await scene(STORY.seoulCut)
  await untilLinked(seoul, ({ link }) => link === 'cut')
  await scene(STORY.seoulAlone)
  const alone = await placeAtHome(seoul)
  say(placedLine(alone.hospitalName, alone.ms), '✓ ')

  await scene(STORY.ask)
  const question = await askRegion(seoul, '28')
  say(askedLine(question.ask.state))
  await scene(STORY.partial)
  const between = await acrossIncheon(gyeonggi, '41')
  say(between, '✓ ')

  nation.healAll()
  const healedAt = performance.now()
  const confirming = untilConfirmed(seoul, question.requestId, LIMIT_MS)
  const timed = confirming.then((view) =>
    acrossLine(PLACES['11'], view.hold?.hospitalName ?? '', performance.now() - healedAt),
  )
  const [answered] = await Promise.all([timed, scene(STORY.back)])
  say(answered, '✓ ')

  await nation.member('00').start()
  await scene(STORY.centreBack)
  await scene(STORY.verify)
  await untilAgreed(nation, LIMIT_MS)
  return report(nation, print, performance.now() - began)
}

const acrossIncheon = async (region: Region, code: '41' | '11'): Promise<Line> => {
  const started = performance.now()
  const { requestId } = await askRegion(region, '28')
  const view = await untilConfirmed(region, requestId, LIMIT_MS)
  return acrossLine(PLACES[code], view.hold?.hospitalName ?? '', performance.now() - started)
}

/** Until this region sees every other cell so. */
const untilLinked = async ({ desk, code }: Region, holds: (cell: CellView) => boolean): Promise<void> => {
  const deadline = performance.now() + LIMIT_MS
  for (;;) {
    const { cells } = must(await desk(exchangeEndpoints.listCells))
    if (cells.filter(({ link }) => link !== 'self').every(holds)) return
    if (performance.now() > deadline) throw new Error(`${code} does not see what was done to its links`)
    await wait(100)
  }
}

const report = async (nation: Nation, print: (line: string) => void, ms: number): Promise<boolean> => {
  const found = await readAgreement(nation)
  const agreed = isAgreed(found)
  print('')
  for (const { origin, seen } of found.heads) {
    const name = DEMO_CELLS.find(({ code }) => code === origin)?.name ?? origin
    const head = seen[0]?.split(':')
    const said =
      seen.length === 1 ? `${head?.[0]} records, last ${head?.[1]?.slice(0, 16)}…` : `DIFFERS: ${seen.join(' | ')}`
    print(`   log of ${origin} ${name}: ${said}`)
  }
  print(
    `   ${found.records} records in every cell; ${found.promises} beds promised, ${found.acrossRegions} of them across regions`,
  )
  print(`   slots promised twice: ${found.slotsTwice.length}  requests with two beds: ${found.requestsTwice.length}`)
  print(`   confirmed elsewhere and not kept: ${found.unkept.length}  forks: ${found.alarms}`)
  print(agreed ? `\n모두 같습니다. All agree. (${seconds(ms)} s)` : '\n서로 다릅니다. They do not agree.')
  return agreed
}
