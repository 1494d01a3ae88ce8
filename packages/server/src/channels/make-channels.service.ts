import { Counter } from 'prom-client'
import { actOnOffer, type Beds } from '../beds/index.ts'
import { type Directory, hospitalAddresses } from '../facilities/index.ts'
import type { Deps } from '../platform/deps.ts'
import type { Carrier } from './carrier.ts'
import type { Channels, HospitalLine } from './channels.service.ts'
import { districtOf } from './district.ts'
import { lazyVapidKeys } from './vapid.service.ts'

export interface ChannelParts {
  readonly beds: Beds
  readonly directory: Directory
  readonly carriers: () => readonly Carrier[]
  readonly ownUrl: () => string
  readonly wake: () => void
  readonly onCall: Channels['onCall']
}

type Needs = Pick<Deps, 'db' | 'clock' | 'ids' | 'log' | 'config' | 'metrics'>

/** The slice's surroundings, put together from the cell's parts. */
export const makeChannels = (deps: Needs, parts: ChannelParts): Channels => {
  const { db, clock, ids, log, config, metrics } = deps
  const texts = new Counter({
    name: 'dure_sms_total',
    help: 'Text messages by carrier and what it said of them',
    labelNames: ['carrier', 'outcome'],
    registers: [metrics.registry],
  })
  return {
    ...{ db, clock, ids, log, region: config.region },
    get carriers() {
      return parts.carriers()
    },
    ownUrl: parts.ownUrl,
    wake: parts.wake,
    onCall: parts.onCall,
    vapidKeys: lazyVapidKeys(config.dataDir),
    pushContact: config.push.contact,
    pushHosts: config.push.hosts,
    count: (carrier, outcome) => texts.inc({ carrier, outcome }),
    hospitals: hospitalLines(db, parts.directory),
    ready: async () => {
      await parts.beds.finder.refresh()
    },
    answerOffer: async (person, offerId, { act, heardFrom }) => {
      const done = await actOnOffer(parts.beds, person, offerId, { act, channel: 'sms', heardFrom })
      if (!done.ok) return { ok: false, code: done.error.code, detail: done.error.detail ?? '' }
      return { ok: true, holdUntil: done.value.placement.hold?.expires_at ?? null }
    },
  }
}

/** Names, telephones and districts by hospital, made anew when the directory has changed. */
const hospitalLines = (db: Deps['db'], directory: Directory): Channels['hospitals'] => {
  let known: { readonly version: string; readonly lines: ReadonlyMap<string, HospitalLine> } | undefined
  return async () => {
    const { version, hospitals } = await directory.current()
    if (known?.version === version) return known.lines
    const addresses = await hospitalAddresses(db)
    const line = (one: (typeof hospitals)[number]): HospitalLine => ({
      name: one.name,
      phone: one.erPhone ?? one.phone,
      sidoCode: one.sidoCode,
      district: districtOf(addresses.get(one.id) ?? ''),
    })
    const lines = new Map(hospitals.map((one) => [one.id as string, line(one)]))
    known = { version, lines }
    return lines
  }
}
