import { setTimeout as wait } from 'node:timers/promises'
import {
  bedEndpoints,
  type Call,
  CSRF_HEADER,
  cellEndpoints,
  client,
  type RequestInput,
  type RequestView,
} from '@dure/contract'
import type { Nation } from './nation.service.ts'

export interface StoryOptions {
  readonly stop: AbortSignal
  /** Pause between scenes; the whole walk takes about three minutes at 20 s. */
  readonly sceneMs?: number
}

const SCENE_MS = 20_000

const PATIENT: RequestInput = {
  originType: 'emergency_room',
  callbackPhone: '032-123-4567',
  ageYears: 54,
  sex: 'male',
  complaint: '늑골 골절과 기흉, 코로나19 양성',
  isolationNeed: 'airborne_negative',
  oxygen: 'hfnc',
  requestedClass: 'CRITICAL',
  needs: ['thoracic_surgery'],
  outOfRegionConsent: true,
}

/**
 * 15 October 2022, played on the running cells through their own routes: what the screens show while it goes on is what they would
 * show then.
 */
export const playStory = async (nation: Nation, say: (line: string) => void, options: StoryOptions): Promise<void> => {
  const pause = () => wait(options.sceneMs ?? SCENE_MS, undefined, { signal: options.stop })
  const urlOf = (code: string) => nation.state().cells.find((one) => one.code === code)?.url ?? ''
  const incheon = await people(urlOf('28'), '28')
  const seoul = await people(urlOf('11'), '11')

  say('15:33  센터가 꺼진다: 중앙 셀이 모두와 끊긴다. 지역은 그대로 일한다.')
  nation.cutFromAll('00')
  await pause()

  say('15:40  인천 응급실에 늑골 골절·기흉·코로나 환자. 병상을 요청하고, 관내 병원이 수락한다.')
  const first = await placeAtHome(incheon)
  say(`       요청 ${first.code}: ${first.state}, ${first.hold?.hospitalName ?? '병상 없음'}`)
  await pause()

  say('16:10  서울이 끊긴다. 인천·경기는 서로 이어져 있고, 서울은 혼자 자기 병상을 배정한다.')
  nation.cutFromAll('11')
  await pause()
  const alone = await placeAtHome(seoul)
  say(`       서울 요청 ${alone.code}: ${alone.state}, ${alone.hold?.hospitalName ?? '병상 없음'}`)
  await pause()

  say('17:00  끊긴 동안 인천이 서울에 병상을 묻는다. 답이 올 때까지 아무것도 약속되지 않는다.')
  const asked = await askNextDoor(incheon, '11')
  await pause()

  say('18:00  모든 연결이 돌아온다. 질문이 전달되고, 서울이 답하고, 확정된다.')
  nation.heal()
  const answered = await until(
    incheon,
    asked.id,
    (view) => ['confirmed', 'matching'].includes(view.state),
    options.stop,
  )
  say(`       요청 ${answered.code}: ${answered.state}, ${answered.hold?.hospitalName ?? '서울에 맞는 병상이 없었다'}`)
  await pause()

  const { regions } = value(await incheon.desk(cellEndpoints.overview, {}))
  const links = regions
    .filter(({ link }) => link !== 'never')
    .map(({ nameKo, link, waiting }) => `${nameKo} ${link} 대기 ${waiting}`)
  say(`끝.    인천이 보는 전국: ${links.join(' · ')}`)
}

interface Cast {
  readonly url: string
  readonly desk: Call
  readonly requester: Call
  readonly as: (personId: string) => Promise<Call>
}

const people = async (url: string, code: string): Promise<Cast> => {
  const as = (id: string) => signIn(url, id)
  const listed = (await (await fetch(`${url}/api/demo/people`)).json()) as { people: { id: string; roles: string[] }[] }
  const requester = listed.people.find(({ id, roles }) => id.startsWith(`demo-${code}-`) && roles.includes('requester'))
  return { url, as, desk: await as(`demo-${code}-placement-1`), requester: await as(requester?.id ?? '') }
}

/** Signs in as an invented person and keeps the session's cookie. */
const signIn = async (url: string, personId: string): Promise<Call> => {
  const response = await fetch(`${url}/api/demo/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [CSRF_HEADER]: '1' },
    body: JSON.stringify({ personId }),
  })
  if (!response.ok) throw new Error(`${personId} could not sign in: ${response.status}`)
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
  return client(url, fetch, { [CSRF_HEADER]: '1', cookie })
}

const value = <T>(
  result: { ok: true; value: T } | { ok: false; error: { code: string; detail?: string | undefined } },
): T => {
  if (result.ok) return result.value
  throw new Error(`${result.error.code}: ${result.error.detail ?? ''}`)
}

const matched = async ({ requester, desk }: Cast): Promise<RequestView> => {
  const made = value(await requester(bedEndpoints.createRequest, { body: PATIENT }))
  const act = { event: 'triage', severity: 'severe', urgency: 'immediate' } as const
  const judged = value(
    await desk(bedEndpoints.actOnRequest, { params: { id: made.id }, body: { act, version: made.version } }),
  )
  const body = { act: { event: 'start_matching' } as const, version: judged.version }
  return value(await desk(bedEndpoints.actOnRequest, { params: { id: made.id }, body }))
}

/** Asks, and lets the first asked hospital accept. */
const placeAtHome = async (cast: Cast): Promise<RequestView> => {
  const request = await matched(cast)
  const sent = value(
    await cast.desk(bedEndpoints.sendOffers, { params: { id: request.id }, body: { version: request.version } }),
  )
  for (const offer of sent.offers) {
    const act = { event: 'accept' } as const
    const body = { act, channel: 'phone', heardFrom: `${offer.hospitalName} 당직` } as const
    const accepted = await cast.desk(bedEndpoints.actOnOffer, { params: { id: offer.id }, body })
    if (accepted.ok) break
  }
  return value(await cast.desk(bedEndpoints.getRequest, { params: { id: request.id } }))
}

const askNextDoor = async (cast: Cast, sido: string): Promise<RequestView> => {
  const request = await matched(cast)
  const escalate = { event: 'escalate', to: 'neighbours', why: '이웃 지역에도 묻는다' } as const
  const body = { act: escalate, version: request.version }
  let view = value(await cast.desk(bedEndpoints.actOnRequest, { params: { id: request.id }, body }))
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const asked = await cast.desk(cellEndpoints.askRegion, {
      params: { id: view.id },
      body: { sido, version: view.version },
    })
    view = value(await cast.desk(bedEndpoints.getRequest, { params: { id: view.id } }))
    // The search works on it too: read again, as a screen would.
    if (asked.ok) return view
  }
  return view
}

const LONGEST_MS = 60_000

const until = async (
  { desk }: Cast,
  id: string,
  holds: (view: RequestView) => boolean,
  stop: AbortSignal,
): Promise<RequestView> => {
  for (let waited = 0; ; waited += 500) {
    const view = value(await desk(bedEndpoints.getRequest, { params: { id } }))
    if (holds(view) || waited > LONGEST_MS) return view
    await wait(500, undefined, { signal: stop })
  }
}
