export { type Err, err, mapOk, type Ok, ok, type Result } from '@dure/contract'
