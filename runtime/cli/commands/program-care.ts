/** `vstack settings`, `data-folder`, `diagnostics`, `uploads` and `call`: the program itself, and every call of the contract by its name. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { calls, isCallName } from '../../contract/control/index.ts';
import { VStackError } from '../../contract/errors.ts';
import type { Settings } from '../../contract/settings.ts';
import { dataFolderChoice, defaultDataDir } from '../../platform/data-dir.ts';
import type { CliContext, CommandResult } from '../context.ts';
import { formatBytes } from '../terminal/format.ts';
import { printable, type Paint } from '../terminal/style.ts';
import { formatPairs, formatTable, type Column } from '../terminal/table.ts';
import { attached } from './status.ts';

const settingLines = (settings: Settings, paint: Paint): string[] => formatPairs(Object.entries(settings).map(([name, value]) => [name, String(value)] as const), paint);

/** What stands on a command line as what it means: numbers, null and true as themselves, the rest as text. */
const valueOf = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? text : value;
  } catch {
    return text; // Not JSON: a plain word, such as `dark`.
  }
};

/** `nodeCount=3 theme=dark`. @throws VStackError bad_request */
export const changesOf = (assignments: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    assignments.map((assignment) => {
      const at = assignment.indexOf('=');
      if (at < 1) throw new VStackError('bad_request', `Expected name=value, such as nodeCount=3, not "${assignment}".`);
      return [assignment.slice(0, at), valueOf(assignment.slice(at + 1))];
    }),
  );

export const runSettings = (assignments: readonly string[], context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const changes = changesOf(assignments);
    const current = await client.call('settings:get', {});
    const unknown = Object.keys(changes).find((name) => !Object.hasOwn(current, name) || name === 'version');
    if (unknown !== undefined) throw new VStackError('bad_request', `There is no setting "${unknown}"; known: ${Object.keys(current).filter((name) => name !== 'version').join(', ')}.`);
    const settings = assignments.length === 0 ? current : await client.call('settings:set', changes as never);
    context.output.result(settings, settingLines(settings, context.output.paint));
  });

/** Needs no host: the choice is what the next start reads. */
export const runDataFolder = ({ path, reset }: { path?: string; reset: boolean }, context: CliContext, choice = dataFolderChoice()): CommandResult => {
  if (path === undefined && !reset) {
    context.output.result({ path: choice.get() ?? defaultDataDir(), isChosen: choice.get() !== null }, [choice.get() ?? defaultDataDir()]);
    return Promise.resolve();
  }
  const next = choice.set(reset || path === undefined ? null : resolve(path));
  context.output.result({ path: next, isChosen: !reset }, [`The next start uses ${next}. Nothing was moved.`]);
  return Promise.resolve();
};

const writeOut = async (path: string, text: string): Promise<void> => {
  await writeFile(path, text).catch((cause: Error) => {
    throw new VStackError('bad_request', `${path} cannot be written: ${cause.message}. Name a file in a folder that exists.`, { cause });
  });
};

export const runDiagnostics = ({ out }: { out?: string }, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { text } = await client.call('system:diagnostics', {}, { signal: context.signal });
    if (out === undefined) return context.output.result({ text }, text.trimEnd().split('\n'));
    const path = resolve(out);
    await writeOut(path, text);
    context.output.result({ path }, [`Wrote ${path}.`]);
  });

const UPLOAD_COLUMNS: readonly Column[] = [{ title: 'SESSION' }, { title: 'STATE' }, { title: 'DONE', align: 'right' }, { title: 'SIZE', align: 'right' }, { title: 'TITLE' }];

export const runUploads = (context: CliContext): CommandResult =>
  attached(context, async (client) => {
    const { uploads } = await client.call('uploads:list', {}, { signal: context.signal });
    const rows = uploads.map((upload) => [upload.sessionId, upload.phase, `${upload.progress.toFixed(0)} %`, formatBytes(upload.bytesTotal), printable(upload.title)]);
    context.output.result({ uploads }, rows.length > 0 ? formatTable(UPLOAD_COLUMNS, rows, context.output.paint) : ['There are no uploads.']);
  });

export const runCancelUpload = (sessionId: string, context: CliContext): CommandResult =>
  attached(context, async (client) => {
    await client.call('uploads:cancel', { sessionId });
    context.output.result({ sessionId }, [`${sessionId} is cancelled; nothing of it stays behind.`]);
  });

const parseInput = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new VStackError('bad_request', `The input is no JSON: ${(cause as Error).message}. Write it like '{"nodeId":"node-1"}'.`, { cause });
  }
};

/** Without a name: every call there is. */
export const runCall = (name: string | undefined, input: string, context: CliContext): CommandResult => {
  if (name === undefined) {
    const list = Object.entries(calls).map(([call, { needs, summary }]) => ({ call, needs, summary }));
    context.output.result({ calls: list }, formatTable([{ title: 'CALL' }, { title: 'NEEDS' }, { title: 'WHAT IT DOES' }], list.map(({ call, needs, summary }) => [call, needs, summary]), context.output.paint));
    return Promise.resolve();
  }
  if (!isCallName(name)) throw new VStackError('bad_request', `There is no call "${name}". \`vstack call\` lists them all.`);
  const parsed = parseInput(input);
  return attached(context, async (client) => {
    const output = await client.call(name, parsed as never, { signal: context.signal });
    context.output.result({ output }, JSON.stringify(output, null, 2).split('\n').map(printable));
  });
};
