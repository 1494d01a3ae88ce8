export { insertSlots, type NewSlot } from './slots.sql.ts'
