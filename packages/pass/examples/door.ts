import {
  type CryptoBackend,
  createReplayMemory,
  type DoorAnswer,
  type DoorQuestion,
  type RootSet,
  unwrap,
} from '@dure/pass'
import { checkAtDoor, NO_REVOCATIONS, type PackContent, type ReplayMemory, type Revocations } from '@dure/pass/door'
import { openPack, type Pack, readPackContent, updatePack, updateRevocations } from '@dure/pass/pack'

/** A door device: holds a pack and some lists, needs no network, shows one of three colours. */
export type Door = {
  readonly pack: Pack
  readonly content: PackContent
  readonly revocations: Revocations
  readonly memory: ReplayMemory
}

/** First start: the root keys are built into the app. */
export const startDoor = async (crypto: CryptoBackend, roots: RootSet, file: Uint8Array): Promise<Door> => {
  const pack = unwrap(await openPack(crypto, file, { roots }))
  return { ...contentOf(crypto, pack, NO_REVOCATIONS), memory: createReplayMemory() }
}

const contentOf = (crypto: CryptoBackend, pack: Pack, held: Revocations) => {
  const content = unwrap(readPackContent(crypto, pack))
  return { pack, content, revocations: updateRevocations(held, content.revocationNews).revocations }
}

/** A newer pack from a host, or from the phone of a colleague. What is older or forged leaves the door as it was. */
export const updateDoor = async (
  crypto: CryptoBackend,
  door: Door,
  file: Uint8Array,
): Promise<{ door: Door; refused?: string }> => {
  const pack = await updatePack(crypto, door.pack, file)
  if (!pack.ok) return { door, refused: pack.error.code }
  return { door: { ...door, ...contentOf(crypto, pack.value, door.revocations) } }
}

export type Shown = { readonly answer: DoorAnswer; readonly sentence: string; readonly enteredBeforeMs?: number }

export const judge = async (
  crypto: CryptoBackend,
  door: Door,
  text: string,
  question: DoorQuestion,
): Promise<Shown> => {
  const answer = await checkAtDoor(crypto, door.content, text, { ...question, revocations: door.revocations })
  const admitted = answer.answer === 'pass' && answer.pid !== undefined
  const enteredBeforeMs = admitted && answer.pid ? door.memory.enter(answer.pid, question.at) : undefined
  return { answer, sentence: answer.door.ko, ...(enteredBeforeMs !== undefined && { enteredBeforeMs }) }
}
