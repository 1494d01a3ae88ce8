import { base45Cases } from './base45-cases.ts'
import { coseCases } from './cose-cases.ts'
import { cryptoCases } from './crypto-cases.ts'
import { dccCases } from './dcc-cases.ts'
import { hc1OwnCases } from './hc1-cases.ts'
import { shcCases, shcOwnCases } from './shc-cases.ts'
import type { Case, Vectors } from './suite.ts'

/** Everything about formats that a backend must pass. */
export const formatCases = (vectors: Vectors): readonly Case[] => [
  ...cryptoCases,
  ...base45Cases(vectors.base45),
  ...coseCases(vectors.cose),
  ...dccCases(vectors.dcc),
  ...shcCases(vectors.shc),
  ...hc1OwnCases,
  ...shcOwnCases,
]
