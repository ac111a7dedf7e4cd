/**
 * Native dialogs and the file manager, for the page: each call has a channel of its own, its sender is checked, its input parsed. Dialogs
 * belong to the window that asked. Electron opens them in the Downloads folder unless told otherwise, so each is told a fitting one.
 */
import { app, BrowserWindow, dialog, ipcMain, shell } from 'electron';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import type { HostFrame } from '../runtime/contract/control/frames.ts';
import { toErrorBody, VStackError } from '../runtime/contract/errors.ts';
import { type NativeCallName, nativeCalls, type NativeOutput } from '../runtime/contract/native.ts';
import { checkSender } from './sender.ts';

/** What the uploader reads; the person may still choose from all files, and is told in words when one is no video. */
const VIDEO_EXTENSIONS = ['mp4', 'm4v', 'mov', 'mkv', 'webm', 'ts', 'm2ts'];

type Input<N extends NativeCallName> = z.output<(typeof nativeCalls)[N]['input']>;
type Handlers = { [N in NativeCallName]: (window: BrowserWindow, input: Input<N>) => NativeOutput<N> | Promise<NativeOutput<N>> };

/** Linux may not name such a folder; then the person's own is where the dialog opens. */
const folderOf = (name: 'videos' | 'documents'): string => {
  try {
    return app.getPath(name);
  } catch {
    return homedir();
  }
};

const handlers: Handlers = {
  chooseFiles: async (window) => {
    const { canceled, filePaths } = await dialog.showOpenDialog(window, {
      title: 'Choose videos to upload',
      buttonLabel: 'Upload',
      defaultPath: folderOf('videos'),
      filters: [{ name: 'Videos', extensions: VIDEO_EXTENSIONS }, { name: 'All files', extensions: ['*'] }],
      properties: ['openFile', 'multiSelections'],
    });
    return canceled ? [] : filePaths;
  },
  chooseFolder: async (window, { startPath }) => {
    const { canceled, filePaths } = await dialog.showOpenDialog(window, {
      title: 'Choose a folder',
      defaultPath: startPath ?? folderOf('documents'),
      properties: ['openDirectory', 'createDirectory', 'promptToCreate'],
    });
    return canceled ? null : (filePaths[0] ?? null);
  },
  chooseSavePath: async (window, { suggestedName }) => {
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      defaultPath: join(folderOf('videos'), suggestedName),
      properties: ['createDirectory', 'showOverwriteConfirmation'],
    });
    return canceled || filePath === '' ? null : filePath;
  },
  showInFolder: (_window, { path }) => {
    shell.showItemInFolder(path);
    return null;
  },
};

const parseInput = <N extends NativeCallName>(name: N, raw: unknown): Input<N> => {
  const parsed = nativeCalls[name].input.safeParse(raw);
  if (parsed.success) return parsed.data as Input<N>;
  const [issue] = parsed.error.issues;
  throw new VStackError('bad_request', `The input of ${name} is wrong${issue!.path.length > 0 ? ` at "${issue!.path.join('.')}"` : ''}: ${issue!.message}.`);
};

const serve = <N extends NativeCallName>(name: N, pageUrl: string): void =>
  ipcMain.handle(nativeCalls[name].channel, async (event, raw: unknown): Promise<HostFrame> => {
    try {
      const contents = checkSender(event, pageUrl);
      const input = parseInput(name, raw);
      const window = BrowserWindow.fromWebContents(contents);
      if (!window) throw new VStackError('cancelled', 'The window is closing.');
      return { kind: 'result', id: 0, output: await handlers[name](window, input) };
    } catch (error) {
      return { kind: 'error', id: 0, error: toErrorBody(error) };
    }
  });

export const serveNative = (pageUrl: string): void => {
  for (const name of Object.keys(nativeCalls) as NativeCallName[]) serve(name, pageUrl);
};
