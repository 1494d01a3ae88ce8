import { roomEndpoints } from '@dure/contract'
import { queries } from '../../app/queries.ts'
import { call } from '../../offline/api.ts'

/** Delivered and seen go out together, a little later than they happen: one request for many messages and rooms. */
const GATHER_MS = 400

interface Told {
  readonly delivered: number
  readonly seen: number
}
const told = new Map<string, Told>()
const wanted = new Map<string, Told>()
let timer: ReturnType<typeof setTimeout> | undefined

const want = (roomId: string, change: Partial<Told>): void => {
  const now = wanted.get(roomId) ?? told.get(roomId) ?? { delivered: 0, seen: 0 }
  const next = {
    delivered: Math.max(now.delivered, change.delivered ?? 0, change.seen ?? 0),
    seen: Math.max(now.seen, change.seen ?? 0),
  }
  const before = told.get(roomId)
  if (before !== undefined && next.delivered <= before.delivered && next.seen <= before.seen) return
  wanted.set(roomId, next)
  if (timer === undefined) timer = setTimeout(() => void send(), GATHER_MS)
}

/** Everything up to this number reached this device. */
export const noteDelivered = (roomId: string, number: number): void => want(roomId, { delivered: number })
/** Everything up to this number was on a visible screen. */
export const noteSeen = (roomId: string, number: number): void => want(roomId, { seen: number })

/** What does not get through is told with the next one: a receipt covers everything before it. */
const send = async (): Promise<void> => {
  timer = undefined
  const batch = [...wanted].slice(0, 200)
  const receipts = batch.map(([roomId, { delivered, seen }]) => ({
    roomId,
    ...(delivered > 0 ? { delivered } : {}),
    ...(seen > 0 ? { seen } : {}),
  }))
  if (receipts.length === 0) return
  const answer = await call(roomEndpoints.sendReceipts, { body: { receipts } }).catch(() => null)
  if (answer === null) return
  if (receipts.some(({ seen }) => seen !== undefined)) void queries.invalidateQueries({ queryKey: ['rooms'] })
  for (const [roomId, sent] of batch) {
    told.set(roomId, sent)
    if (wanted.get(roomId) === sent) wanted.delete(roomId)
  }
}
