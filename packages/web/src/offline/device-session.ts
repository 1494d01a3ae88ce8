import { type Me, signUpEndpoints } from '@dure/contract'
import { call } from './api.ts'
import { deviceId } from './device-db.ts'
import { keep, openedFor, prolongStore, unlockStore } from './device-store.ts'
import { isAway } from './server.ts'

const OLD_OUTBOX = 'dure.outbox.v1'
const OLD_DRAFTS = 'dure.draft.'

/**
 * Opens what this person keeps on this device, with the secret that their session is given. Without an answer the work goes on in
 * memory, and the next look at the session tries again.
 */
export const openStoreOf = async (me: Me): Promise<void> => {
  // A session with a neighbour says nothing about how long the own one lasts.
  if (openedFor() === me.id) return isAway() ? undefined : prolongStore(endOf(me))
  const answer = await call(signUpEndpoints.openDeviceStore, { body: { device: await deviceId() } }).catch(() => null)
  if (answer?.ok !== true) return
  const { secret, until } = answer.value
  await unlockStore(`${me.cell.region}.${me.id}`, me.id, secret, Date.parse(until))
  await moveIn(me.id)
}

const endOf = (me: Me): number => Date.parse(me.session?.endsAt ?? me.cell.now)

/** What earlier versions kept open for everybody to read: taken over once, and removed there. */
const moveIn = async (personId: string): Promise<void> => {
  try {
    const items = JSON.parse(localStorage.getItem(OLD_OUTBOX) ?? '[]') as { id: string; personId: string }[]
    const mine = items.filter((item) => item.personId === personId)
    await Promise.all(mine.map((item) => keep('outbox', item.id, item)))
    const others = items.filter((item) => item.personId !== personId)
    if (others.length === 0) localStorage.removeItem(OLD_OUTBOX)
    else localStorage.setItem(OLD_OUTBOX, JSON.stringify(others))
    const prefix = `${OLD_DRAFTS}${personId}.`
    for (const name of Object.keys(localStorage).filter((one) => one.startsWith(prefix))) {
      await keep('draft', name.slice(prefix.length), JSON.parse(localStorage.getItem(name) ?? 'null'))
      localStorage.removeItem(name)
    }
  } catch (fault) {
    console.warn('what an earlier version kept could not be taken over', fault)
  }
}
