/** The invented province of the demo: real code, geography and published sizes; hospitals and people that do not exist. */
export { DEMO_SEED, type DemoHospital, type DemoRegion, generateRegion } from './generate.ts'
export { seedDemo } from './seed.service.ts'
