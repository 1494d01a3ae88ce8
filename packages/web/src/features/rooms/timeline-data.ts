import type { MessageView, TimelineItem } from '@dure/contract'

/** What is known of a room's timeline on this device: in order, without gaps, each thing once. */
export interface TimelineData {
  readonly items: readonly TimelineItem[]
  /** There is older talk that was not read yet. */
  readonly more: boolean
}

const inOrder = (a: TimelineItem, b: TimelineItem): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)

/** Set union by id; of two readings of the same thing the later argument wins. */
const union = (older: readonly TimelineItem[], newer: readonly TimelineItem[]): TimelineItem[] =>
  [...new Map([...older, ...newer].map((item) => [item.id, item])).values()].sort(inOrder)

/** A button is shown only if the last reading still had it. */
const withoutActs = (item: TimelineItem): TimelineItem => (item.type === 'card' ? { ...item, acts: [] } : item)

/**
 * The newest page, read again. What was loaded before it stays on the screen as long as the two touch; if talk ran past meanwhile,
 * only the new page is known.
 */
export const withNewest = (before: TimelineData | undefined, page: TimelineData): TimelineData => {
  const first = page.items[0]
  if (before === undefined || first === undefined || !page.more)
    return { items: union([], page.items), more: page.more }
  const touches = before.items.some((item) => item.key >= first.key)
  if (!touches) return { items: union([], page.items), more: true }
  const older = before.items.filter((item) => item.key < first.key).map(withoutActs)
  return { items: union(older, page.items), more: older.length === 0 ? page.more : before.more }
}

export const withOlder = (before: TimelineData, page: TimelineData): TimelineData => ({
  items: union(page.items.map(withoutActs), before.items),
  more: page.more,
})

/** A message that arrived by itself or was just accepted. What this reader already knows of it is not lost. */
export const withMessage = (before: TimelineData, message: MessageView): TimelineData => {
  const known = before.items.find((item) => item.id === message.id)
  const same = known?.type === 'message' ? { ack: known.ack ?? message.ack, retracted: known.retracted } : {}
  return { ...before, items: union(before.items, [{ ...message, ...same }]) }
}

/** The highest number of a message in it: what is told as seen. */
export const highestNumber = (items: readonly TimelineItem[]): number =>
  items.reduce((highest, item) => (item.type === 'message' ? Math.max(highest, item.number) : highest), 0)
