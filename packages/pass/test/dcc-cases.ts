import contradictions from '../vectors/dcc-contradictions.json' with { type: 'json' }
import { DCC_STEPS, type DccVector } from './dcc-steps.ts'
import { type Case, expect, expectEqual } from './suite.ts'

const contradicted = new Set(contradictions.steps.map(({ file, step }) => `${file} ${step}`))

/** Steps of another reader (pictures) and misspelled names stand in the list, so that nothing is passed over unseen. */
const PICTURE = 'EXPECTEDPICTUREDECODE'
const misspelled = new Set(contradictions.unknownNames.map(({ name }) => name))

const runFile = async (path: string, vector: DccVector, crypto: Parameters<Case['run']>[0]): Promise<void> => {
  for (const [name, expected] of Object.entries(vector.EXPECTEDRESULTS)) {
    if (name === PICTURE || misspelled.has(name)) continue
    const step = DCC_STEPS[name]
    expect(step !== undefined, `${path}: no step ${name}`)
    const wanted = contradicted.has(`${path} ${name}`) ? !expected : expected
    expectEqual(await step?.(vector, crypto), wanted, `${path} ${name}`)
  }
}

export const dccCases = (vectors: Readonly<Record<string, DccVector>>): readonly Case[] =>
  Object.entries(vectors).map(([path, vector]) => ({
    name: `DCC ${path}: every expected result holds (${vector.TESTCTX.DESCRIPTION ?? 'no description'})`,
    run: (crypto) => runFile(path, vector, crypto),
  }))
