/** Every default in one place. Options are checked once, here; everything inside may trust them. */
import { VStackError } from '../../../contract/errors.ts';
import { GIB, HOUR_MS, KIB, MIB, MINUTE_MS } from '../../../contract/units.ts';
import { DATA_START } from './layout.ts';
import type { StoreSettings } from './types.ts';

export const defaultSettings: StoreSettings = {
  superblockBytes: GIB,
  capacityBytes: 0,
  fullPercent: 95,
  freeBytesMin: 32 * MIB,
  acceptorReserveBytes: 4 * MIB,
  compactionReserveBytes: 32 * MIB,
  readBufferBytesMax: 64 * MIB,
  idleSealMs: 20,
  sealBytesMax: 16 * MIB,
  garbagePercentMin: 50,
  compactionIntervalMs: MINUTE_MS,
  scrubBytesPerSecond: 4 * MIB,
  scrubPauseMs: HOUR_MS,
};

/** Positions in the index reach 32 GiB; a file of half that leaves room for the last group. */
const SUPERBLOCK_BYTES_MAX = 16 * GIB;
const SUPERBLOCK_BYTES_MIN = DATA_START + 4 * KIB;
/** One chunk of the largest size, with its rounding up to whole buffers, must fit. */
const READ_BUFFER_BYTES_MIN = 10 * MIB;

export const normalizeSettings = (given: Partial<StoreSettings> = {}): StoreSettings => {
  const settings = { ...defaultSettings };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!Number.isFinite(value) || value < 0) throw new VStackError('bad_request', `The store setting ${name} must be a number from 0 up, got ${value}.`);
    settings[name as keyof StoreSettings] = value;
  }
  const { superblockBytes, readBufferBytesMax } = settings;
  if (superblockBytes < SUPERBLOCK_BYTES_MIN || superblockBytes > SUPERBLOCK_BYTES_MAX) {
    throw new VStackError('bad_request', `superblockBytes must be ${SUPERBLOCK_BYTES_MIN}–${SUPERBLOCK_BYTES_MAX}, got ${superblockBytes}.`);
  }
  if (readBufferBytesMax < READ_BUFFER_BYTES_MIN) {
    throw new VStackError('bad_request', `readBufferBytesMax must be at least ${READ_BUFFER_BYTES_MIN}, got ${readBufferBytesMax}.`);
  }
  return settings;
};
