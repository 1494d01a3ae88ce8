import type { Duty } from '@dure/contract'
import { canonicalJson, sha256 } from '../platform/canonical.ts'
import type { Tx } from '../platform/db.ts'
import { appendOp } from '../platform/oplog.ts'
import type { Person } from '../platform/person.ts'
import { type DemoLine, seedRosters } from '../rosters/index.ts'
import { gramsOf } from './grams.ts'
import { formatHlc, parseHlc, tick } from './hlc.ts'
import { readersOfDesk } from './keys.ts'
import { insertMessage } from './messages.sql.ts'
import { addReaders, insertRoom, lockRoom, type NewRoom, tellChange } from './rooms.sql.ts'

/** What the demo's rooms and rosters are made from: people and hospitals that do not exist. */
export interface DemoWorld {
  readonly region: string
  readonly people: readonly Person[]
  readonly hospitals: readonly {
    readonly id: string
    readonly name: string
    readonly phone: string
    readonly answers: readonly (readonly [string, string])[]
  }[]
}

/** Rooms of the desks with a little talk in them, once; rosters for the days to come, at every start. */
export const seedRooms = async (tx: Tx, world: DemoWorld, now: Date): Promise<void> => {
  await seedRosters(tx, demoLines(world), now)
  const region: NewRoom = {
    id: `region-${world.region}`,
    kind: 'region_desk',
    region: world.region,
    title: '권역 상황실',
    requestId: null,
    facilityId: null,
    openedBy: null,
  }
  const [first, second] = world.people.filter(({ roles }) => roles.includes('placement_desk'))
  const transport = world.people.find(({ roles }) => roles.includes('transport'))
  await seedRoom(tx, region, now, [
    [first, '오늘 음압 중증 병상이 부족합니다. 빈 병상은 바로 올려 주십시오.'],
    [transport, '음압 구급차 두 대 대기 중입니다.'],
    [second, '확인했습니다. 당직표는 당직 화면에 있습니다.'],
  ])
  for (const { id, name } of world.hospitals) {
    const desk = world.people.find(({ roles, facilityId }) => facilityId === id && roles.includes('hospital_desk'))
    if (desk === undefined) continue
    const room: NewRoom = {
      ...region,
      id: `hospital-${id}`.slice(0, 64),
      kind: 'hospital_desk',
      title: `${name} 병상실`.slice(0, 80),
      facilityId: id,
    }
    await seedRoom(tx, room, now, [[desk, '병상실입니다. 수용 문의는 여기로 주십시오.']])
  }
}

type Said = readonly [Person | undefined, string]

const seedRoom = async (tx: Tx, room: NewRoom, now: Date, said: readonly Said[]): Promise<void> => {
  if (!(await insertRoom(tx, room, now))) return
  const keys = readersOfDesk(room.kind, room.region, room.facilityId)
  await addReaders(
    tx,
    room.id,
    keys.map((key) => ({ key, whole: true })),
    true,
    now,
  )
  await tellChange(tx, room.id, now)
  for (const [at, [author, text]] of said.entries()) {
    const minutes = said.length - at
    if (author !== undefined) await say(tx, room, author, `${at}`, text, new Date(now.getTime() - minutes * 60_000))
  }
}

const say = async (tx: Tx, room: NewRoom, author: Person, part: string, text: string, at: Date): Promise<void> => {
  const locked = await lockRoom(tx, room.id)
  const id = `demo-message-${room.id}-${part}`.slice(0, 64)
  const hlc = formatHlc(tick(parseHlc(locked?.hlc ?? ''), at.getTime(), room.region))
  const body = { text }
  const digest = sha256(canonicalJson({ id, roomId: room.id, authorId: author.id, body }))
  const row = await insertMessage(tx, {
    id,
    room_id: room.id,
    hlc,
    cell: room.region,
    author_id: author.id,
    author_name: author.name,
    author_place: null,
    guest: false,
    kind: 'text',
    body,
    mentions: [],
    reply_to: null,
    target_id: null,
    at,
    written_at: null,
    digest,
    grams: gramsOf(text),
  })
  if (row === undefined) return
  const said = { roomId: room.id, digest: digest.toString('base64url') }
  await appendOp(tx, { kind: 'message-written', subject: id, body: said, audience: {}, at })
}

// ---------------------------------------------------------------- who is on call

/** Specialties by what a hospital says it can do, with the surname-and-work names of invented doctors. */
const SPECIALTIES: readonly (readonly [string, Duty, string])[] = [
  ['thoracic_surgery', 'thoracic_surgery', '흉부'],
  ['neurosurgery', 'neurosurgery', '신경'],
  ['obstetrics', 'obstetrics', '산과'],
  ['paediatrics', 'paediatrics', '소아'],
  ['psychiatry', 'psychiatry', '정신'],
]
const SURNAMES = ['김', '이', '박', '최'] as const

const demoLines = ({ region, people, hospitals }: DemoWorld): DemoLine[] => {
  const desk = { kind: 'desk', id: region } as const
  // The lead answers for those who take turns.
  const turning = people.filter(({ roles }) => !roles.includes('desk_lead'))
  const of = (role: string) => turning.filter(({ roles }) => roles.some((one) => one === role))
  const turn = ({ id, name }: Person) => ({ personId: id, name, phone: null })
  const placing = of('placement_desk').map(turn)
  const lines: DemoLine[] = [
    { place: desk, duty: 'placement', rank: 'on_call', turns: placing },
    { place: desk, duty: 'placement', rank: 'second', turns: placing.toReversed() },
    { place: desk, duty: 'transport_desk', rank: 'on_call', turns: of('transport').map(turn) },
  ]
  const withGap = hospitals.findIndex(({ answers }) =>
    answers.some(([code, answer]) => code === 'neurosurgery' && answer === 'yes'),
  )
  for (const [at, { id, phone, answers }] of hospitals.entries()) {
    const place = { kind: 'hospital', id } as const
    const own = people.filter(({ facilityId, roles }) => facilityId === id && roles.includes('hospital_desk'))
    if (own.length > 0) lines.push({ place, duty: 'bed_desk', rank: 'on_call', turns: own.map(turn) })
    for (const [code, duty, work] of SPECIALTIES) {
      if (!answers.some(([one, answer]) => one === code && answer === 'yes')) continue
      const doctor = (surname: string) => ({ personId: null, name: `${surname}${work}`, phone })
      const turns = SURNAMES.map(doctor)
      const open = at === withGap && duty === 'neurosurgery' ? { openNights: [2] } : {}
      lines.push({ place, duty, rank: 'on_call', turns, ...open })
      lines.push({ place, duty, rank: 'second', turns: [...turns.slice(1), ...turns.slice(0, 1)] })
    }
  }
  return lines
}
