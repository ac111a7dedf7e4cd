/**
 * The one bridge between page and main process: the control contract, native dialogs, what the menu says, and the path of a file. No module
 * of Node or Electron reaches the page.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import {
  CALL_CHANNEL, CANCEL_CHANNEL, callNames, CHOOSE_FILES_CHANNEL, CHOOSE_FOLDER_CHANNEL, CHOOSE_SAVE_PATH_CHANNEL, EVENT_CHANNEL, eventNames,
  MENU_COMMAND_CHANNEL, SHOW_IN_FOLDER_CHANNEL,
} from '../runtime/contract/channels.ts';

const isOneOf = (names: readonly string[], name: unknown): name is string => typeof name === 'string' && names.includes(name);

export const exposeBridge = (): void => contextBridge.exposeInMainWorld('vstack', {
  /** Resolves with a result frame or an error frame; the main process checks sender and input. */
  call: (id: number, name: string, input: unknown): Promise<unknown> => {
    if (!isOneOf(callNames, name)) return Promise.resolve({ kind: 'error', id, error: { code: 'not_found', detail: `There is no call named "${String(name)}".` } });
    return ipcRenderer.invoke(CALL_CHANNEL, { kind: 'call', id, name, input });
  },
  cancel: (id: number): void => ipcRenderer.send(CANCEL_CHANNEL, { kind: 'cancel', id }),
  /** Replaces the set of wanted events. */
  subscribe: (names: readonly string[]): void => ipcRenderer.send(EVENT_CHANNEL, { kind: 'subscribe', names: names.filter((name) => isOneOf(eventNames, name)) }),
  onEvent: (callback: (name: string, data: unknown) => void): void => {
    ipcRenderer.on(EVENT_CHANNEL, (_event, frame: { name: string; data: unknown }) => callback(frame.name, frame.data));
  },
  /** The path of a dropped or picked file on this machine's disk; empty when it has none. */
  pathOf: (file: File): string => webUtils.getPathForFile(file),
  /** Each resolves with a result frame or an error frame, as `call` does. */
  native: {
    chooseFiles: (input: unknown): Promise<unknown> => ipcRenderer.invoke(CHOOSE_FILES_CHANNEL, input),
    chooseFolder: (input: unknown): Promise<unknown> => ipcRenderer.invoke(CHOOSE_FOLDER_CHANNEL, input),
    chooseSavePath: (input: unknown): Promise<unknown> => ipcRenderer.invoke(CHOOSE_SAVE_PATH_CHANNEL, input),
    showInFolder: (input: unknown): Promise<unknown> => ipcRenderer.invoke(SHOW_IN_FOLDER_CHANNEL, input),
  },
  onMenuCommand: (callback: (command: string) => void): void => {
    ipcRenderer.on(MENU_COMMAND_CHANNEL, (_event, command: string) => callback(command));
  },
});
