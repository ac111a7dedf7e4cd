/** On what something was measured: two measurements are comparable only where these agree. It holds no secret and no path. */
import { z } from 'zod';

export const MachineFingerprint = z.object({
  /** As the system names it, such as `AMD EPYC 7B13`. */
  cpuModel: z.string(),
  /** Cores that this process may use. */
  cpuCount: z.number().int(),
  memoryBytes: z.number(),
  /** Such as `linux-x64`, and the release of its kernel. */
  platform: z.string(),
  osRelease: z.string(),
  nodeVersion: z.string(),
  sqliteVersion: z.string(),
  /** Of the window; null outside of Electron. */
  electronVersion: z.string().nullable(),
  /** Of this program. */
  version: z.string(),
  /** Of the checkout that it runs from; null for a packaged program. */
  commit: z.string().nullable(),
});
export type MachineFingerprint = z.infer<typeof MachineFingerprint>;
