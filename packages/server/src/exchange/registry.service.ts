import type { Tx } from '../platform/db.ts'
import type { CellId, LogRecord } from './log-record.ts'
import type { OpenedHandler, RecordHandler } from './ports.ts'

type Rewound = (tx: Tx, origin: CellId, givenUp: readonly LogRecord[], now: Date) => Promise<void>
type Applied = (origins: readonly CellId[]) => Promise<void>

/** What slices asked to be told; filled while the cell is put together. */
export interface Registry {
  readonly records: ReadonlyMap<string, readonly RecordHandler[]>
  readonly rewound: readonly Rewound[]
  readonly opened: readonly OpenedHandler[]
  readonly applied: readonly Applied[]
}

export const makeRegistry = () => {
  const records = new Map<string, RecordHandler[]>()
  const rewound: Rewound[] = []
  const opened: OpenedHandler[] = []
  const applied: Applied[] = []
  return {
    records,
    rewound,
    opened,
    applied,
    onRecord: (kind: string, handler: RecordHandler): void => {
      records.set(kind, [...(records.get(kind) ?? []), handler])
    },
    onRewound: (handler: Rewound): void => void rewound.push(handler),
    onOpened: (handler: OpenedHandler): void => void opened.push(handler),
    onApplied: (handler: Applied): void => void applied.push(handler),
  }
}
