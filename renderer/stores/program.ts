/** The program around the cluster: its folders, its diagnostics, and what only the desktop program can do. */
import { defineStore } from 'pinia';
import type { CallInput } from '../../runtime/contract/control/index.ts';
import { type NativeBridge, useBridge } from '../bridge/bridge.ts';
import { useConnectionStore } from './connection.ts';

export const useProgramStore = defineStore('program', () => {
  const connection = useConnectionStore();
  const native = (): NativeBridge | undefined => useBridge().native;

  return {
    /** Whether the system's own dialogs are there. */
    isDesktop: (): boolean => native() !== undefined,
    /** Opens a folder in the file manager; `opened` is false where the machine has none. @throws VStackError */
    openFolder: (folder: CallInput<'system:open-folder'>['folder'], nodeId?: string): Promise<{ path: string; opened: boolean }> =>
      useBridge().call('system:open-folder', { folder, ...(nodeId !== undefined && { nodeId }) }),
    /** The folder a person picks, or null; also null where there is no dialog to pick one with. */
    chooseFolder: async (startPath?: string): Promise<string | null> => (await native()?.chooseFolder(startPath)) ?? null,
    /** For the next start; null goes back to the usual place. @throws VStackError bad_request when it cannot be a data folder */
    setDataFolder: async (path: string | null): Promise<void> => {
      await useBridge().call('system:set-data-folder', { path });
      await connection.hydrate();
    },
    /** Text to send along with a report. It holds no secret. */
    diagnostics: async (): Promise<string> => (await useBridge().call('system:diagnostics', {})).text,
  };
});
