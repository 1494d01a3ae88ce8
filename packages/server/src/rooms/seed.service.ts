export const seedRooms = async (): Promise<void> => undefined
