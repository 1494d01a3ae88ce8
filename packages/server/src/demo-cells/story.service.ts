import { setTimeout as wait } from 'node:timers/promises'
import { type CellView, exchangeEndpoints } from '@dure/contract'
import { isAgreed, readAgreement, untilAgreed } from './agreement.service.ts'
import { addressOf, DEMO_CELLS } from './cells.ts'
import type { Nation } from './nation.service.ts'
import { must } from './people.service.ts'
import { askRegion, placeAtHome, type Region, regionAt, untilConfirmed } from './placing.service.ts'
import { acrossLine, askedLine, type Line, PLACES, placedLine, STORY, seconds } from './story-words.ts'

/** From one scene to the next, whatever is done in between; with ten of them the whole takes three minutes. */
const PACE_MS = 17_500
/** Between the steps of placing, so that a patient is seen in the queue and an offer at its hospital. */
const LOOK_MS = 3_000
const LIMIT_MS = 60_000

/** Where to sit, and as whom to sign in. */
const SEATS = [
  { code: '00', who: '최중앙 (중앙 · the centre)', path: '/national' },
  { code: '28', who: '김배정 (인천 · Incheon)', path: '/desk' },
  { code: '11', who: '김배정 (서울 · Seoul)', path: '/desk' },
] as const

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
  let next = 0
  const scene = async (line: Line): Promise<void> => {
    print('')
    say(line, '▶ ')
    const now = performance.now()
    // A slow machine takes from the pauses and not from the clock, as far as there are pauses.
    next = (next === 0 ? now : next) + paceMs
    await wait(Math.max(paceMs / 2, next - now))
  }
  const look = (): Promise<void> => wait(Math.min(LOOK_MS, paceMs))
  const at = (code: string): Promise<Region> => regionAt(code, nation.member(code).base())

  print(`\n${STORY.title.ko}\n${STORY.title.en}`)
  say(STORY.watch)
  for (const { code, who, path } of SEATS)
    print(`   ${who}  ${addressOf(nation.host, nation.member(code).port())}${path}`)
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
  const first = await placeAtHome(incheon, {}, look)
  say(placedLine(first.hospitalName, first.ms), '✓ ')

  nation.cutOff('11')
  await scene(STORY.seoulCut)
  await untilLinked(seoul, ({ link }) => link === 'cut')
  await scene(STORY.seoulAlone)
  const alone = await placeAtHome(seoul, {}, look)
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
      seen.length === 1
        ? `${head?.[0]}건, 끝 · records, last ${head?.[1]?.slice(0, 16)}…`
        : `다름 · DIFFERS: ${seen.join(' | ')}`
    print(`   ${origin} ${name}의 기록 · log: ${said}`)
  }
  print(`   셀마다 기록 ${found.records}건, 약속된 병상 ${found.promises}, 그중 지역을 넘은 것 ${found.acrossRegions}`)
  print(
    `   ${found.records} records in every cell; ${found.promises} beds promised, ${found.acrossRegions} across regions`,
  )
  print(`   두 번 약속된 병상 · beds promised twice: ${found.slotsTwice.length}`)
  print(`   병상이 둘인 요청 · requests with two beds: ${found.requestsTwice.length}`)
  print(`   확정되고 지켜지지 않은 것 · confirmed elsewhere and not kept: ${found.unkept.length}`)
  print(`   갈라진 기록 · forks: ${found.alarms}`)
  print(agreed ? `\n모두 같습니다. All agree. (${seconds(ms)} s)` : '\n서로 다릅니다. They do not agree.')
  return agreed
}
