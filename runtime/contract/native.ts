/**
 * What the window's page may ask of the desktop program beyond the control contract: native dialogs, the file manager. Paths are absolute;
 * null and an empty list say that the dialog was closed without a choice.
 *
 *   page ── invoke the call's channel, input ──▶ main ── a result or an error frame, as the control contract's
 */
import { z } from 'zod';
import { CHOOSE_FILES_CHANNEL, CHOOSE_FOLDER_CHANNEL, CHOOSE_SAVE_PATH_CHANNEL, SHOW_IN_FOLDER_CHANNEL } from './channels.ts';

/** No longer path is known to any system we run on. */
const PATH_LENGTH_MAX = 4096;
/** File systems end here; longer names could only be cut. */
const NAME_LENGTH_MAX = 255;

const isAbsolute = (path: string): boolean => /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(path);
const AbsolutePath = z.string().max(PATH_LENGTH_MAX).refine((path) => isAbsolute(path) && !path.includes('\0'), 'it is an absolute path');
/** A bare name, so that a suggestion never leads out of the folder that the dialog opens in. */
const FileName = z.string().min(1).max(NAME_LENGTH_MAX).refine((name) => !/[\\/\0]/.test(name) && name !== '..', 'it is a name without a path');

export const nativeCalls = {
  /** Videos to upload, several at once. */
  chooseFiles: { channel: CHOOSE_FILES_CHANNEL, input: z.strictObject({}), output: z.array(z.string()) },
  /** A folder, as the data folder; `startPath` is where the dialog opens. */
  chooseFolder: { channel: CHOOSE_FOLDER_CHANNEL, input: z.strictObject({ startPath: AbsolutePath.optional() }), output: z.string().nullable() },
  /** Where to save a file. The dialog itself asks before another file is replaced. */
  chooseSavePath: { channel: CHOOSE_SAVE_PATH_CHANNEL, input: z.strictObject({ suggestedName: FileName }), output: z.string().nullable() },
  /** Shows a file in the file manager. Nothing opens files: whoever opens a file runs a program. */
  showInFolder: { channel: SHOW_IN_FOLDER_CHANNEL, input: z.strictObject({ path: AbsolutePath }), output: z.null() },
} as const;

export type NativeCallName = keyof typeof nativeCalls;
export type NativeInput<N extends NativeCallName> = z.input<(typeof nativeCalls)[N]['input']>;
export type NativeOutput<N extends NativeCallName> = z.output<(typeof nativeCalls)[N]['output']>;

/** What the menu asks of the page: to open the palette or the shortcuts, to pick videos, or a command of the palette by its id. */
export type MenuCommand = 'palette' | 'shortcuts' | 'open-videos' | `go:/${string}` | 'cluster:launch' | 'cluster:stop' | `theme:${'system' | 'light' | 'dark'}`;
