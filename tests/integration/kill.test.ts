import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { killCampaign, type KillTarget } from '../soak/kill-campaign.ts';

/** `npm run soak` runs fifty of each. */
const KILLS = 2;

describe.skipIf(!existsSync('/proc/self/stat'))('killing a process during uploads', () => {
  it.each<KillTarget>(['node', 'links', 'uploader', 'metadata', 'host'])(
    'loses nothing that was acknowledged and leaves no orphan: %s',
    { timeout: 180_000, retry: 0 },
    async (target) => {
      const seed = Math.floor(Math.random() * 2 ** 31);
      const report = await killCampaign({ target, kills: KILLS, seed });
      expect(report.problems, `seed ${seed}`).toEqual([]);
      expect(report.kills).toBe(KILLS);
      expect(report.uploadsCompleted).toBe(KILLS);
      expect(report.chunksVerified).toBeGreaterThan(0);
    },
  );
});
